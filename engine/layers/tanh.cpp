#include "engine/layers/tanh.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Tanh::forward(const Pass& pass) const { kernels::tanh_forward(count(pass), pass.inputs[0].value, pass.output); }

void Tanh::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::tanh_backward(count(pass), pass.output, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
