#include "engine/layers/view.h"

#include "engine/kernels/elementwise.h"
#include "engine/layers/terms.h"

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

void view_terms(const Pass& pass, const Place& place, Terms& terms) {
  const Shape& in = pass.inputs[0].shape;
  const int at = static_cast<int>(offset({0, place.row, place.column, place.channel}, pass.shape));
  const int pixel = at / in.c;
  terms.kind = Arithmetic::copy;
  terms.add(pass, 0, {place.image, pixel / in.w, pixel % in.w, at % in.c}, 1);
}

}  // namespace cnn
