#include "engine/layers/normalization.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/channelwise.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

ParameterSpec per_channel(const char* name, int channels, Initializer initial, bool trainable) {
  ParameterSpec spec;
  spec.name = name;
  spec.shape = {channels};
  spec.initializer = initial;
  spec.trainable = trainable;
  return spec;
}

void follow(int channels, Real momentum, const Real* value, Real* average) {
  for (int c = 0; c < channels; ++c) average[c] = momentum * average[c] + (1 - momentum) * value[c];
}

}  // namespace

kernels::NormSets batch_sets(const Pass& pass) {
  kernels::NormSets s;
  s.rows = static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w;
  s.channels = pass.shape.c;
  s.groups = pass.shape.c;
  return s;
}

kernels::NormSets image_sets(const Pass& pass, int groups) {
  kernels::NormSets s;
  s.images = pass.batch;
  s.rows = static_cast<std::size_t>(pass.shape.h) * pass.shape.w;
  s.channels = pass.shape.c;
  s.groups = groups;
  return s;
}

std::vector<ParameterSpec> affine_parameters(bool scale, bool shift, int channels) {
  std::vector<ParameterSpec> specs;
  if (scale) specs.push_back(per_channel("gamma", channels, Initializer::ones, true));
  if (shift) specs.push_back(per_channel("beta", channels, Initializer::zeros, true));
  return specs;
}

std::vector<ParameterSpec> running_averages(int channels) {
  return {per_channel("running_mean", channels, Initializer::zeros, false),
          per_channel("running_variance", channels, Initializer::ones, false)};
}

Affine place_affine(const Pass& pass, bool scale, bool shift, Real* scratch) {
  Affine affine{};
  const auto piece = [&](Real value) {
    Real* start = scratch;
    std::fill_n(start, pass.shape.c, value);
    scratch += pass.shape.c;
    return start;
  };
  const auto place = [&](bool learnt, Real otherwise, Real** value, Real** gradient) {
    *gradient = learnt && !pass.parameter_gradients.empty() ? pass.parameter_gradients[affine.count] : nullptr;
    if (*gradient == nullptr) *gradient = piece(0);
    *value = learnt ? pass.parameters[affine.count++] : piece(otherwise);
  };
  place(scale, 1, &affine.gamma, &affine.gamma_gradient);
  place(shift, 0, &affine.beta, &affine.beta_gradient);
  return affine;
}

void normalization_terms(const Pass& pass, const Place& place, bool scale, bool shift, const Normalized& of, Terms& terms) {
  const Affine affine = place_affine(pass, scale, shift, pass.scratch);
  const int c = place.channel;
  terms.kind = Arithmetic::normalization;
  terms.add(pass, 0, place, affine.gamma[c] * of.inv_std);
  Term& term = terms.list.back();
  const Real normalized = (term.value - of.mean) * of.inv_std;
  term.factor = normalized;
  term.product = normalized * affine.gamma[c];
  if (scale) {
    term.tensor = 0;
    term.element = c;
  }
  if (shift) terms.add_constant(pass, scale ? 1 : 0, c);
  terms.numbers = {{"mean", of.mean},
                   {"variance", 1 / (double(of.inv_std) * of.inv_std) - of.epsilon},
                   {"epsilon", of.epsilon},
                   {"normalized", normalized},
                   {"gamma", affine.gamma[c]},
                   {"beta", affine.beta[c]},
                   {"images", of.images},
                   {"rows", of.rows},
                   {"columns", of.columns},
                   {"channels", of.channels}};
}

void inverse_deviation(std::size_t count, const Real* variance, double epsilon, Real* out) {
  const Real e = static_cast<Real>(epsilon);
  for (std::size_t i = 0; i < count; ++i) out[i] = 1 / std::sqrt(variance[i] + e);
}

void batch_statistics(const Pass& pass, double momentum, double epsilon, Real* running_mean, Real* running_variance,
                      Real* mean, Real* inv_std) {
  const int channels = pass.shape.c;
  if (pass.mode == Mode::inference) {
    std::copy_n(running_mean, channels, mean);
    inverse_deviation(channels, running_variance, epsilon, inv_std);
    return;
  }
  Real* variance = inv_std;
  kernels::norm_moments(batch_sets(pass), pass.inputs[0].value, mean, variance);
  follow(channels, static_cast<Real>(momentum), mean, running_mean);
  follow(channels, static_cast<Real>(momentum), variance, running_variance);
  inverse_deviation(channels, variance, epsilon, inv_std);
}

void batch_statistics_backward(const Pass& pass, const Real* mean, const Real* inv_std, const Real* gamma,
                               Real* dgamma, Real* dbeta, Real* dx, bool accumulate, Real* scratch) {
  const kernels::NormSets sets = batch_sets(pass);
  const bool fixed = pass.mode == Mode::inference;
  kernels::norm_backward(sets, pass.inputs[0].value, mean, inv_std, gamma, pass.output_gradient, dgamma, dbeta,
                         fixed ? nullptr : dx, accumulate, scratch);
  if (!fixed || dx == nullptr) return;
  // Through fixed statistics the layer is a line for each channel.
  Real* slope = scratch;
  for (int c = 0; c < sets.channels; ++c) slope[c] = gamma[c] * inv_std[c];
  kernels::gate_maps(1, sets.rows, sets.channels, pass.output_gradient, slope, dx, accumulate);
}

// Mean and inverse deviation for each channel of each image; in inference they only pass through scratch.
std::size_t image_norm_saved_bytes(int channels, int batch) { return sizeof(Real) * 2 * batch * channels; }

std::size_t image_norm_scratch(int channels, int batch) {
  return static_cast<std::size_t>(channels) * (kAffineScratch + 2 + 2 * static_cast<std::size_t>(batch));
}

void image_norm_forward(const Pass& pass, int groups, const ImageNormAttrs& attrs) {
  const kernels::NormSets sets = image_sets(pass, groups);
  const Affine affine = place_affine(pass, attrs.scale, attrs.shift, pass.scratch);
  const std::size_t count = static_cast<std::size_t>(pass.batch) * pass.shape.c;
  Real* mean = pass.saved != nullptr ? static_cast<Real*>(pass.saved) : pass.scratch + kAffineScratch * pass.shape.c;
  Real* inv_std = mean + count;
  const Real* x = pass.inputs[0].value;
  kernels::norm_moments(sets, x, mean, inv_std);
  inverse_deviation(count, inv_std, attrs.epsilon, inv_std);
  kernels::norm_apply(sets, x, mean, inv_std, affine.gamma, affine.beta, pass.output);
}

void image_norm_backward(const Pass& pass, int groups, const ImageNormAttrs& attrs) {
  const PassInput& in = pass.inputs[0];
  const Affine affine = place_affine(pass, attrs.scale, attrs.shift, pass.scratch);
  const Real* mean = static_cast<const Real*>(pass.saved);
  const Real* inv_std = mean + static_cast<std::size_t>(pass.batch) * pass.shape.c;
  kernels::norm_backward(image_sets(pass, groups), in.value, mean, inv_std, affine.gamma, pass.output_gradient,
                         affine.gamma_gradient, affine.beta_gradient, in.gradient, in.accumulate,
                         pass.scratch + kAffineScratch * pass.shape.c);
}

void image_norm_terms(const Pass& pass, int groups, const ImageNormAttrs& attrs, const Place& place, Terms& terms) {
  const Real* mean = static_cast<const Real*>(pass.saved) + static_cast<std::size_t>(place.image) * pass.shape.c + place.channel;
  Normalized of;
  of.mean = *mean;
  of.inv_std = mean[static_cast<std::size_t>(pass.batch) * pass.shape.c];
  of.epsilon = attrs.epsilon;
  of.images = 1;
  of.rows = pass.shape.h;
  of.columns = pass.shape.w;
  of.channels = pass.shape.c / groups;
  normalization_terms(pass, place, attrs.scale, attrs.shift, of, terms);
}

}  // namespace cnn
