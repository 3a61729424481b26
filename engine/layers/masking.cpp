#include "engine/layers/masking.h"

#include <cassert>

#include "engine/kernels/channelwise.h"
#include "engine/kernels/elementwise.h"
#include "engine/layers/terms.h"

namespace cnn {

std::size_t Masking::saved_bytes(const LayerInputs&, const Shape& output, int batch) const {
  return static_cast<std::size_t>(channels(output)) * batch * sizeof(Real);  // the mask: 0 or what the rest is scaled by
}

void Masking::forward(const Pass& pass) const {
  if (pass.mode == Mode::training) {
    assert(pass.saved != nullptr && pass.random != nullptr);
    Real* mask = static_cast<Real*>(pass.saved);
    const std::size_t count = static_cast<std::size_t>(channels(pass.shape)) * pass.batch;
    const float rate = static_cast<float>(attrs_.rate);
    const Real kept = static_cast<Real>(attrs_.scale_in == ScaleIn::training ? 1 / (1 - attrs_.rate) : 1);
    for (std::size_t i = 0; i < count; ++i) mask[i] = pass.random->uniform() < rate ? Real(0) : kept;
  }
  apply(pass, pass.inputs[0].value, pass.output, false);
}

void Masking::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient != nullptr) apply(pass, pass.output_gradient, in.gradient, in.accumulate);
}

void Masking::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::mask;
  const std::size_t groups = channels(pass.shape);
  const Real* mask = pass.mode == Mode::training ? static_cast<const Real*>(pass.saved) : nullptr;
  const std::size_t group = place.image * groups + offset(place, pass.shape) % groups;
  terms.add(pass, 0, place, mask == nullptr ? inference_scale() : mask[group]);
}

Real Masking::inference_scale() const {
  return static_cast<Real>(attrs_.scale_in == ScaleIn::inference ? 1 - attrs_.rate : 1);
}

// Linear: the same forward and backward.
void Masking::apply(const Pass& pass, const Real* from, Real* to, bool accumulate) const {
  const std::size_t size = pass.shape.size();
  if (pass.mode == Mode::training) {
    const int groups = channels(pass.shape);
    kernels::gate_maps(pass.batch, size / groups, groups, from, static_cast<const Real*>(pass.saved), to, accumulate);
    return;
  }
  const Real scale = inference_scale();
  if (from == to && scale == 1) return;
  kernels::add_scaled(size * pass.batch, scale, from, to, accumulate);
}

}  // namespace cnn
