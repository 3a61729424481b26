#include "engine/layers/sigmoid.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Sigmoid::forward(const Pass& pass) const {
  kernels::sigmoid_forward(count(pass), pass.inputs[0].value, pass.output);
}

void Sigmoid::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::sigmoid_backward(count(pass), pass.output, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
