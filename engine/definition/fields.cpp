#include "engine/definition/fields.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/core/error.h"

namespace cnn {

std::string nearest_name(const std::string& word, const std::vector<std::string>& names) {
  // Levenshtein distance; a guess further away than a third of the word (at least two letters) helps nobody. A beginning of
  // three letters or more ("eps") counts as two letters away.
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& name : names) {
    std::vector<std::size_t> row(name.size() + 1);
    for (std::size_t j = 0; j <= name.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= name.size(); ++j) {
        const std::size_t above = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (word[i - 1] == name[j - 1] ? 0 : 1)});
        diagonal = above;
      }
    }
    const bool beginning = word.size() >= 3 && name.compare(0, word.size(), word) == 0;
    const std::size_t distance = beginning ? std::min<std::size_t>(2, row[name.size()]) : row[name.size()];
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& names) {
  const std::string near = nearest_name(word, names);
  return near.empty() ? near : compose(" Did you mean \"{}\"?", near);
}

namespace {

// The value as people wrote it, cut where it gets long.
std::string shown(const Json& value) {
  std::string text = write_json(value);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

// "conv2d.stride" → "[conv2d] stride …": the last part is the key, the rest the subject.
[[noreturn]] void refuse(const std::string& subject_and_key, const std::string& path, const std::string& expected,
                         const Json& value) {
  const std::size_t dot = subject_and_key.rfind('.');
  fail_at(path, ErrorCode::invalid_value, subject_and_key.substr(0, dot), "{} must be {}. Got {}.",
          subject_and_key.substr(dot + 1), expected, shown(value));
}

void check_range(double number, const Json& value, const Field& field, const std::string& subject,
                 const std::string& path) {
  if (number >= field.least && number <= field.most) return;
  const bool low = std::isfinite(field.least);
  const bool high = std::isfinite(field.most);
  const std::string expected = low && high ? compose("between {} and {}", field.least, field.most)
                               : low       ? compose("at least {}", field.least)
                               : high      ? compose("at most {}", field.most)
                                           : "a finite number";  // only NaN gets here
  refuse(subject, path, expected, value);
}

bool whole_number(const Json& value, int& out) {
  if (!value.is_number()) return false;
  const double number = value.get<double>();
  if (!(std::abs(number) <= 2147483647.0) || number != std::floor(number)) return false;
  out = static_cast<int>(number);
  return true;
}

void read(const Json& value, const Field& field, const std::string& subject, const std::string& path, int& out) {
  int number = 0;
  if (!whole_number(value, number)) refuse(subject, path, "a whole number", value);
  check_range(number, value, field, subject, path);
  out = number;
}

void read(const Json& value, const Field& field, const std::string& subject, const std::string& path, double& out) {
  if (!value.is_number()) refuse(subject, path, "a number", value);
  const double number = value.get<double>();
  if (!std::isfinite(number)) refuse(subject, path, "a finite number", value);
  check_range(number, value, field, subject, path);
  out = number;
}

void read(const Json& value, const Field&, const std::string& subject, const std::string& path, bool& out) {
  if (!value.is_boolean()) refuse(subject, path, "true or false", value);
  out = value.get<bool>();
}

void read(const Json& value, const Field&, const std::string& subject, const std::string& path, std::string& out) {
  if (!value.is_string()) refuse(subject, path, "a text", value);
  out = value.get<std::string>();
}

void read(const Json& value, const Field& field, const std::string& subject, const std::string& path, Extent2& out) {
  int numbers[2] = {0, 0};
  bool good = false;
  if (whole_number(value, numbers[0])) {
    numbers[1] = numbers[0];
    good = true;
  } else if (value.is_array() && value.size() == 2) {
    good = whole_number(value[0], numbers[0]) && whole_number(value[1], numbers[1]);
  }
  if (!good) refuse(subject, path, "a whole number or [height, width]", value);
  check_range(numbers[0], value, field, subject, path);
  check_range(numbers[1], value, field, subject, path);
  out = Extent2{numbers[0], numbers[1]};
}

void read(const Json& value, const Field&, const std::string& subject, const std::string& path, Padding& out) {
  constexpr int kMost = 1024;
  const char* expected = "\"same\", \"valid\", \"full\", a whole number or [top, bottom, left, right] up to 1024";
  Padding padding;
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    if (text == "same") {
      padding.kind = Padding::Kind::same;
    } else if (text == "full") {
      padding.kind = Padding::Kind::full;
    } else if (text != "valid") {
      refuse(subject, path, expected, value);
    }
    out = padding;
    return;
  }
  padding.kind = Padding::Kind::sides;
  int sides[4] = {0, 0, 0, 0};
  if (whole_number(value, sides[0])) {
    sides[1] = sides[2] = sides[3] = sides[0];
  } else {
    bool good = value.is_array() && value.size() == 4;
    for (int i = 0; good && i < 4; ++i) good = whole_number(value[i], sides[i]);
    if (!good) refuse(subject, path, expected, value);
  }
  for (const int side : sides) {
    if (side < 0 || side > kMost) refuse(subject, path, expected, value);
  }
  padding.top = sides[0];
  padding.bottom = sides[1];
  padding.left = sides[2];
  padding.right = sides[3];
  out = padding;
}

void read(const Json& value, const Field& field, const std::string& subject, const std::string& path,
          std::vector<int>& out) {
  if (!value.is_array()) refuse(subject, path, "a list of whole numbers", value);
  std::vector<int> numbers(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!whole_number(value[i], numbers[i])) refuse(subject, path, "a list of whole numbers", value);
    check_range(numbers[i], value, field, subject, path);
  }
  out = std::move(numbers);
}

int read_choice(const Json& value, const char* const* names, int count, const std::string& subject,
                const std::string& path) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    if (value.is_string() && value.get<std::string>() == names[i]) return i;
    list += compose(i == 0 ? "\"{}\"" : ", \"{}\"", names[i]);
  }
  refuse(subject, path, "one of " + list, value);
}

Json write(const Extent2& value) {
  if (value.h == value.w) return value.h;
  return Json::array({value.h, value.w});
}

Json write(const Padding& value) {
  switch (value.kind) {
    case Padding::Kind::same: return "same";
    case Padding::Kind::valid: return "valid";
    case Padding::Kind::full: return "full";
    case Padding::Kind::sides: break;
  }
  if (value.top == value.bottom && value.top == value.left && value.top == value.right) return value.top;
  return Json::array({value.top, value.bottom, value.left, value.right});
}

const char* kind_name(FieldRef::Kind kind) {
  switch (kind) {
    case FieldRef::Kind::integer: return "integer";
    case FieldRef::Kind::number: return "number";
    case FieldRef::Kind::boolean: return "boolean";
    case FieldRef::Kind::text: return "text";
    case FieldRef::Kind::extent: return "extent";
    case FieldRef::Kind::padding: return "padding";
    case FieldRef::Kind::integers: return "integers";
    case FieldRef::Kind::choice: return "choice";
  }
  return "choice";
}

template <class T>
T& as(const FieldRef& ref) {
  return *static_cast<T*>(ref.member);
}

void read_member(const Json& value, const std::string& subject, const std::string& path, const FieldRef& ref) {
  switch (ref.kind) {
    case FieldRef::Kind::integer: return read(value, ref.field, subject, path, as<int>(ref));
    case FieldRef::Kind::number: return read(value, ref.field, subject, path, as<double>(ref));
    case FieldRef::Kind::boolean: return read(value, ref.field, subject, path, as<bool>(ref));
    case FieldRef::Kind::text: return read(value, ref.field, subject, path, as<std::string>(ref));
    case FieldRef::Kind::extent: return read(value, ref.field, subject, path, as<Extent2>(ref));
    case FieldRef::Kind::padding: return read(value, ref.field, subject, path, as<Padding>(ref));
    case FieldRef::Kind::integers: return read(value, ref.field, subject, path, as<std::vector<int>>(ref));
    case FieldRef::Kind::choice: break;
  }
  const int choice = read_choice(value, ref.names, ref.name_count, subject, path);
  std::memcpy(ref.member, &choice, sizeof choice);  // an enumeration, whose type is not known here
}

Json write_member(const FieldRef& ref) {
  switch (ref.kind) {
    case FieldRef::Kind::integer: return as<int>(ref);
    case FieldRef::Kind::number: return as<double>(ref);
    case FieldRef::Kind::boolean: return as<bool>(ref);
    case FieldRef::Kind::text: return as<std::string>(ref);
    case FieldRef::Kind::extent: return write(as<Extent2>(ref));
    case FieldRef::Kind::padding: return write(as<Padding>(ref));
    case FieldRef::Kind::integers: return as<std::vector<int>>(ref);
    case FieldRef::Kind::choice: break;
  }
  int choice = 0;
  std::memcpy(&choice, ref.member, sizeof choice);
  return ref.names[choice];
}

}  // namespace

void read_list(const Json& object, const std::string& subject, const std::string& path,
               const std::vector<std::string>& also, const FieldList& list) {
  if (!object.is_object()) {
    fail_at(path, ErrorCode::invalid_definition, subject, "must be an object {…}. Got {}.", shown(object));
  }
  std::vector<std::string> names;
  for (const FieldRef& ref : list.refs) {
    names.emplace_back(ref.key);
    const auto found = object.find(ref.key);
    if (found != object.end()) {
      read_member(*found, subject + "." + ref.key, path + "/" + ref.key, ref);
    } else if (ref.field.is_required) {
      fail_at(path, ErrorCode::invalid_definition, subject, "\"{}\" is missing.", ref.key);
    }
  }
  names.insert(names.end(), also.begin(), also.end());
  for (const auto& item : object.items()) {
    if (std::find(names.begin(), names.end(), item.key()) != names.end()) continue;
    fail_at(path + "/" + item.key(), ErrorCode::invalid_definition, subject, "unknown key \"{}\".{}", item.key(),
            suggestion(item.key(), names));
  }
}

Json write_list(const FieldList& list) {
  Json object = Json::object();
  for (const FieldRef& ref : list.refs) object[ref.key] = write_member(ref);
  return object;
}

Json describe_list(const FieldList& list) {
  Json entries = Json::array();
  for (const FieldRef& ref : list.refs) {
    Json entry;
    entry["key"] = ref.key;
    entry["kind"] = kind_name(ref.kind);
    for (int i = 0; i < ref.name_count; ++i) entry["choices"].push_back(ref.names[i]);
    if (ref.field.is_required) {
      entry["required"] = true;
    } else {
      entry["default"] = write_member(ref);
    }
    if (std::isfinite(ref.field.least)) entry["least"] = ref.field.least;
    if (std::isfinite(ref.field.most)) entry["most"] = ref.field.most;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace cnn
