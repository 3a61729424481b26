#include "engine/layers/batch_instance_norm.h"

#include <algorithm>

namespace cnn {

namespace {

// Mean and inverse deviation of the batch per channel, and of each image per channel: kept for backward, where there is room.
struct Statistics {
  Real *batch_mean, *batch_inv_std, *mean, *inv_std;

  explicit Statistics(const Pass& pass) {
    const int channels = pass.shape.c;
    batch_mean = pass.saved != nullptr ? static_cast<Real*>(pass.saved) : pass.scratch + kAffineScratch * channels;
    batch_inv_std = batch_mean + channels;
    mean = batch_inv_std + channels;
    inv_std = mean + static_cast<std::size_t>(pass.batch) * channels;
  }
  static std::size_t count(int channels, int batch) { return 2 * static_cast<std::size_t>(channels) * (batch + 1); }
};

enum Piece { kBatchGamma, kImageGamma, kBatchSum, kImageSum, kSpare, kKernel, kPieces = kKernel + kBatchScratch };

}  // namespace

std::vector<ParameterSpec> BatchInstanceNorm::parameters(const LayerInputs& inputs) const {
  std::vector<ParameterSpec> specs = affine_parameters(attrs_.scale, attrs_.shift, inputs[0].c);
  ParameterSpec rho;
  rho.name = "rho";
  rho.shape = {inputs[0].c};
  rho.initializer = Initializer::constant;
  rho.constant = 1;
  specs.push_back(std::move(rho));
  for (ParameterSpec& spec : running_averages(inputs[0].c)) specs.push_back(std::move(spec));
  return specs;
}

ReceptiveStep BatchInstanceNorm::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.whole = true;  // through μ and σ of the image
  return step;
}

std::size_t BatchInstanceNorm::saved_bytes(const LayerInputs& inputs, const Shape&, int batch) const {
  return sizeof(Real) * Statistics::count(inputs[0].c, batch);
}

std::size_t BatchInstanceNorm::scratch(const LayerInputs& inputs, const Shape&, int batch) const {
  const std::size_t channels = inputs[0].c;
  const std::size_t forward = Statistics::count(inputs[0].c, batch) + 2 * channels * batch;
  return kAffineScratch * channels + std::max(forward, kPieces * channels);
}

void BatchInstanceNorm::forward(const Pass& pass) const {
  const int channels = pass.shape.c;
  const std::size_t count = static_cast<std::size_t>(pass.batch) * channels;
  const Affine affine = place_affine(pass, attrs_.scale, attrs_.shift, pass.scratch);
  Real* rho = pass.parameters[affine.count];
  if (pass.mode == Mode::training) {
    for (int c = 0; c < channels; ++c) rho[c] = std::min(std::max(rho[c], Real(0)), Real(1));
  }
  const Statistics s(pass);
  const Real* x = pass.inputs[0].value;
  batch_statistics(pass, attrs_.momentum, attrs_.epsilon, pass.parameters[affine.count + 1],
                   pass.parameters[affine.count + 2], s.batch_mean, s.batch_inv_std);
  const kernels::NormSets sets = image_sets(pass, channels);
  kernels::norm_moments(sets, x, s.mean, s.inv_std);
  inverse_deviation(count, s.inv_std, attrs_.epsilon, s.inv_std);

  // rho·(x − μ_B)/σ_B + (1 − rho)·(x − μ_I)/σ_I is one line through x: (x − centre) · slope.
  Real* centre = pass.scratch + kAffineScratch * channels + Statistics::count(channels, pass.batch);
  Real* slope = centre + count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t c = i % channels;
    const Real batch = rho[c] * s.batch_inv_std[c], image = (1 - rho[c]) * s.inv_std[i];
    slope[i] = batch + image;
    centre[i] = (batch * s.batch_mean[c] + image * s.mean[i]) / slope[i];
  }
  kernels::norm_apply(sets, x, centre, slope, affine.gamma, affine.beta, pass.output);
}

void BatchInstanceNorm::backward(const Pass& pass) const {
  const int channels = pass.shape.c;
  const PassInput& in = pass.inputs[0];
  const Affine affine = place_affine(pass, attrs_.scale, attrs_.shift, pass.scratch);
  const Statistics s(pass);
  const Real* rho = pass.parameters[affine.count];
  const auto piece = [&](Piece p) { return pass.scratch + (kAffineScratch + static_cast<std::size_t>(p)) * channels; };
  Real *batch_gamma = piece(kBatchGamma), *image_gamma = piece(kImageGamma);
  Real *batch_sum = piece(kBatchSum), *image_sum = piece(kImageSum);
  for (int c = 0; c < channels; ++c) {
    batch_gamma[c] = affine.gamma[c] * rho[c];
    image_gamma[c] = affine.gamma[c] * (1 - rho[c]);
  }
  std::fill_n(batch_sum, 3 * channels, Real(0));  // with image_sum and the spare one
  batch_statistics_backward(pass, s.batch_mean, s.batch_inv_std, batch_gamma, batch_sum, affine.beta_gradient,
                            in.gradient, in.accumulate, piece(kKernel));
  kernels::norm_backward(image_sets(pass, channels), in.value, s.mean, s.inv_std, image_gamma, pass.output_gradient,
                         image_sum, piece(kSpare), in.gradient, true, piece(kKernel));
  Real* rho_gradient = pass.parameter_gradients[affine.count];
  for (int c = 0; c < channels; ++c) {
    affine.gamma_gradient[c] += rho[c] * batch_sum[c] + (1 - rho[c]) * image_sum[c];
    if (rho_gradient != nullptr) rho_gradient[c] += affine.gamma[c] * (batch_sum[c] - image_sum[c]);
  }
}

}  // namespace cnn
