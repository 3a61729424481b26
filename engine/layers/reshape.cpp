#include "engine/layers/reshape.h"

#include "engine/core/error.h"

namespace cnn {

Shape Reshape::output_shape(const LayerInputs& inputs) const {
  if (attrs_.shape.size() != 3) {
    fail(ErrorCode::invalid_value, kType, "shape must be [height, width, channels]. Got {} numbers.", attrs_.shape.size());
  }
  const Shape out{attrs_.shape[0], attrs_.shape[1], attrs_.shape[2]};
  // In doubles, whose products do not overflow.
  if (double(out.h) * out.w * out.c != double(inputs[0].h) * inputs[0].w * inputs[0].c) {
    fail(ErrorCode::shape_mismatch, kType, "shape must hold as many numbers as the input. Got {} and {}.", inputs[0], out);
  }
  return out;  // [H, W, C]
}

ReceptiveStep Reshape::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.whole = true;  // where a number stood cannot be told from where it stands
  return step;
}

}  // namespace cnn
