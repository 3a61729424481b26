#include "engine/layers/leaky_relu.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void LeakyRelu::forward(const Pass& pass) const {
  kernels::leaky_relu_forward(count(pass), static_cast<Real>(attrs_.slope), pass.inputs[0].value, pass.output);
}

void LeakyRelu::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  // With a slope of at least 0 the output is positive exactly where the input is.
  kernels::leaky_relu_backward(count(pass), static_cast<Real>(attrs_.slope), pass.output, pass.output_gradient,
                               in.gradient, in.accumulate);
}

}  // namespace cnn
