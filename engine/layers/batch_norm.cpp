#include "engine/layers/batch_norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/kernels/batch_norm.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

// Scratch, in pieces of one value per channel.
enum Piece { kInvStd, kGamma, kBeta, kGammaGradient, kBetaGradient, kKernel, kPieces = kKernel + 2 };

void inverse_deviation(int channels, const Real* variance, double epsilon, Real* inv_std) {
  const Real e = static_cast<Real>(epsilon);
  for (int c = 0; c < channels; ++c) inv_std[c] = 1 / std::sqrt(variance[c] + e);
}

void follow(int channels, Real momentum, const Real* value, Real* average) {
  for (int c = 0; c < channels; ++c) average[c] = momentum * average[c] + (1 - momentum) * value[c];
}

// Through fixed statistics the layer is a line for each channel.
void backward_fixed(std::size_t rows, int channels, const Real* inv_std, const Real* gamma, const Real* dy, Real* dx,
                    bool accumulate) {
  for (std::size_t r = 0; r < rows; ++r, dy += channels, dx += channels) {
    for (int c = 0; c < channels; ++c) {
      const Real d = dy[c] * gamma[c] * inv_std[c];
      dx[c] = accumulate ? dx[c] + d : d;
    }
  }
}

}  // namespace

// Where everything lies in one pass; what is not learnt stands in scratch as 1, 0 or a place to write to.
struct BatchNorm::Tensors {
  std::size_t rows;  // N·H·W
  int channels;
  Real *gamma, *beta, *running_mean, *running_variance;
  Real *gamma_gradient, *beta_gradient;
  Real *batch_mean, *batch_inv_std;  // null when nothing is saved
  Real *inv_std, *kernel_scratch;
};

std::vector<ParameterSpec> BatchNorm::parameters(const LayerInputs& inputs) const {
  const auto per_channel = [&](const char* name, Initializer initial, bool trainable) {
    ParameterSpec spec;
    spec.name = name;
    spec.shape = {inputs[0].c};
    spec.initializer = initial;
    spec.trainable = trainable;
    return spec;
  };
  std::vector<ParameterSpec> specs;
  if (attrs_.scale) specs.push_back(per_channel("gamma", Initializer::ones, true));
  if (attrs_.shift) specs.push_back(per_channel("beta", Initializer::zeros, true));
  specs.push_back(per_channel("running_mean", Initializer::zeros, false));
  specs.push_back(per_channel("running_variance", Initializer::ones, false));
  return specs;
}

std::size_t BatchNorm::saved_bytes(const LayerInputs& inputs, const Shape&, int) const {
  return 2 * sizeof(Real) * inputs[0].c;  // mean and inv_std of the batch
}

std::size_t BatchNorm::scratch(const LayerInputs& inputs, const Shape&, int) const {
  return static_cast<std::size_t>(kPieces) * inputs[0].c;
}

BatchNorm::Tensors BatchNorm::tensors(const Pass& pass) const {
  Tensors t{};
  t.rows = static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w;
  t.channels = pass.shape.c;
  const auto piece = [&](Piece p, Real value) {
    Real* start = pass.scratch + static_cast<std::size_t>(p) * t.channels;
    std::fill_n(start, t.channels, value);
    return start;
  };
  std::size_t next = 0;
  const auto learnt = [&](bool is_learnt, Piece value_piece, Real value, Piece gradient_piece, Real** gradient) {
    *gradient = is_learnt && !pass.parameter_gradients.empty() ? pass.parameter_gradients[next] : nullptr;
    if (*gradient == nullptr) *gradient = piece(gradient_piece, 0);
    return is_learnt ? pass.parameters[next++] : piece(value_piece, value);
  };
  t.gamma = learnt(attrs_.scale, kGamma, 1, kGammaGradient, &t.gamma_gradient);
  t.beta = learnt(attrs_.shift, kBeta, 0, kBetaGradient, &t.beta_gradient);
  t.running_mean = pass.parameters[next];
  t.running_variance = pass.parameters[next + 1];
  t.inv_std = piece(kInvStd, 0);
  t.kernel_scratch = pass.scratch + static_cast<std::size_t>(kKernel) * t.channels;
  if (pass.saved != nullptr) {
    t.batch_mean = static_cast<Real*>(pass.saved);
    t.batch_inv_std = t.batch_mean + t.channels;
  }
  return t;
}

void BatchNorm::forward(const Pass& pass) const {
  const Tensors t = tensors(pass);
  const Real* x = pass.inputs[0].value;
  if (pass.mode == Mode::inference) {
    inverse_deviation(t.channels, t.running_variance, attrs_.epsilon, t.inv_std);
    kernels::batch_norm_apply(t.rows, t.channels, x, t.running_mean, t.inv_std, t.gamma, t.beta, pass.output);
    return;
  }
  assert(pass.saved != nullptr);
  const Real momentum = static_cast<Real>(attrs_.momentum);
  Real* variance = t.inv_std;  // as good a place as any
  kernels::channel_moments(t.rows, t.channels, x, t.batch_mean, variance);
  follow(t.channels, momentum, t.batch_mean, t.running_mean);
  follow(t.channels, momentum, variance, t.running_variance);
  inverse_deviation(t.channels, variance, attrs_.epsilon, t.batch_inv_std);
  kernels::batch_norm_apply(t.rows, t.channels, x, t.batch_mean, t.batch_inv_std, t.gamma, t.beta, pass.output);
}

void BatchNorm::backward(const Pass& pass) const {
  const Tensors t = tensors(pass);
  const PassInput& in = pass.inputs[0];
  const Real* dy = pass.output_gradient;
  if (pass.mode == Mode::training) {
    kernels::batch_norm_backward(t.rows, t.channels, in.value, t.batch_mean, t.batch_inv_std, t.gamma, dy,
                                 t.gamma_gradient, t.beta_gradient, in.gradient, in.accumulate, t.kernel_scratch);
    return;
  }
  inverse_deviation(t.channels, t.running_variance, attrs_.epsilon, t.inv_std);
  // The sums for gamma and beta are the same ones over the fixed statistics; only dx differs.
  Real* no_dx = nullptr;
  kernels::batch_norm_backward(t.rows, t.channels, in.value, t.running_mean, t.inv_std, t.gamma, dy, t.gamma_gradient,
                               t.beta_gradient, no_dx, false, t.kernel_scratch);
  if (in.gradient != nullptr) {
    backward_fixed(t.rows, t.channels, t.inv_std, t.gamma, dy, in.gradient, in.accumulate);
  }
}

void BatchNorm::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const Tensors t = tensors(pass);
  const bool of_batch = pass.mode == Mode::training;
  const int c = place.channel;
  if (!of_batch) inverse_deviation(t.channels, t.running_variance, attrs_.epsilon, t.inv_std);
  const Real inv_std = (of_batch ? t.batch_inv_std : t.inv_std)[c];
  const Real mean = (of_batch ? t.batch_mean : t.running_mean)[c];
  terms.kind = Arithmetic::normalization;
  terms.add(pass, 0, place, t.gamma[c] * inv_std);
  Term& term = terms.list.back();
  const Real normalized = (term.value - mean) * inv_std;
  term.factor = normalized;
  term.product = normalized * t.gamma[c];
  if (attrs_.scale) {
    term.tensor = 0;
    term.element = c;
  }
  if (attrs_.shift) terms.add_constant(pass, attrs_.scale ? 1 : 0, c);
  const double variance = of_batch ? 1 / (double(inv_std) * inv_std) - attrs_.epsilon : double(t.running_variance[c]);
  terms.numbers = {{"mean", mean},
                   {"variance", variance},
                   {"epsilon", attrs_.epsilon},
                   {"normalized", normalized},
                   {"gamma", t.gamma[c]},
                   {"beta", t.beta[c]},
                   {"images", of_batch ? pass.batch : 0},
                   {"rows", of_batch ? pass.shape.h : 0},
                   {"columns", of_batch ? pass.shape.w : 0},
                   {"channels", of_batch ? 1 : 0}};
}

}  // namespace cnn
