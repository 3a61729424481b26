#include "engine/layers/gelu.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Gelu::forward(const Pass& pass) const {
  kernels::gelu_forward(count(pass), pass.inputs[0].value, pass.output);
}

void Gelu::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::gelu_backward(count(pass), in.value, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
