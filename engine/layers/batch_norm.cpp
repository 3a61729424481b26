#include "engine/layers/batch_norm.h"

#include "engine/kernels/normalize.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

// Mean and inverse deviation of the batch, kept for backward; without memory for it they only pass through scratch.
Real* statistics(const Pass& pass) {
  return pass.saved != nullptr ? static_cast<Real*>(pass.saved) : pass.scratch + kAffineScratch * pass.shape.c;
}

}  // namespace

std::vector<ParameterSpec> BatchNorm::parameters(const LayerInputs& inputs) const {
  std::vector<ParameterSpec> specs = affine_parameters(attrs_.scale, attrs_.shift, inputs[0].c);
  for (ParameterSpec& spec : running_averages(inputs[0].c)) specs.push_back(std::move(spec));
  return specs;
}

std::size_t BatchNorm::saved_bytes(const LayerInputs& inputs, const Shape&, int) const {
  return 2 * sizeof(Real) * inputs[0].c;
}

std::size_t BatchNorm::scratch(const LayerInputs& inputs, const Shape&, int) const {
  return static_cast<std::size_t>(kAffineScratch + kBatchScratch) * inputs[0].c;
}

void BatchNorm::forward(const Pass& pass) const {
  const Affine affine = place_affine(pass, attrs_.scale, attrs_.shift, pass.scratch);
  Real* mean = statistics(pass);
  Real* inv_std = mean + pass.shape.c;
  batch_statistics(pass, attrs_.momentum, attrs_.epsilon, pass.parameters[affine.count],
                   pass.parameters[affine.count + 1], mean, inv_std);
  kernels::norm_apply(batch_sets(pass), pass.inputs[0].value, mean, inv_std, affine.gamma, affine.beta, pass.output);
}

void BatchNorm::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  const Affine affine = place_affine(pass, attrs_.scale, attrs_.shift, pass.scratch);
  const Real* mean = statistics(pass);
  batch_statistics_backward(pass, mean, mean + pass.shape.c, affine.gamma, affine.gamma_gradient,
                            affine.beta_gradient, in.gradient, in.accumulate,
                            pass.scratch + kAffineScratch * pass.shape.c);
}

void BatchNorm::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const Affine affine = place_affine(pass, attrs_.scale, attrs_.shift, pass.scratch);
  const bool of_batch = pass.mode == Mode::training;
  const int c = place.channel;
  const Real* running_variance = pass.parameters[affine.count + 1];
  const Real mean = of_batch ? statistics(pass)[c] : pass.parameters[affine.count][c];
  Real inv_std = of_batch ? statistics(pass)[pass.shape.c + c] : 0;
  if (!of_batch) inverse_deviation(1, running_variance + c, attrs_.epsilon, &inv_std);
  terms.kind = Arithmetic::normalization;
  terms.add(pass, 0, place, affine.gamma[c] * inv_std);
  Term& term = terms.list.back();
  const Real normalized = (term.value - mean) * inv_std;
  term.factor = normalized;
  term.product = normalized * affine.gamma[c];
  if (attrs_.scale) {
    term.tensor = 0;
    term.element = c;
  }
  if (attrs_.shift) terms.add_constant(pass, attrs_.scale ? 1 : 0, c);
  const double variance = of_batch ? 1 / (double(inv_std) * inv_std) - attrs_.epsilon : double(running_variance[c]);
  terms.numbers = {{"mean", mean},
                   {"variance", variance},
                   {"epsilon", attrs_.epsilon},
                   {"normalized", normalized},
                   {"gamma", affine.gamma[c]},
                   {"beta", affine.beta[c]},
                   {"images", of_batch ? pass.batch : 0},
                   {"rows", of_batch ? pass.shape.h : 0},
                   {"columns", of_batch ? pass.shape.w : 0},
                   {"channels", of_batch ? 1 : 0}};
}

}  // namespace cnn
