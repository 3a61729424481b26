#pragma once

#include "engine/layers/batch_norm.h"

namespace cnn {

struct BatchInstanceNormAttrs : BatchNormAttrs {
  BatchInstanceNormAttrs() { epsilon = 1e-5; }
};

// Batch-instance normalisation (Nam & Kim 2018): y = gamma · (rho · x̂_B + (1 − rho) · x̂_I) + beta with x̂_B as batch and x̂_I
// as instance normalisation make it. The net learns for each map whether its contrast is style (rho near 0) or content (near
// 1). The optimiser knows no bounds, so each training pass first puts rho back between 0 and 1, which is the paper's clipping
// after each update. Parameters: gamma [C], beta [C] (where learnt), rho [C], running_mean [C], running_variance [C].
//
// With dB = Σ dy·x̂_B and dI = Σ dy·x̂_I per map: d gamma = rho·dB + (1 − rho)·dI, d rho = gamma·(dB − dI), and dx is the sum of
// both layers' with the factors gamma·rho and gamma·(1 − rho).
class BatchInstanceNorm : public Attributed<BatchInstanceNormAttrs> {
 public:
  static constexpr const char* kType = "batch_instance_norm";
  static constexpr LayerRole kRole = LayerRole::normalization;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  std::vector<ParameterSpec> parameters(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  std::size_t scratch(const LayerInputs& inputs, const Shape& output, int batch) const override;
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
