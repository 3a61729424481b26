#include "engine/layers/softsign.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void Softsign::forward(const Pass& pass) const {
  kernels::softsign_forward(count(pass), pass.inputs[0].value, pass.output);
}

void Softsign::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::softsign_backward(count(pass), in.value, pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
