#pragma once

#include "engine/layers/normalization.h"

namespace cnn {

// Instance (contrast) normalisation (Ulyanov, Vedaldi & Lempitsky 2016): each map of each image by its own mean and
// deviation. Parameters: gamma [C], beta [C].
class InstanceNorm : public ImageNorm<ImageNormAttrs> {
 public:
  static constexpr const char* kType = "instance_norm";
  using ImageNorm::ImageNorm;

  const char* type() const override { return kType; }

 protected:
  int groups(int channels) const override { return channels; }
};

}  // namespace cnn
