#include "engine/model/convnetjs_file.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/core/error.h"

namespace cnn {

namespace {

// A number takes ten letters of the text, and ten times that while it is read.
constexpr std::size_t kMaxBytes = 64u << 20;
constexpr std::size_t kHeadBytes = 1024;
constexpr char kTypeKey[] = "layer_type";

template <class... Values>
[[noreturn]] void refuse(const std::string& path, const char* pattern, const Values&... values) {
  fail_at(path, ErrorCode::bad_file, "ConvNetJS net", pattern, values...);
}

const Json& member(const Json& object, const char* key, bool (Json::*is_kind)() const noexcept, const std::string& path) {
  if (!object.is_object()) refuse(path, "must be an object {…}.");
  const auto found = object.find(key);
  if (found == object.end() || !((*found).*is_kind)()) refuse(path, "\"{}\" is missing or of the wrong kind.", key);
  return *found;
}

// Key of the saved layer, and of the definition that makes such a layer.
struct Key {
  const char* saved;
  const char* defined;
};
struct SavedType {
  const char* type;
  std::vector<Key> keys;
};

// The definition of one saved layer. Decay factors that are missing are 1 in ConvNetJS's eyes.
Json definition_of(const Json& saved, const std::string& path) {
  static const SavedType kTypes[] = {
      {"input", {{"out_sx", "out_sx"}, {"out_sy", "out_sy"}, {"out_depth", "out_depth"}}},
      {"conv", {{"sx", "sx"}, {"sy", "sy"}, {"stride", "stride"}, {"pad", "pad"}, {"out_depth", "filters"}}},
      {"fc", {{"out_depth", "num_neurons"}}},
      {"pool", {{"sx", "sx"}, {"sy", "sy"}, {"stride", "stride"}, {"pad", "pad"}}},
      {"lrn", {{"k", "k"}, {"n", "n"}, {"alpha", "alpha"}, {"beta", "beta"}}},
      {"dropout", {{"drop_prob", "drop_prob"}}},
      {"maxout", {{"group_size", "group_size"}}},
      {"softmax", {{"out_depth", "num_classes"}}},
      {"svm", {{"out_depth", "num_classes"}}},
      {"regression", {{"out_depth", "num_neurons"}}},
  };
  const std::string type = member(saved, kTypeKey, &Json::is_string, path).get<std::string>();
  Json definition;
  definition["type"] = type;
  for (const SavedType& known : kTypes) {
    if (type != known.type) continue;
    for (const Key& key : known.keys) {
      if (saved.contains(key.saved)) definition[key.defined] = saved[key.saved];
    }
  }
  if (!saved.contains("filters")) return definition;
  for (const char* key : {"l1_decay_mul", "l2_decay_mul"}) definition[key] = saved.contains(key) ? saved[key] : Json(1);
  return definition;
}

bool is_loss(const std::string& type) { return type == "softmax" || type == "svm" || type == "regression"; }

Json layer_defs(const Json& saved_layers) {
  Json definitions = Json::array();
  for (std::size_t i = 0; i < saved_layers.size(); ++i) {
    Json definition = definition_of(saved_layers[i], compose("/layers/{}", i));
    // The dense layer that a loss brings with it.
    if (is_loss(definition["type"].get<std::string>()) && !definitions.empty() && definitions.back()["type"] == "fc") {
      definitions.erase(definitions.size() - 1);
    }
    definitions.push_back(std::move(definition));
  }
  return definitions;
}

// The numbers of a volume: a list, or an object with the keys "0", "1" … as typed arrays are written.
const Json& numbers_of(const Json& volume, std::size_t count, const std::string& path) {
  if (!volume.is_object() || !volume.contains("w")) refuse(path, "must be a volume {\"sx\", \"sy\", \"depth\", \"w\"}.");
  const Json& numbers = volume["w"];
  if (numbers.size() != count) refuse(path + "/w", "must hold {} numbers. Got {}.", count, numbers.size());
  std::size_t next = 0;
  for (const auto& item : numbers.items()) {
    if (item.key() != compose("{}", next)) refuse(path + "/w", "expected the number {}. Got \"{}\".", next, item.key());
    ++next;
  }
  return numbers;
}

// Every `step`-th of `values` from the volume. Its order is the engine's: rows, columns, channels.
void fill(const Json& volume, std::size_t count, std::size_t step, const std::string& path, Real* values) {
  const Json& numbers = numbers_of(volume, count, path);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = numbers[i].is_number() ? numbers[i].get<double>() : NAN;
    if (!std::isfinite(static_cast<float>(value))) refuse(compose("{}/w/{}", path, i), "is not a finite number.");
    values[i * step] = static_cast<Real>(value);
  }
}

void fill_layer(const Json& saved, const std::string& path, const ParameterSlot& kernel, const ParameterSlot& bias,
                Real* parameters) {
  const Json& filters = member(saved, "filters", &Json::is_array, path);
  if (filters.size() != bias.count) refuse(path + "/filters", "must be {} volumes. Got {}.", bias.count, filters.size());
  for (std::size_t o = 0; o < bias.count; ++o) {
    fill(filters[o], kernel.count / bias.count, bias.count, compose("{}/filters/{}", path, o),
         parameters + kernel.offset + o);
  }
  fill(member(saved, "biases", &Json::is_object, path), bias.count, 1, path + "/biases", parameters + bias.offset);
}

}  // namespace

bool is_convnetjs_file(const std::uint8_t* bytes, std::size_t size) {
  const std::string head(reinterpret_cast<const char*>(bytes), std::min(size, kHeadBytes));
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first != std::string::npos && head[first] == '{' &&
         head.find(std::string("\"") + kTypeKey + "\"") != std::string::npos;
}

Model load_convnetjs_file(const std::uint8_t* bytes, std::size_t size) {
  if (size > kMaxBytes) refuse("", "is larger than {} MB.", kMaxBytes >> 20);
  const Json saved = read_json(reinterpret_cast<const char*>(bytes), size, "ConvNetJS net");
  const Json& layers = member(saved, "layers", &Json::is_array, "");
  Json source;
  source["layer_defs"] = layer_defs(layers);

  Model model;
  model.record = Json::object();
  model.net = std::make_unique<Net>(parse_definition(source), 0);
  // Kernel and bias by turns.
  const std::vector<ParameterSlot>& slots = model.net->slots();
  std::size_t next = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string path = compose("/layers/{}", i);
    const std::string type = layers[i][kTypeKey].get<std::string>();
    if (type != "conv" && type != "fc") continue;
    if (next + 2 > slots.size()) refuse(path, "is a layer too many before the loss.");
    fill_layer(layers[i], path, slots[next], slots[next + 1], model.net->parameters());
    next += 2;
  }
  if (next != slots.size()) refuse("", "the loss has no layer \"fc\" before it.");
  return model;
}

}  // namespace cnn
