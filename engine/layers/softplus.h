#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// ln(1 + e^x) (Dugas et al. 2001).
class Softplus : public Pointwise<NoAttrs> {
 public:
  static constexpr const char* kType = "softplus";
  using Pointwise::Pointwise;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
