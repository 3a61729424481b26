#pragma once

#include "engine/layers/masking.h"

namespace cnn {

// Whole maps at a time (Tompson et al. 2015): neighbouring pixels tell the same, so that dropping single ones hides little.
class SpatialDropout : public Masking {
 public:
  static constexpr const char* kType = "spatial_dropout";
  using Masking::Masking;

  const char* type() const override { return kType; }

 protected:
  int channels(const Shape& shape) const override { return shape.c; }
};

}  // namespace cnn
