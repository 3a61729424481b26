#pragma once

#include "engine/layers/class_head.h"

namespace cnn {

struct SvmAttrs {
  double weight = 1;
  double margin = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weight", self.weight, Field().between(0, 1000));
    visit("margin", self.margin, Field().between(0, 1000));
  }
};

// Scores of the classes, learnt by the multiclass hinge: each score shall stay below that of the label by the margin, and what
// does costs nothing (a support vector machine over the features before it). The output is the scores themselves.
class Svm : public ClassHead<SvmAttrs> {
 public:
  static constexpr const char* kType = "svm";
  using ClassHead::ClassHead;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  double loss(const Pass& pass, int* correct) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
