#pragma once

#include "engine/layers/normalization.h"

namespace cnn {

// Layer normalisation (Ba, Kiros & Hinton 2016): each image by the mean and deviation of all its values. Parameters: gamma
// [C], beta [C], one pair a map, as where it is used on maps (Wu & He 2018).
class LayerNorm : public ImageNorm<ImageNormAttrs> {
 public:
  static constexpr const char* kType = "layer_norm";
  using ImageNorm::ImageNorm;

  const char* type() const override { return kType; }

 protected:
  int groups(int) const override { return 1; }
};

}  // namespace cnn
