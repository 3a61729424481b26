#include "engine/core/shape.h"

#include "engine/core/text.h"

namespace cnn {

std::string to_string(const Shape& shape) { return compose("{}", shape); }

}  // namespace cnn
