#include "engine/cli/arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/definition/fields.h"

namespace cnn::cli {

namespace {

std::vector<Option> all_options(const Usage& usage) {
  std::vector<Option> options = usage.options;
  options.push_back({"json", "", "one JSON value on standard output, for machines"});
  options.push_back({"help", "", "this text"});
  return options;
}

const Option& find_option(const Usage& usage, const std::vector<Option>& options, const std::string& name) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    if (option.name == name) return option;
    names.push_back(option.name);
  }
  const std::string near = nearest_name(name, names);
  throw UsageError("there is no option --" + name + "." +
                   (near.empty() ? " See cnn " + usage.name + " --help." : " Did you mean --" + near + "?"));
}

}  // namespace

std::string help_text(const Usage& usage) {
  std::string text = usage.summary + "\n\nUsage: cnn " + usage.name;
  if (!usage.operands.empty()) text += " " + usage.operands;
  text += " [options]\n\nOptions:\n";
  const std::vector<Option> options = all_options(usage);
  std::size_t width = 0;
  const auto head = [](const Option& option) {
    return "  --" + option.name + (option.value.empty() ? "" : " " + option.value);
  };
  for (const Option& option : options) width = std::max(width, head(option).size());
  for (const Option& option : options) {
    const std::string left = head(option);
    text += left + std::string(width + 2 - left.size(), ' ') + option.help + "\n";
  }
  if (!usage.more.empty()) text += "\n" + usage.more;
  return text;
}

Arguments::Arguments(const Usage& usage, const std::vector<std::string>& words) {
  const std::vector<Option> options = all_options(usage);
  if (std::find(words.begin(), words.end(), "--help") != words.end() ||
      std::find(words.begin(), words.end(), "-h") != words.end()) {
    values_["help"] = "";
    return;
  }
  bool only_operands = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_operands || word.size() < 2 || word[0] != '-') {
      operands_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_operands = true;
      continue;
    }
    if (word[1] != '-') throw UsageError("there is no option " + word + ". See cnn " + usage.name + " --help.");
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Option& option = find_option(usage, options, name);
    if (has(name)) throw UsageError("--" + name + " is given twice.");
    if (option.value.empty()) {
      if (equals != std::string::npos) throw UsageError("--" + name + " takes no value.");
      values_[name] = "";
    } else if (equals != std::string::npos) {
      values_[name] = word.substr(equals + 1);
    } else if (i + 1 < words.size() && words[i + 1].rfind("--", 0) != 0) {
      values_[name] = words[++i];
    } else {
      throw UsageError("--" + name + " needs a value: --" + name + " " + option.value + ".");
    }
  }
  const int count = static_cast<int>(operands_.size());
  if (count < usage.least_operands) {
    throw UsageError(usage.operands + " is missing. Usage: cnn " + usage.name + " " + usage.operands +
                     " [options]; see cnn " + usage.name + " --help.");
  }
  if (count > usage.most_operands) {
    throw UsageError("\"" + operands_[usage.most_operands] + "\" is one argument too many. See cnn " + usage.name +
                     " --help.");
  }
}

std::string Arguments::text(const std::string& name, const std::string& fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

double Arguments::number(const std::string& name, double fallback) const {
  return has(name) ? parse_number("--" + name, text(name)) : fallback;
}

long Arguments::whole(const std::string& name, long fallback, long least, long most) const {
  const double value = number(name, static_cast<double>(fallback));
  if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most)) {
    throw UsageError("--" + name + " must be a whole number between " + std::to_string(least) + " and " +
                     std::to_string(most) + ". Got " + text(name) + ".");
  }
  return static_cast<long>(value);
}

std::string Arguments::choice(const std::string& name, const std::string& fallback,
                              const std::vector<std::string>& choices) const {
  const std::string value = text(name, fallback);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
  throw UsageError("--" + name + " must be one of " + list + ". Got \"" + value + "\".");
}

double parse_number(const std::string& name, const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool digits = text.find_first_not_of("0123456789+-.eE") == std::string::npos;  // neither "nan" nor "0x10"
  if (text.empty() || !digits || *end != '\0' || !std::isfinite(value)) {
    throw UsageError(name + " must be a number. Got \"" + text + "\".");
  }
  return value;
}

}  // namespace cnn::cli
