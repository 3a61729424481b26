#include "engine/layers/pad.h"

#include "engine/core/error.h"
#include "engine/layers/window.h"

namespace cnn {

Shape Pad::output_shape(const LayerInputs& inputs) const {
  const Shape& in = inputs[0];
  const Padding& p = attrs_.padding;
  require_sides(kType, p);
  if (attrs_.mode == kernels::Border::reflect) require_mirror(kType, in, p.top, p.bottom, p.left, p.right);
  return {in.h + p.top + p.bottom, in.w + p.left + p.right, in.c};  // [H + top + bottom, W + left + right, C]
}

ReceptiveStep Pad::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.pad_top = attrs_.padding.top;
  step.pad_left = attrs_.padding.left;
  return step;
}

kernels::Resample Pad::resample() const {
  kernels::Resample s;
  s.h.before = attrs_.padding.top;
  s.w.before = attrs_.padding.left;
  s.border = attrs_.mode;
  return s;
}

}  // namespace cnn
