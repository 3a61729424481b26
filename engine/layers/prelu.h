#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

struct PreluAttrs {
  double slope = 0.25;  // at the start
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("slope", self.slope, Field().between(0, 1));
  }
};

// x, and slope · x below 0, where every map learns its slope (He et al. 2015). Parameters: slope [C], without weight decay,
// which would draw it to ReLU.
class Prelu : public Attributed<PreluAttrs> {
 public:
  static constexpr const char* kType = "prelu";
  static constexpr LayerRole kRole = LayerRole::activation;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  std::vector<ParameterSpec> parameters(const LayerInputs& inputs) const override;
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
