#pragma once

#include "engine/layers/resampling.h"

namespace cnn {

struct CropAttrs {
  Padding margin{Padding::Kind::sides, 1, 1, 1, 1};  // what is cut off
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("margin", self.margin);
  }
};

// The picture without its outermost rows and columns.
class Crop : public Resampling<CropAttrs> {
 public:
  static constexpr const char* kType = "crop";
  using Resampling::Resampling;

  const char* type() const override { return kType; }
  Shape output_shape(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;

 protected:
  kernels::Resample resample() const override;
};

}  // namespace cnn
