#include "engine/definition/json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "engine/core/error.h"
#include "engine/core/number.h"

namespace cnn {

Json::Json() noexcept : Json(Kind::null, 0) {}
Json::Json(Kind kind, double scalar) noexcept : kind_(kind), scalar_(scalar) {}
Json::Json(const char* text) : Json(std::string(text)) {}
Json::Json(std::string text) : kind_(Kind::text), scalar_(0), text_(std::move(text)) {}
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json::~Json() = default;

Json& Json::operator=(Json other) noexcept {
  kind_ = other.kind_;
  scalar_ = other.scalar_;
  text_.swap(other.text_);
  keys_.swap(other.keys_);
  items_.swap(other.items_);
  return *this;
}

Json::Json(std::initializer_list<Json> list) : Json(Kind::array, 0) {
  const bool pairs = std::all_of(list.begin(), list.end(), [](const Json& item) {
    return item.is_array() && item.size() == 2 && item[0].is_string();
  });
  if (pairs && list.size() > 0) {
    kind_ = Kind::object;
    for (const Json& pair : list) (*this)[pair[0].text_] = pair[1];
  } else {
    items_.assign(list.begin(), list.end());
  }
}

Json Json::array(std::initializer_list<Json> list) {
  Json json(Kind::array, 0);
  json.items_.assign(list.begin(), list.end());
  return json;
}

Json Json::object() { return Json(Kind::object, 0); }

Json Json::parse(const std::string& text) { return read_json(text.data(), text.size(), "JSON"); }

std::string Json::dump() const { return write_json(*this); }

double Json::scalar(Kind kind) const {
  if (kind_ != kind) fail(ErrorCode::internal, "JSON", "{} is of another kind.", dump());
  return scalar_;
}

const std::string& Json::text() const {
  scalar(Kind::text);
  return text_;
}

const Json& Json::at(std::size_t index) const {
  if (index >= items_.size()) fail(ErrorCode::internal, "JSON", "has {} items. Asked for {}.", items_.size(), index);
  return items_[index];
}

Json& Json::at(std::size_t index) { return const_cast<Json&>(std::as_const(*this).at(index)); }

void Json::push_back(Json item) {
  if (is_null()) kind_ = Kind::array;
  items_.push_back(std::move(item));
}

void Json::insert(const Json* before, Json item) { items_.insert(items_.begin() + (before - begin()), std::move(item)); }

void Json::erase(std::size_t index) { items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(index)); }

const Json* Json::find(const std::string& key) const noexcept {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) return &items_[i];
  }
  return end();
}

Json* Json::find(const std::string& key) noexcept { return const_cast<Json*>(std::as_const(*this).find(key)); }

const Json& Json::at(const std::string& key) const {
  const Json* found = find(key);
  if (found == end()) fail(ErrorCode::internal, "JSON", "has no \"{}\".", key);
  return *found;
}

Json& Json::at(const std::string& key) { return const_cast<Json&>(std::as_const(*this).at(key)); }

Json& Json::operator[](const std::string& key) {
  Json* found = find(key);
  if (found != end()) return *found;
  if (is_null()) kind_ = Kind::object;
  if (!is_object()) fail(ErrorCode::internal, "JSON", "{} is no object.", dump());
  keys_.push_back(key);
  items_.emplace_back();
  return items_.back();
}

Json& Json::operator[](const char* key) { return (*this)[std::string(key)]; }

void Json::erase(const std::string& key) {
  const std::ptrdiff_t index = find(key) - begin();
  if (index == end() - begin()) return;
  keys_.erase(keys_.begin() + index);
  items_.erase(items_.begin() + index);
}

void Json::update(const Json& other) {
  for (const auto& item : other.items()) (*this)[item.key()] = item.value();
}

bool operator==(const Json& a, const Json& b) {
  return a.kind_ == b.kind_ && a.scalar_ == b.scalar_ && a.text_ == b.text_ && a.keys_ == b.keys_ &&
         a.items_ == b.items_;
}

namespace {

// Bytes of the character of UTF-8 that begins at `at`; 0 where there is none (RFC 3629).
int utf8_length(const char* at, const char* end) {
  const auto byte = [&](int i) -> unsigned { return at + i < end ? static_cast<unsigned char>(at[i]) : 0; };
  const unsigned first = byte(0);
  const int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  for (int i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // What a shorter form could say, halves of surrogate pairs, and what lies beyond U+10FFFF.
  const unsigned second = byte(1);
  const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
  return bad ? 0 : length;
}

void append_utf8(std::string& text, unsigned code) {
  const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const unsigned marks[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(marks[more] | code >> (6 * more));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
}

constexpr char kEscapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";  // after the backslash, meaning

}  // namespace

class JsonReader {
 public:
  JsonReader(const char* text, std::size_t size, const std::string& subject, int most_depth)
      : begin_(text), at_(text), end_(text + size), subject_(subject), most_depth_(most_depth) {}

  Json document() {
    if (end_ - at_ >= 3 && std::equal(at_, at_ + 3, "\xEF\xBB\xBF")) at_ += 3;
    Json json = value(0);
    blanks();
    if (at_ != end_) refuse();
    return json;
  }

 private:
  [[noreturn]] void refuse() const {
    const char* start = at_;
    while (start > begin_ && start[-1] != '\n') --start;
    fail(ErrorCode::invalid_definition, subject_, "is no JSON: unexpected {} in line {}, column {}.",
         at_ == end_ ? "end" : "character", 1 + std::count(begin_, at_, '\n'), at_ - start + 1);
  }

  char peek() const { return at_ < end_ ? *at_ : '\0'; }

  void expect(const char* word) {
    for (; *word != 0; ++word, ++at_) {
      if (peek() != *word) refuse();
    }
  }

  void blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // After an item of a list: whether another follows.
  bool more(const char* end) {
    blanks();
    if (peek() == ',') {
      ++at_;
      blanks();
      return true;
    }
    expect(end);
    return false;
  }

  Json value(int depth) {
    blanks();
    if (depth > most_depth_) {
      fail(ErrorCode::invalid_definition, subject_, "nested deeper than {} levels.", most_depth_);
    }
    Json json;
    switch (peek()) {
      case 'n':
        expect("null");
        break;
      case 't':
        expect("true");
        return true;
      case 'f':
        expect("false");
        return false;
      case '"':
        return text();
      case '[':
        ++at_;
        json.kind_ = Json::Kind::array;
        blanks();
        if (peek() == ']') {
          ++at_;
          break;
        }
        do json.items_.push_back(value(depth + 1));
        while (more("]"));
        break;
      case '{':
        ++at_;
        json.kind_ = Json::Kind::object;
        blanks();
        if (peek() == '}') {
          ++at_;
          break;
        }
        members(json, depth + 1);
        break;
      default:
        return number();
    }
    return json;
  }

  // Found by a tree: to search the list of keys for each is slow where there are thousands.
  void members(Json& json, int depth) {
    std::map<std::string, int> places;
    do {
      const auto [place, is_new] = places.emplace(text(), static_cast<int>(json.items_.size()));
      blanks();
      expect(":");
      Json item = value(depth);
      if (is_new) {
        json.keys_.push_back(place->first);
        json.items_.push_back(std::move(item));
      } else {
        json.items_[static_cast<std::size_t>(place->second)] = std::move(item);
      }
    } while (more("}"));
  }

  std::string text() {
    expect("\"");
    std::string text;
    while (peek() != '"') {
      if (static_cast<unsigned char>(peek()) < 0x20) refuse();
      if (peek() != '\\') {
        const int length = utf8_length(at_, end_);
        if (length == 0) refuse();
        text.append(at_, static_cast<std::size_t>(length));
        at_ += length;
        continue;
      }
      ++at_;
      if (peek() == 'u') {
        append_utf8(text, escaped());
        continue;
      }
      const char* escape = kEscapes;
      while (*escape != 0 && *escape != peek()) escape += 2;
      if (*escape == 0) refuse();
      text += escape[1];
      ++at_;
    }
    ++at_;
    return text;
  }

  // A character written as \u1234, or as two of these.
  unsigned escaped() {
    const unsigned first = hexadecimal();
    if (first < 0xD800 || first >= 0xE000) return first;
    if (first >= 0xDC00) refuse();
    expect("\\");
    const unsigned second = hexadecimal();
    if (second < 0xDC00 || second >= 0xE000) refuse();
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  unsigned hexadecimal() {
    expect("u");
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
      if (digit < 0) refuse();
      code = code << 4 | static_cast<unsigned>(digit);
    }
    return code;
  }

  bool digit() const { return peek() >= '0' && peek() <= '9'; }

  double number() {
    const bool negative = peek() == '-';
    if (negative) ++at_;
    if (!digit()) refuse();
    std::uint64_t digits = 0;
    int ten = 0;
    // The first 19 digits fit; those after them only move the point.
    const auto take = [&](int step) {
      const bool fits = digits < 1000000000000000000;
      if (fits) digits = digits * 10 + static_cast<std::uint64_t>(*at_ - '0');
      ten += fits ? step : step + 1;
      ++at_;
    };
    if (peek() == '0') {
      ++at_;
    } else {
      while (digit()) take(0);
    }
    if (peek() == '.') {
      ++at_;
      if (!digit()) refuse();
      while (digit()) take(-1);
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      const bool down = peek() == '-';
      if (down || peek() == '+') ++at_;
      if (!digit()) refuse();
      int exponent = 0;
      for (; digit(); ++at_) exponent = std::min(exponent * 10 + (*at_ - '0'), 1000000);
      ten += down ? -exponent : exponent;
    }
    const double size = decimal(digits, ten);
    if (std::isinf(size)) fail(ErrorCode::invalid_definition, subject_, "has a number that is out of range.");
    return negative ? -size : size;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const std::string& subject_;
  int most_depth_;
};

class JsonWriter {
 public:
  std::string out;

  void write(const Json& json) {
    switch (json.kind_) {
      case Json::Kind::null:
        out += "null";
        break;
      case Json::Kind::boolean:
        out += json.scalar_ != 0 ? "true" : "false";
        break;
      case Json::Kind::number:
        out += std::isfinite(json.scalar_) ? number_text(json.scalar_) : "null";
        break;
      case Json::Kind::text:
        write(json.text_);
        break;
      case Json::Kind::array:
      case Json::Kind::object:
        out += json.is_array() ? '[' : '{';
        for (std::size_t i = 0; i < json.items_.size(); ++i) {
          if (i > 0) out += ',';
          if (json.is_object()) {
            write(json.keys_[i]);
            out += ':';
          }
          write(json.items_[i]);
        }
        out += json.is_array() ? ']' : '}';
    }
  }

 private:
  void write(const std::string& text) {
    out += '"';
    const char* end = text.data() + text.size();
    for (const char* at = text.data(); at < end;) {
      const char* escape = kEscapes;
      while (*escape != 0 && (escape[1] != *at || *at == '/')) escape += 2;
      const int length = utf8_length(at, end);
      if (*escape != 0) {
        out += '\\';
        out += *escape;
      } else if (static_cast<unsigned char>(*at) < 0x20) {
        out += *at < 0x10 ? "\\u000" : "\\u001";
        out += "0123456789abcdef"[*at & 15];
      } else if (length == 0) {
        out += "\xEF\xBF\xBD";  // the replacement character
      } else {
        out.append(at, static_cast<std::size_t>(length));
      }
      at += std::max(length, 1);
    }
    out += '"';
  }
};

Json operator""_json(const char* text, std::size_t size) { return read_json(text, size, "JSON"); }

Json read_json(const char* text, std::size_t size, const std::string& subject, int most_depth) {
  return JsonReader(text, size, subject, most_depth).document();
}

std::string write_json(const Json& json) {
  JsonWriter writer;
  writer.write(json);
  return std::move(writer.out);
}

}  // namespace cnn
