#include "engine/layers/swish.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Swish::forward(const Pass& pass) const { kernels::swish_forward(count(pass), pass.inputs[0].value, pass.output); }

void Swish::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::swish_backward(count(pass), in.value, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
