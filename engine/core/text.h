#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "engine/core/shape.h"

namespace cnn {

// What compose() puts in the place of a {}: a text, a number, a shape. Borrows, so it lives no longer than the call.
class TextPiece {
 public:
  TextPiece(const char* text) : kind_(Kind::characters) { value_.characters = text; }
  TextPiece(const std::string& text) : kind_(Kind::text) { value_.text = &text; }
  TextPiece(const Shape& shape) : kind_(Kind::shape) { value_.shape = &shape; }
  template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  TextPiece(T number) : kind_(Kind::integer) {
    value_.integer = static_cast<std::int64_t>(number);
  }
  TextPiece(double number) : kind_(Kind::number) { value_.number = number; }

  void append_to(std::string& text) const;

 private:
  enum class Kind : std::uint8_t { characters, text, shape, integer, number };
  union {
    const char* characters;
    const std::string* text;
    const Shape* shape;
    std::int64_t integer;
    double number;
  } value_;
  Kind kind_;
};

std::string compose_pieces(const char* pattern, const TextPiece* pieces, int count);

// The pattern with each {} replaced: compose("kernel {}x{}", 5, 5) is "kernel 5x5". One call instead of a chain of +
// and to_string, each of whose temporary strings would cost the download a clean-up.
template <class... Values>
std::string compose(const char* pattern, const Values&... values) {
  const TextPiece pieces[] = {values..., ""};  // one more, since no array is empty
  return compose_pieces(pattern, pieces, static_cast<int>(sizeof...(values)));
}

}  // namespace cnn
