#pragma once

#include "engine/definition/fields.h"

namespace cnn {

// Compound scaling (Tan & Le 2019): one coefficient φ makes a net deeper, wider and its pictures larger at once.
//   repeat, where it stands  · depth^φ, rounded up
//   filters of every layer   · width^φ, to a multiple of 8 that is no more than a tenth smaller
//   shape of the input       · resolution^φ, rounded
struct Scaling {
  double compound = 1;  // φ
  double depth = 1.2;
  double width = 1.1;
  double resolution = 1.15;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("compound", self.compound, Field().between(0, 10));
    visit("depth", self.depth, Field().between(0.1, 10));
    visit("width", self.width, Field().between(0.1, 10));
    visit("resolution", self.resolution, Field().between(0.1, 10));
  }
};

// The list `layers` with that done to it, nested lists included. What is of the wrong kind stays, to be refused later.
Json scale_layers(const Json& layers, const Scaling& scaling);

}  // namespace cnn
