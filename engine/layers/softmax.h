#pragma once

#include "engine/layers/class_head.h"

namespace cnn {

struct SoftmaxAttrs {
  double weight = 1;
  double label_smoothing = 0;  // share of the aim that is spread evenly over all classes
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weight", self.weight, Field().between(0, 1000));
    visit("label_smoothing", self.label_smoothing, Field().between(0, 1));
  }
};

// Probabilities of the classes from logits, learnt by cross-entropy: the gradient at the logits is p − onehot.
class Softmax : public ClassHead<SoftmaxAttrs> {
 public:
  static constexpr const char* kType = "softmax";
  using ClassHead::ClassHead;

  const char* type() const override { return kType; }
  bool uses_output() const override { return true; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
  double loss(const Pass& pass, int* correct) const override;
};

}  // namespace cnn
