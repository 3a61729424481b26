#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

struct LeakyReluAttrs {
  double slope = 0.01;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("slope", self.slope, Field().between(0, 1));
  }
};

// x, and slope · x below 0 (Maas, Hannun & Ng 2013).
class LeakyRelu : public PointwiseByOutput<LeakyReluAttrs> {
 public:
  static constexpr const char* kType = "leaky_relu";
  using PointwiseByOutput::PointwiseByOutput;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
