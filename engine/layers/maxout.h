#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

struct MaxoutAttrs {
  int pieces = 2;  // neighbouring channels that compete
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("pieces", self.pieces, Field().between(1, 8192));
  }
};

// The largest of each group of neighbouring channels (Goodfellow et al. 2013): C channels become C / pieces. With the layer
// before it, a convex function of straight pieces that the net learns.
class Maxout : public Attributed<MaxoutAttrs> {
 public:
  static constexpr const char* kType = "maxout";
  static constexpr LayerRole kRole = LayerRole::activation;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
