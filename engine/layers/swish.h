#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// x · sigmoid(x) (Ramachandran, Zoph & Le 2017; also SiLU).
class Swish : public Pointwise<NoAttrs> {
 public:
  static constexpr const char* kType = "swish";
  using Pointwise::Pointwise;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
