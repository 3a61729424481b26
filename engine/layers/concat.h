#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

// Its inputs' maps one after the other (Szegedy et al. 2015): heights and widths equal, channels add up.
class Concat : public Attributed<NoAttrs> {
 public:
  static constexpr const char* kType = "concat";
  static constexpr LayerRole kRole = LayerRole::merge;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  int least_inputs() const override { return 2; }
  int most_inputs() const override { return kManyInputs; }
  Shape output_shape(const LayerInputs& inputs) const override;
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
