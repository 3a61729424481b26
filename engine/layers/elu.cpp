#include "engine/layers/elu.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Elu::forward(const Pass& pass) const {
  kernels::elu_forward(count(pass), static_cast<Real>(attrs_.alpha), pass.inputs[0].value, pass.output);
}

void Elu::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  // With alpha of at least 0 the output is positive exactly where the input is.
  kernels::elu_backward(count(pass), static_cast<Real>(attrs_.alpha), pass.output, pass.output, pass.output_gradient,
                        in.gradient, in.accumulate);
}

}  // namespace cnn
