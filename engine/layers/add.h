#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

// The sum of its inputs, as in y = F(x) + x (He et al. 2016). The gradient goes unchanged to each of them.
class Add : public Attributed<NoAttrs> {
 public:
  static constexpr const char* kType = "add";
  static constexpr LayerRole kRole = LayerRole::merge;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  int least_inputs() const override { return 2; }
  int most_inputs() const override { return kManyInputs; }
  Shape output_shape(const LayerInputs& inputs) const override;
  bool uses_input() const override { return false; }
  bool takes(Epilogue what) const override { return what == Epilogue::rectify; }
  bool hands_gradient_on() const override { return true; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
