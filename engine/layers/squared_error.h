#pragma once

#include "engine/layers/class_head.h"

namespace cnn {

struct SquaredErrorAttrs {
  double weight = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weight", self.weight, Field().between(0, 1000));
  }
};

// Numbers that shall be 1 for the label and 0 for the others, learnt by half the squared distance: the gradient is y − onehot.
// The output is the numbers themselves.
class SquaredError : public ClassHead<SquaredErrorAttrs> {
 public:
  static constexpr const char* kType = "squared_error";
  using ClassHead::ClassHead;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  double loss(const Pass& pass, int* correct) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
