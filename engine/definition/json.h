#pragma once

#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace cnn {

// A JSON value: what definitions, options, records and answers are made of. Objects keep their keys in the order in
// which they were written: tables, files and error texts follow the author. A number is a double: whole ones are exact
// to 2^53.
//
// The interface is the part of nlohmann::json's that is needed here. That library itself, instantiated wherever it is
// used, was a third of the module; here everything but conversions stands once, in json.cpp.
class Json {
 public:
  Json() noexcept;
  Json(std::nullptr_t) noexcept : Json() {}
  Json(const char* text);
  Json(std::string text);
  template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
  Json(T value) : Json(std::is_same_v<T, bool> ? Kind::boolean : Kind::number, static_cast<double>(value)) {}
  template <class T>
  Json(const std::vector<T>& list) : Json(Kind::array, 0) {
    for (const T& item : list) push_back(item);
  }
  // {{"key", value}, …} is an object, everything else in braces an array.
  Json(std::initializer_list<Json> list);
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  static Json array(std::initializer_list<Json> list = {});
  static Json object();
  // Text to value with the limits of read_json(); errors call it "JSON".
  static Json parse(const std::string& text);
  std::string dump() const;

  bool is_null() const noexcept { return kind_ == Kind::null; }
  bool is_boolean() const noexcept { return kind_ == Kind::boolean; }
  bool is_number() const noexcept { return kind_ == Kind::number; }
  bool is_string() const noexcept { return kind_ == Kind::text; }
  bool is_array() const noexcept { return kind_ == Kind::array; }
  bool is_object() const noexcept { return kind_ == Kind::object; }

  // The value as T: bool, a number, std::string or a vector of these. It must be of that kind.
  template <class T>
  T get() const {
    if constexpr (std::is_same_v<T, bool>) {
      return scalar(Kind::boolean) != 0;
    } else if constexpr (std::is_arithmetic_v<T>) {
      return static_cast<T>(scalar(Kind::number));
    } else if constexpr (std::is_same_v<T, std::string>) {
      return text();
    } else {
      T list;
      for (const Json& item : *this) list.push_back(item.get<typename T::value_type>());
      return list;
    }
  }

  // Items of an array, values of an object.
  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  Json* begin() noexcept { return items_.data(); }
  Json* end() noexcept { return items_.data() + items_.size(); }
  const Json* begin() const noexcept { return items_.data(); }
  const Json* end() const noexcept { return items_.data() + items_.size(); }

  template <class I, std::enable_if_t<std::is_integral_v<I>, int> = 0>
  Json& operator[](I index) {
    return at(static_cast<std::size_t>(index));
  }
  template <class I, std::enable_if_t<std::is_integral_v<I>, int> = 0>
  const Json& operator[](I index) const {
    return at(static_cast<std::size_t>(index));
  }
  Json& at(std::size_t index);
  const Json& at(std::size_t index) const;
  Json& back() { return items_.back(); }
  // Null becomes an array first.
  void push_back(Json item);
  void insert(const Json* before, Json item);
  void erase(std::size_t index);

  // Null becomes an object first; a key that is new gets null.
  Json& operator[](const std::string& key);
  Json& operator[](const char* key);
  // Those below must be there.
  const Json& operator[](const std::string& key) const { return at(key); }
  const Json& operator[](const char* key) const { return at(key); }
  Json& at(const std::string& key);
  const Json& at(const std::string& key) const;
  // end() where there is none.
  Json* find(const std::string& key) noexcept;
  const Json* find(const std::string& key) const noexcept;
  bool contains(const std::string& key) const noexcept { return find(key) != end(); }
  void erase(const std::string& key);
  // Takes over the members of another object.
  void update(const Json& other);

  // for (const auto& item : json.items()) … item.key(), item.value()
  template <class J>  // Json or const Json
  class Item {
   public:
    Item(J& object, std::size_t index) : object_(&object), index_(index) {}
    const std::string& key() const { return object_->keys_[index_]; }
    J& value() const { return object_->items_[index_]; }
    const Item& operator*() const { return *this; }
    Item& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Item& other) const { return index_ != other.index_; }

   private:
    J* object_;
    std::size_t index_;
  };
  template <class J>
  struct Items {
    J& object;
    Item<J> begin() const { return {object, 0}; }
    Item<J> end() const { return {object, object.keys_.size()}; }
  };
  Items<Json> items() { return {*this}; }
  Items<const Json> items() const { return {*this}; }

  friend bool operator==(const Json& a, const Json& b);
  friend bool operator!=(const Json& a, const Json& b) { return !(a == b); }

 private:
  enum class Kind : unsigned char { null, boolean, number, text, array, object };
  friend class JsonReader;
  friend class JsonWriter;

  Json(Kind kind, double scalar) noexcept;
  double scalar(Kind kind) const;
  const std::string& text() const;

  Kind kind_;
  double scalar_;  // number or boolean
  std::string text_;
  std::vector<std::string> keys_;  // of an object, beside its items
  std::vector<Json> items_;
};

// {"type": "relu"}_json, in quotes.
Json operator""_json(const char* text, std::size_t size);

template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Json& json) {
  return out << json.dump();
}

// What is nested deeper than this would exhaust the stack of a recursive consumer long before it is useful.
constexpr int kMaxJsonDepth = 64;

// Text becomes JSON (RFC 8259; of a key that comes twice the later value counts). Throws Error (invalid_definition)
// that names `subject` and the place in the text.
Json read_json(const char* text, std::size_t size, const std::string& subject, int most_depth = kMaxJsonDepth);

// On one line, in UTF-8 whatever the strings hold; NaN and infinity become null.
std::string write_json(const Json& json);

}  // namespace cnn
