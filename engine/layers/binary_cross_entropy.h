#pragma once

#include "engine/layers/class_head.h"

namespace cnn {

struct BinaryCrossEntropyAttrs {
  double weight = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weight", self.weight, Field().between(0, 1000));
  }
};

// A probability for each class by itself, the sigmoid of its logit, learnt by the cross-entropy of yes and no: the gradient at
// the logits is p − onehot, as with softmax, but the probabilities need not sum to 1.
class BinaryCrossEntropy : public ClassHead<BinaryCrossEntropyAttrs> {
 public:
  static constexpr const char* kType = "binary_cross_entropy";
  using ClassHead::ClassHead;

  const char* type() const override { return kType; }
  bool uses_output() const override { return true; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  double loss(const Pass& pass, int* correct) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
