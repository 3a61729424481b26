#include "engine/layers/local_response_norm.h"

#include <algorithm>
#include <vector>

#include "engine/core/error.h"
#include "engine/layers/terms.h"

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

// The backward pass of this one pixel tells the slopes.
void LocalResponseNorm::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const int channels = pass.shape.c;
  const std::size_t pixel = offset({place.image, place.row, place.column, 0}, pass.shape);
  std::vector<Real> start(channels, 0), slopes(channels, 0);
  start[place.channel] = 1;
  kernels::local_response_backward(kernel_parameters(), 1, channels, pass.inputs[0].value + pixel, start.data(), slopes.data(),
                                   false, pass.scratch);
  terms.kind = Arithmetic::function;
  const int reach = kernel_parameters().reach;
  for (int c = std::max(0, place.channel - reach); c <= std::min(channels - 1, place.channel + reach); ++c) {
    terms.add(pass, 0, {place.image, place.row, place.column, c}, slopes[c]);
  }
}

}  // namespace cnn
