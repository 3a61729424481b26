#include "engine/cli/command.h"
#include "engine/cli/console.h"
#include "engine/describe/catalogue.h"

namespace cnn::cli {

namespace {

std::string range_text(const Json& field) {
  std::string text = field["kind"].get<std::string>();
  if (field.contains("choices")) {
    text.clear();
    for (const Json& choice : field["choices"]) text += (text.empty() ? "" : " | ") + choice.get<std::string>();
  }
  if (field.contains("least")) text += ", from " + field["least"].dump();
  if (field.contains("most"))
    text += field.contains("least") ? " to " + field["most"].dump() : ", to " + field["most"].dump();
  if (field.contains("default")) text += ", default " + field["default"].dump();
  if (field.contains("required")) text += ", required";
  return text;
}

std::string fields_text(const Json& fields) {
  std::string text;
  for (const Json& field : fields) {
    const std::string key = field["key"].get<std::string>();
    text += "    " + key + std::string(key.size() < 16 ? 16 - key.size() : 1, ' ') + range_text(field) + "\n";
  }
  return text;
}

void run(const Arguments& arguments) {
  const Json all = catalogue();
  if (arguments.json()) {
    print_json(all);
    return;
  }
  std::string text = "cnn " + all["version"].get<std::string>() + "\n\nLayers\n";
  for (const Json& layer : all["layers"]) {
    text += "  " + layer["type"].get<std::string>() + " (" + layer["role"].get<std::string>() + ")\n" +
            fields_text(layer["fields"]);
  }
  text += "\nBlocks\n";
  for (const Json& block : all["blocks"]) {
    text += "  " + block["type"].get<std::string>() + "\n" + fields_text(block["fields"]);
  }
  for (const char* part : {"trainer", "augment", "drawing", "preprocessing"}) {
    text += "\n" + std::string(part) + "\n" + fields_text(all[part]);
  }
  print(text);
}

}  // namespace

Command describe_command() {
  Usage usage;
  usage.name = "describe";
  usage.summary = "Everything that the engine offers: layers and their attributes, training options, error codes.";
  usage.more = "With --json the catalogue from which the page builds its forms.\n";
  return {usage, &run};
}

}  // namespace cnn::cli
