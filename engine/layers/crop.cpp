#include "engine/layers/crop.h"

#include "engine/core/error.h"
#include "engine/layers/window.h"

namespace cnn {

Shape Crop::output_shape(const LayerInputs& inputs) const {
  const Shape& in = inputs[0];
  const Padding& m = attrs_.margin;
  require_sides(kType, m);
  const Shape out{in.h - m.top - m.bottom, in.w - m.left - m.right, in.c};
  if (out.h <= 0 || out.w <= 0) {
    fail(ErrorCode::shape_mismatch, kType, "margin leaves nothing. Got input {}, margin {}.", in, sides_text(m));
  }
  return out;  // [H − top − bottom, W − left − right, C]
}

ReceptiveStep Crop::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.pad_top = -attrs_.margin.top;
  step.pad_left = -attrs_.margin.left;
  return step;
}

kernels::Resample Crop::resample() const {
  kernels::Resample s;
  s.h.before = -attrs_.margin.top;
  s.w.before = -attrs_.margin.left;
  return s;
}

}  // namespace cnn
