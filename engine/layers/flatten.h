#pragma once

#include "engine/layers/attributed.h"
#include "engine/layers/view.h"

namespace cnn {

// H×W×C as a vector of H·W·C numbers, rows first, channels fastest. Nothing moves: it is another view of its input.
class Flatten : public Attributed<NoAttrs> {
 public:
  static constexpr const char* kType = "flatten";
  static constexpr LayerRole kRole = LayerRole::reshape;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs&, const Shape&) const override;
  bool is_view() const override { return true; }
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override { view_forward(pass); }
  void backward(const Pass& pass) const override { view_backward(pass); }
  void terms(const Pass& pass, const Place& place, Terms& terms) const override { view_terms(pass, place, terms); }
};

}  // namespace cnn
