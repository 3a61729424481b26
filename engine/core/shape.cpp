#include "engine/core/shape.h"

namespace cnn {

std::string to_string(const Shape& shape) {
  if (shape.flat()) return std::to_string(shape.c);
  return std::to_string(shape.h) + "x" + std::to_string(shape.w) + "x" + std::to_string(shape.c);
}

}  // namespace cnn
