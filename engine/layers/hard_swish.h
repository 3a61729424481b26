#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// x · hard_sigmoid(x): swish without an exponential (Howard et al. 2019).
class HardSwish : public Pointwise<NoAttrs> {
 public:
  static constexpr const char* kType = "hard_swish";
  using Pointwise::Pointwise;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
