#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

struct SoftmaxAttrs {
  double weight = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weight", self.weight, Field().between(0, 1000));
  }
};

// Probabilities of the classes from logits, learnt by cross-entropy: the gradient at the logits is p − onehot.
class Softmax : public Attributed<SoftmaxAttrs, Head> {
 public:
  static constexpr const char* kType = "softmax";
  static constexpr LayerRole kRole = LayerRole::head;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  Shape output_shape(const LayerInputs& inputs) const override;
  bool uses_output() const override { return true; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
  double weight() const override { return attrs_.weight; }
  double loss(const Pass& pass, int* correct) const override;
};

}  // namespace cnn
