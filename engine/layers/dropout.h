#pragma once

#include "engine/layers/masking.h"

namespace cnn {

// Dropout (Srivastava et al. 2014): each value by itself.
class Dropout : public Masking {
 public:
  static constexpr const char* kType = "dropout";
  using Masking::Masking;

  const char* type() const override { return kType; }

 protected:
  int channels(const Shape& shape) const override { return static_cast<int>(shape.size()); }
};

}  // namespace cnn
