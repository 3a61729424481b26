#include "engine/layers/hard_swish.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void HardSwish::forward(const Pass& pass) const {
  kernels::hard_swish_forward(count(pass), pass.inputs[0].value, pass.output);
}

void HardSwish::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::hard_swish_backward(count(pass), in.value, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
