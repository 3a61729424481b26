#include "engine/layers/upsample.h"

#include "engine/core/error.h"

namespace cnn {

Shape Upsample::output_shape(const LayerInputs& inputs) const {
  const Shape& in = inputs[0];
  if (std::int64_t(in.h) * attrs_.factor.h > 1 << 20 || std::int64_t(in.w) * attrs_.factor.w > 1 << 20) {
    fail(ErrorCode::shape_mismatch, kType, "output is too large. Input {}.", in);
  }
  return {in.h * attrs_.factor.h, in.w * attrs_.factor.w, in.c};  // [H·factor, W·factor, C]
}

ReceptiveStep Upsample::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.growth_h = attrs_.factor.h;
  step.growth_w = attrs_.factor.w;
  if (attrs_.mode == UpsampleMode::bilinear) {
    // Two cells on each axis that grows; the first pixel's middle lies before that of the first cell.
    step.kernel_h = step.growth_h > 1 ? 2 : 1;
    step.kernel_w = step.growth_w > 1 ? 2 : 1;
    step.pad_top = step.kernel_h - 1;
    step.pad_left = step.kernel_w - 1;
  }
  return step;
}

kernels::Resample Upsample::resample() const {
  kernels::Resample s;
  s.h.factor = attrs_.factor.h;
  s.w.factor = attrs_.factor.w;
  s.linear = attrs_.mode == UpsampleMode::bilinear;
  return s;
}

}  // namespace cnn
