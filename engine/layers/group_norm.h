#pragma once

#include "engine/layers/normalization.h"

namespace cnn {

struct GroupNormAttrs : ImageNormAttrs {
  int groups = 8;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("groups", self.groups, Field().between(1, 8192));
    ImageNormAttrs::fields(self, visit);
  }
};

// Group normalisation (Wu & He 2018): each image by the mean and deviation of groups of neighbouring maps, between layer
// (one group) and instance normalisation (as many as maps). Parameters: gamma [C], beta [C].
class GroupNorm : public ImageNorm<GroupNormAttrs> {
 public:
  static constexpr const char* kType = "group_norm";
  using ImageNorm::ImageNorm;

  const char* type() const override { return kType; }
  Shape output_shape(const LayerInputs& inputs) const override;

 protected:
  int groups(int) const override { return attrs_.groups; }
};

}  // namespace cnn
