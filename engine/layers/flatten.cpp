#include "engine/layers/flatten.h"

#include "engine/core/error.h"

namespace cnn {

Shape Flatten::output_shape(const LayerInputs& inputs) const {
  const std::size_t size = inputs[0].size();
  if (size > 1u << 30) {
    fail(ErrorCode::shape_mismatch, kType, "input is too large. Got {}.", inputs[0]);
  }
  return {1, 1, static_cast<int>(size)};  // [H·W·C]
}

ReceptiveStep Flatten::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.whole = true;  // the vector as a whole sees all; one entry alone has no place any more
  return step;
}

}  // namespace cnn
