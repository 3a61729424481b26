#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// 1 / (1 + e^−x).
class Sigmoid : public PointwiseByOutput<NoAttrs> {
 public:
  static constexpr const char* kType = "sigmoid";
  using PointwiseByOutput::PointwiseByOutput;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
