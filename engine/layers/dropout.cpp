#include "engine/layers/dropout.h"

#include <cassert>

#include "engine/kernels/elementwise.h"
#include "engine/layers/terms.h"

namespace cnn {

std::size_t Dropout::saved_bytes(const LayerInputs&, const Shape& output, int batch) const {
  return output.size() * batch * sizeof(Real);  // the mask: 0 or 1 / (1 − rate)
}

void Dropout::forward(const Pass& pass) const {
  const std::size_t count = pass.shape.size() * pass.batch;
  const Real* x = pass.inputs[0].value;
  if (pass.mode == Mode::inference) {
    if (pass.output != x) kernels::add_scaled(count, Real(1), x, pass.output, false);
    return;
  }
  assert(pass.saved != nullptr && pass.random != nullptr);
  Real* mask = static_cast<Real*>(pass.saved);
  const float rate = static_cast<float>(attrs_.rate);
  const Real kept = static_cast<Real>(1 / (1 - attrs_.rate));
  for (std::size_t i = 0; i < count; ++i) mask[i] = pass.random->uniform() < rate ? Real(0) : kept;
  kernels::multiply(count, x, mask, pass.output, false);
}

void Dropout::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  const std::size_t count = pass.shape.size() * pass.batch;
  if (pass.mode == Mode::training) {
    const Real* mask = static_cast<const Real*>(pass.saved);
    kernels::multiply(count, pass.output_gradient, mask, in.gradient, in.accumulate);
  } else if (in.gradient != pass.output_gradient) {
    kernels::add_scaled(count, Real(1), pass.output_gradient, in.gradient, in.accumulate);
  }
}

void Dropout::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::mask;
  const Real* mask = pass.mode == Mode::training ? static_cast<const Real*>(pass.saved) : nullptr;
  terms.add(pass, 0, place, mask == nullptr ? Real(1) : mask[offset(place, pass.shape)]);
}

}  // namespace cnn
