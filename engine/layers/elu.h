#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

struct EluAttrs {
  double alpha = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("alpha", self.alpha, Field().between(0, 100));
  }
};

// x, and alpha · (e^x − 1) below 0 (Clevert, Unterthiner & Hochreiter 2016).
class Elu : public PointwiseByOutput<EluAttrs> {
 public:
  static constexpr const char* kType = "elu";
  using PointwiseByOutput::PointwiseByOutput;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
