#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

struct DropoutAttrs {
  double rate = 0.5;  // share of the values that are dropped
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("rate", self.rate, Field().between(0, 0.99));
  }
};

// Inverted dropout (Srivastava et al. 2014): in training each value is 0 with probability `rate`, else divided by
// 1 − rate; inference changes nothing.
class Dropout : public Attributed<DropoutAttrs> {
 public:
  static constexpr const char* kType = "dropout";
  static constexpr LayerRole kRole = LayerRole::regularization;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  bool in_place() const override { return true; }
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
