#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// The hyperbolic tangent.
class Tanh : public PointwiseByOutput<NoAttrs> {
 public:
  static constexpr const char* kType = "tanh";
  using PointwiseByOutput::PointwiseByOutput;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
