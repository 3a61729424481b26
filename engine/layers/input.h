#pragma once

#include <string>
#include <vector>

#include "engine/layers/attributed.h"
#include "engine/layers/terms.h"

namespace cnn {

struct InputAttrs {
  std::vector<int> shape;  // [height, width, channels]
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("shape", self.shape, Field().required().between(1, 4096));
  }
};

// Where the images come in. The run writes them into its output; there is nothing to compute.
class Input : public Attributed<InputAttrs> {
 public:
  static constexpr const char* kType = "input";
  static constexpr LayerRole kRole = LayerRole::input;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  int least_inputs() const override { return 0; }
  int most_inputs() const override { return 0; }
  Shape output_shape(const LayerInputs& inputs) const override;
  bool uses_input() const override { return false; }
  void forward(const Pass&) const override {}
  void backward(const Pass&) const override {}
  void terms(const Pass&, const Place&, Terms& terms) const override { terms.kind = Arithmetic::input; }
};

}  // namespace cnn
