#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

// The product of two inputs, value by value; where the second is a vector of C, each map of the first is multiplied by its
// number, as the gates of squeeze-and-excitation are (Hu, Shen & Sun 2018). Each gets the gradient times the other.
class Multiply : public Attributed<NoAttrs> {
 public:
  static constexpr const char* kType = "multiply";
  static constexpr LayerRole kRole = LayerRole::merge;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  int least_inputs() const override { return 2; }
  int most_inputs() const override { return 2; }
  Shape output_shape(const LayerInputs& inputs) const override;
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
