#pragma once

#include "engine/layers/masking.h"

namespace cnn {

// Everything of an image at once (Huang et al. 2016): at the end of a residual branch, before the sum, it leaves that image
// the skip alone, as if the net were shallower.
class StochasticDepth : public Masking {
 public:
  static constexpr const char* kType = "stochastic_depth";
  using Masking::Masking;

  const char* type() const override { return kType; }

 protected:
  int channels(const Shape&) const override { return 1; }
};

}  // namespace cnn
