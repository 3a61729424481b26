#pragma once

#include <cstddef>
#include <string>

namespace cnn {

// The extents of one image's worth of values between two layers. The batch is the slowest extent of every buffer and
// is never part of a Shape. A vector of C numbers (after flatten, dense, global_pool) is 1×1×C.
struct Shape {
  int h = 0;
  int w = 0;
  int c = 0;

  std::size_t size() const { return static_cast<std::size_t>(h) * w * c; }
  bool flat() const { return h == 1 && w == 1; }

  friend bool operator==(const Shape& a, const Shape& b) { return a.h == b.h && a.w == b.w && a.c == b.c; }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
};

// "28x28x8", or "128" for a vector. ASCII, for error texts and tables.
std::string to_string(const Shape& shape);

}  // namespace cnn
