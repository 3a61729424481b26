#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// x / (1 + |x|) (Bergstra et al. 2009).
class Softsign : public Pointwise<NoAttrs> {
 public:
  static constexpr const char* kType = "softsign";
  using Pointwise::Pointwise;

  const char* type() const override { return kType; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
