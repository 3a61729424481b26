#pragma once

#include <vector>

#include "engine/layers/attributed.h"
#include "engine/layers/view.h"

namespace cnn {

struct ReshapeAttrs {
  std::vector<int> shape;  // [height, width, channels]
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("shape", self.shape, Field().required().between(1, 1 << 20));
  }
};

// The same numbers in the same order (rows first, channels fastest) with other extents: a vector as maps, an image as a row.
class Reshape : public Attributed<ReshapeAttrs> {
 public:
  static constexpr const char* kType = "reshape";
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
