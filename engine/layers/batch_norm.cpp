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
  kernels::NormSets sets = batch_sets(pass);
  sets.rectify = pass.rectify;
  kernels::norm_apply(sets, pass.inputs[0].value, mean, inv_std, affine.gamma, affine.beta, pass.output);
}

void BatchNorm::line(const Pass& pass, Real* scale, Real* shift) const {
  const Affine affine = place_affine(pass, attrs_.scale, attrs_.shift, pass.scratch);
  const Real* mean = pass.parameters[affine.count];
  inverse_deviation(pass.shape.c, pass.parameters[affine.count + 1], attrs_.epsilon, scale);
  for (int c = 0; c < pass.shape.c; ++c) {
    scale[c] *= affine.gamma[c];
    shift[c] = affine.beta[c] - mean[c] * scale[c];
  }
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
  const int c = place.channel;
  Normalized of;
  of.epsilon = attrs_.epsilon;
  if (pass.mode == Mode::training) {
    of.mean = statistics(pass)[c];
    of.inv_std = statistics(pass)[pass.shape.c + c];
    of.images = pass.batch;
    of.rows = pass.shape.h;
    of.columns = pass.shape.w;
    of.channels = 1;
  } else {
    of.mean = pass.parameters[affine.count][c];
    inverse_deviation(1, pass.parameters[affine.count + 1] + c, attrs_.epsilon, &of.inv_std);
  }
  normalization_terms(pass, place, attrs_.scale, attrs_.shift, of, terms);
}

}  // namespace cnn
