#include "engine/layers/hard_sigmoid.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void HardSigmoid::forward(const Pass& pass) const {
  kernels::hard_sigmoid_forward(count(pass), pass.inputs[0].value, pass.output);
}

void HardSigmoid::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::hard_sigmoid_backward(count(pass), pass.output, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
