#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/random.h"
#include "engine/core/shape.h"
#include "engine/definition/fields.h"

namespace cnn {

// Random changes of a training picture, drawn anew for every image of every epoch. All zero: none.
struct AugmentOptions {
  double shift = 0;   // up to ± this many pixels in each direction
  double rotate = 0;  // up to ± this many degrees
  double scale = 0;   // factor between 1 − scale and 1 + scale, for both axes together
  double shear = 0;   // up to ± this much (tangent), along the rows
  double elastic = 0; // greatest displacement in pixels of a smooth random field (Simard, Steinkraus & Platt 2003)
  double flip = 0;    // probability of the mirror image, left to right
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("shift", self.shift, Field().between(0, 64));
    visit("rotate", self.rotate, Field().between(0, 180));
    visit("scale", self.scale, Field().between(0, 0.9));
    visit("shear", self.shear, Field().between(0, 2));
    visit("elastic", self.elastic, Field().between(0, 16));
    visit("flip", self.flip, Field().between(0, 1));
  }
  bool none() const {
    return shift == 0 && rotate == 0 && scale == 0 && shear == 0 && elastic == 0 && flip == 0;
  }
};

// One affine map (and displacement field) per picture about its centre, bilinear, outside is 0. `out` must not be `image`.
void augment(const AugmentOptions& options, const Shape& shape, const std::uint8_t* image, Random& random, std::uint8_t* out);

}  // namespace cnn
