#pragma once

#include "engine/layers/resampling.h"

namespace cnn {

struct PadAttrs {
  Padding padding{Padding::Kind::sides, 1, 1, 1, 1};
  kernels::Border mode = kernels::Border::zero;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("padding", self.padding);
    visit("mode", self.mode);
  }
};

// A frame around the picture: zeros, the nearest pixel, or the picture mirrored.
class Pad : public Resampling<PadAttrs> {
 public:
  static constexpr const char* kType = "pad";
  using Resampling::Resampling;

  const char* type() const override { return kType; }
  Shape output_shape(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;

 protected:
  kernels::Resample resample() const override;
};

}  // namespace cnn
