#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// Three straight pieces in place of the sigmoid: 0 below −3, 1 above 3, x/6 + 1/2 between (Howard et al. 2019).
class HardSigmoid : public PointwiseByOutput<NoAttrs> {
 public:
  static constexpr const char* kType = "hard_sigmoid";
  using PointwiseByOutput::PointwiseByOutput;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
