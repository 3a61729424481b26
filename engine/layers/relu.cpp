#include "engine/layers/relu.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Relu::forward(const Pass& pass) const { kernels::relu_forward(count(pass), pass.inputs[0].value, pass.output); }

void Relu::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::relu_backward(count(pass), pass.output, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
