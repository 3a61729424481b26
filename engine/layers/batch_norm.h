#pragma once

#include <string>
#include <vector>

#include "engine/layers/normalization.h"

namespace cnn {

struct BatchNormAttrs {
  double momentum = 0.9;  // α of the running averages: μ ← α·μ + (1 − α)·μ_B
  double epsilon = 1e-3;
  bool scale = true;  // learn gamma, else 1
  bool shift = true;  // learn beta, else 0
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("momentum", self.momentum, Field().between(0, 1));
    visit("epsilon", self.epsilon, Field().between(1e-12, 1));
    visit("scale", self.scale);
    visit("shift", self.shift);
  }
};

// Batch normalisation (Ioffe & Szegedy 2015): y = gamma · (x − μ) / √(σ² + epsilon) + beta for each map. Training takes
// μ and σ² over the batch and the map (N·H·W values, σ² biased) and follows them by running averages; inference takes
// those, whatever the batch. Parameters: gamma [C], beta [C] (where learnt), running_mean [C], running_variance [C].
// It costs no multiply-accumulates: at inference the layer before can absorb it, and does where only the answer is asked for.
class BatchNorm : public Attributed<BatchNormAttrs> {
 public:
  static constexpr const char* kType = "batch_norm";
  static constexpr LayerRole kRole = LayerRole::normalization;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  std::vector<ParameterSpec> parameters(const LayerInputs& inputs) const override;
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  std::size_t scratch(const LayerInputs& inputs, const Shape& output, int batch) const override;
  bool gradient_in_place() const override { return true; }
  Epilogue epilogue() const override { return Epilogue::scale; }
  bool takes(Epilogue what) const override { return what == Epilogue::rectify; }
  void forward(const Pass& pass) const override;
  void line(const Pass& pass, Real* scale, Real* shift) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
