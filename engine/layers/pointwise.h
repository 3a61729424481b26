#pragma once

#include "engine/layers/attributed.h"
#include "engine/layers/terms.h"

namespace cnn {

// What all activations share: one input, the same shape out, value by value.
template <class Attrs>
class Pointwise : public Attributed<Attrs> {
 public:
  static constexpr LayerRole kRole = LayerRole::activation;
  using Attributed<Attrs>::Attributed;

  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  bool gradient_in_place() const override { return true; }
  void terms(const Pass& pass, const Place& place, Terms& terms) const override {
    pointwise_terms(*this, pass, place, terms);
  }

 protected:
  static std::size_t count(const Pass& pass) { return pass.shape.size() * pass.batch; }
};

// Those whose derivative can be told from the output alone: they may write over their input.
template <class Attrs>
class PointwiseByOutput : public Pointwise<Attrs> {
 public:
  using Pointwise<Attrs>::Pointwise;

  bool in_place() const override { return true; }
  bool uses_input() const override { return false; }
  bool uses_output() const override { return true; }
};

}  // namespace cnn
