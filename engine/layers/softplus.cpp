#include "engine/layers/softplus.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Softplus::forward(const Pass& pass) const {
  kernels::softplus_forward(count(pass), pass.inputs[0].value, pass.output);
}

void Softplus::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::softplus_backward(count(pass), in.value, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
