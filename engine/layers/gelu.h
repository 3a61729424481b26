#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// x times the share of a standard normal below x, in the form with tanh (Hendrycks & Gimpel 2016):
// x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))).
class Gelu : public Pointwise<NoAttrs> {
 public:
  static constexpr const char* kType = "gelu";
  using Pointwise::Pointwise;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
