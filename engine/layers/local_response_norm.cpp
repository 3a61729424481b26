#include "engine/layers/local_response_norm.h"

#include "engine/core/error.h"

namespace cnn {

namespace {

std::size_t pixels(const Pass& pass) { return static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w; }

}  // namespace

Shape LocalResponseNorm::output_shape(const LayerInputs& inputs) const {
  if (attrs_.size % 2 == 0) {
    fail(ErrorCode::invalid_value, kType, "size must be odd. Got {}.", attrs_.size);
  }
  return inputs[0];  // [H, W, C]
}

std::size_t LocalResponseNorm::scratch(const LayerInputs& inputs, const Shape&, int) const {
  return 3 * static_cast<std::size_t>(inputs[0].c);
}

void LocalResponseNorm::forward(const Pass& pass) const {
  kernels::local_response_forward(kernel_parameters(), pixels(pass), pass.shape.c, pass.inputs[0].value, pass.output,
                                  pass.scratch);
}

void LocalResponseNorm::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::local_response_backward(kernel_parameters(), pixels(pass), pass.shape.c, in.value, pass.output_gradient,
                                   in.gradient, in.accumulate, pass.scratch);
}

kernels::LocalResponse LocalResponseNorm::kernel_parameters() const {
  kernels::LocalResponse p;
  p.reach = attrs_.size / 2;
  p.offset = attrs_.offset;
  p.alpha = attrs_.alpha;
  p.beta = attrs_.beta;
  return p;
}

}  // namespace cnn
