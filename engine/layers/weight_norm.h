#pragma once

#include <vector>

#include "engine/definition/fields.h"
#include "engine/layers/layer.h"

namespace cnn {

// What a convolution or a dense layer makes of its kernel before using it, for each filter w (a column of the kernel as a
// matrix) by itself:
//   standardize  ŵ = (w − μ) / √(σ² + 1e-5)   (weight standardisation, Qiao et al. 2019)
//   normalize    ŵ = g · w / ‖w‖              (weight normalisation, Salimans & Kingma 2016), the gain g learnt
// Both are the kernel of normalize.h over the filters, the second without a mean: with the root mean square r = ‖w‖/√n of a
// filter's n weights, ŵ = (g/√n) · w/r, and its gradient through the statistics
//   dw = (g/√n)/r · (dŵ − x̂·mean(dŵ·x̂)),  x̂ = w/r
// is the paper's g/‖w‖ · (dŵ − (dŵ·w/‖w‖) · w/‖w‖), and dg = Σ dŵ·w/‖w‖.
enum class WeightNorm { none, standardize, normalize };
template <>
struct EnumNames<WeightNorm> {
  static constexpr const char* names[] = {"none", "standardize", "normalize"};
};

enum class KernelInit { he_normal, he_uniform, glorot_normal, glorot_uniform };
template <>
struct EnumNames<KernelInit> {
  static constexpr const char* names[] = {"he_normal", "he_uniform", "glorot_normal", "glorot_uniform"};
};
Initializer initializer(KernelInit init);
ParameterSpec bias_spec(int filters, double init);

// The attributes that convolution and dense layer share.
struct FilterAttrs {
  bool bias = true;
  double bias_init = 0;
  KernelInit init = KernelInit::he_normal;
  WeightNorm weight_norm = WeightNorm::none;
  double l1_decay_mul = 1;  // what the trainer's l1_decay and weight_decay are multiplied by here
  double l2_decay_mul = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("bias", self.bias);
    visit("bias_init", self.bias_init, Field().between(-100, 100));
    visit("init", self.init);
    visit("weight_norm", self.weight_norm);
    visit("l1_decay_mul", self.l1_decay_mul, Field().between(0, 1000));
    visit("l2_decay_mul", self.l2_decay_mul, Field().between(0, 1000));
  }

  // Kernel of that shape, whose last extent is the filters; bias and gain where they are asked for. The gain starts as the
  // length that a filter has on average.
  std::vector<ParameterSpec> parameters(std::vector<int> shape, int fan_in, int fan_out) const;
};

std::size_t weight_norm_scratch(WeightNorm norm, std::size_t rows, int filters);

// The parameters of one pass: kernel [rows, filters], bias where there is one, gain where there is one. Construction makes the
// kernel in use.
class FilterWeights {
 public:
  FilterWeights(const Pass& pass, WeightNorm norm, bool has_bias, std::size_t rows, Real* scratch);

  const Real* use() const { return use_; }
  const Real* bias() const { return bias_; }
  // Whether anything wants gradients (all do or none).
  bool learn() const { return pass_.parameter_gradients[0] != nullptr; }
  // Where to add the gradient of the kernel in use: zeros, unless it is the kernel itself. To be asked for once.
  Real* gradient() const;
  Real* bias_gradient() const { return bias_ != nullptr ? pass_.parameter_gradients[1] : nullptr; }
  // From the gradient of the kernel in use to those of the kernel and the gain.
  void backward() const;

 private:
  struct Pieces;

  void normalize();
  // Pass::scale and shift taken into kernel and bias.
  void fold();

  const Pass& pass_;
  WeightNorm norm_;
  std::size_t rows_;
  int filters_;
  Real* scratch_;
  const Real* use_;
  const Real* bias_ = nullptr;
};

}  // namespace cnn
