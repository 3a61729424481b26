#include "engine/layers/weight_norm.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/kernels/channelwise.h"
#include "engine/kernels/normalize.h"
#include "engine/layers/normalization.h"

namespace cnn {

namespace {

constexpr double kStandardizeEpsilon = 1e-5;
constexpr double kNormalizeEpsilon = 1e-12;  // a filter of zeros stays one

kernels::NormSets filters_of(WeightNorm norm, std::size_t rows, int filters) {
  kernels::NormSets s;
  s.rows = rows;
  s.channels = s.groups = filters;
  s.centred = norm == WeightNorm::standardize;
  return s;
}

ParameterSpec constant_spec(const char* name, int filters, double value) {
  ParameterSpec spec;
  spec.name = name;
  spec.shape = {filters};
  spec.initializer = Initializer::constant;
  spec.constant = value;
  return spec;
}

}  // namespace

// Scratch: the kernel in use, its gradient, then numbers for each filter.
struct FilterWeights::Pieces {
  Real *use, *gradient, *mean, *inv_std, *scale, *shift, *scale_gradient, *shift_gradient, *kernel;

  Pieces(Real* scratch, std::size_t rows, int filters) {
    const auto next = [&](std::size_t count) {
      Real* piece = scratch;
      scratch += count;
      return piece;
    };
    use = next(rows * filters);
    gradient = next(rows * filters);
    mean = next(filters);
    inv_std = next(filters);
    scale = next(filters);
    shift = next(filters);
    scale_gradient = next(filters);
    shift_gradient = next(filters);
    kernel = next(0);
  }
};

Initializer initializer(KernelInit init) {
  switch (init) {
    case KernelInit::he_normal: return Initializer::he_normal;
    case KernelInit::he_uniform: return Initializer::he_uniform;
    case KernelInit::glorot_normal: return Initializer::glorot_normal;
    case KernelInit::glorot_uniform: return Initializer::glorot_uniform;
  }
  return Initializer::he_normal;
}

ParameterSpec bias_spec(int filters, double init) { return constant_spec("bias", filters, init); }

std::vector<ParameterSpec> FilterAttrs::parameters(std::vector<int> shape, int fan_in, int fan_out) const {
  const int filters = shape.back();
  ParameterSpec kernel;
  kernel.name = "kernel";
  kernel.shape = std::move(shape);
  kernel.initializer = initializer(init);
  kernel.fan_in = fan_in;
  kernel.fan_out = fan_out;
  kernel.decays = true;
  kernel.l1_decay_mul = l1_decay_mul;
  kernel.l2_decay_mul = l2_decay_mul;
  std::vector<ParameterSpec> specs{kernel};
  if (bias) specs.push_back(bias_spec(filters, bias_init));
  if (weight_norm == WeightNorm::normalize) {
    specs.push_back(constant_spec("gain", filters, std::sqrt(fan_in * initial_variance(kernel))));
  }
  return specs;
}

std::size_t weight_norm_scratch(WeightNorm norm, std::size_t rows, int filters) {
  return norm == WeightNorm::none ? 0 : (2 * rows + 8) * filters;
}

FilterWeights::FilterWeights(const Pass& pass, WeightNorm norm, bool has_bias, std::size_t rows, Real* scratch)
    : pass_(pass), norm_(norm), rows_(rows), filters_(pass.shape.c), scratch_(scratch), use_(pass.parameters[0]) {
  if (has_bias) bias_ = pass.parameters[1];
  if (norm != WeightNorm::none) normalize();
  if (pass.scale != nullptr) fold();
}

void FilterWeights::fold() {
  Real* kernel = pass_.folded;
  Real* bias = kernel + rows_ * filters_;
  kernels::gate_maps(1, rows_, filters_, use_, pass_.scale, kernel, false);
  for (int o = 0; o < filters_; ++o) bias[o] = pass_.shift[o] + (bias_ != nullptr ? pass_.scale[o] * bias_[o] : Real(0));
  use_ = kernel;
  bias_ = bias;
}

void FilterWeights::normalize() {
  const Pieces p(scratch_, rows_, filters_);
  const kernels::NormSets sets = filters_of(norm_, rows_, filters_);
  const double epsilon = sets.centred ? kStandardizeEpsilon : kNormalizeEpsilon;
  kernels::norm_moments(sets, use_, p.mean, p.inv_std);
  inverse_deviation(filters_, p.inv_std, epsilon, p.inv_std);
  const Real* gain = pass_.parameters.back();
  const Real share = 1 / std::sqrt(static_cast<Real>(rows_));
  for (int o = 0; o < filters_; ++o) p.scale[o] = sets.centred ? Real(1) : gain[o] * share;
  std::fill_n(p.shift, filters_, Real(0));
  kernels::norm_apply(sets, use_, p.mean, p.inv_std, p.scale, p.shift, p.use);
  use_ = p.use;
}

Real* FilterWeights::gradient() const {
  if (norm_ == WeightNorm::none) return pass_.parameter_gradients[0];
  const Pieces p(scratch_, rows_, filters_);
  std::fill_n(p.gradient, rows_ * filters_, Real(0));
  return p.gradient;
}

void FilterWeights::backward() const {
  if (norm_ == WeightNorm::none) return;
  const Pieces p(scratch_, rows_, filters_);
  std::fill_n(p.scale_gradient, 2 * filters_, Real(0));  // and the shift's
  const kernels::NormSets sets = filters_of(norm_, rows_, filters_);
  kernels::norm_backward(sets, pass_.parameters[0], p.mean, p.inv_std, p.scale, p.gradient, p.scale_gradient,
                         p.shift_gradient, pass_.parameter_gradients[0], true, p.kernel);
  if (sets.centred) return;
  Real* gain_gradient = pass_.parameter_gradients.back();
  const Real share = 1 / std::sqrt(static_cast<Real>(rows_));
  for (int o = 0; o < filters_; ++o) gain_gradient[o] += share * p.scale_gradient[o];
}

}  // namespace cnn
