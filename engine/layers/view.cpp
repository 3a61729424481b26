#include "engine/layers/view.h"

#include "engine/kernels/elementwise.h"

namespace cnn {

void view_forward(const Pass& pass) {
  const PassInput& in = pass.inputs[0];
  if (pass.output == in.value) return;
  kernels::add_scaled(in.shape.size() * pass.batch, Real(1), in.value, pass.output, false);
}

void view_backward(const Pass& pass) {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr || in.gradient == pass.output_gradient) return;
  kernels::add_scaled(in.shape.size() * pass.batch, Real(1), pass.output_gradient, in.gradient, in.accumulate);
}

}  // namespace cnn
