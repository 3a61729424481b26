#pragma once

#include "engine/layers/resampling.h"

namespace cnn {

enum class UpsampleMode { nearest, bilinear };
template <>
struct EnumNames<UpsampleMode> {
  static constexpr const char* names[] = {"nearest", "bilinear"};
};

struct UpsampleAttrs {
  Extent2 factor{2, 2};
  UpsampleMode mode = UpsampleMode::nearest;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("factor", self.factor, Field().between(1, 64));
    visit("mode", self.mode);
  }
};

// Maps `factor` times as large: every cell repeated, or mixed from the four whose middles are nearest.
class Upsample : public Resampling<UpsampleAttrs> {
 public:
  static constexpr const char* kType = "upsample";
  using Resampling::Resampling;

  const char* type() const override { return kType; }
  Shape output_shape(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;

 protected:
  kernels::Resample resample() const override;
};

}  // namespace cnn
