#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/random.h"
#include "engine/core/shape.h"
#include "engine/definition/fields.h"

namespace cnn {

// Random changes of a training picture, drawn anew for every image of every epoch, in this order. All zero: none.
struct AugmentOptions {
  double shift = 0;   // up to ± this many pixels in each direction
  double rotate = 0;  // up to ± this many degrees
  double scale = 0;   // factor between 1 − scale and 1 + scale, for both axes together
  double shear = 0;   // up to ± this much (tangent), along the rows
  double elastic = 0; // greatest displacement in pixels of a smooth random field (Simard, Steinkraus & Platt 2003)
  double flip = 0;    // probability of the mirror image, left to right
  double flip_v = 0;  // likewise, top to bottom
  int crop = 0;       // pixels of black put around it before a piece of the old size is cut out somewhere
  double brightness = 0;  // up to ± this share of the whole range is added
  double contrast = 0;    // factor between 1 − contrast and 1 + contrast, about the picture's mean
  double saturation = 0;  // likewise about each pixel's grey; pictures of three channels only
  double noise = 0;       // standard deviation of Gaussian noise on every value, as a share of the whole range
  int cutout = 0;         // side of a black square somewhere (DeVries & Taylor 2017)
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("shift", self.shift, Field().between(0, 64));
    visit("rotate", self.rotate, Field().between(0, 180));
    visit("scale", self.scale, Field().between(0, 0.9));
    visit("shear", self.shear, Field().between(0, 2));
    visit("elastic", self.elastic, Field().between(0, 16));
    visit("flip", self.flip, Field().between(0, 1));
    visit("flip_v", self.flip_v, Field().between(0, 1));
    visit("crop", self.crop, Field().between(0, 64));
    visit("brightness", self.brightness, Field().between(0, 1));
    visit("contrast", self.contrast, Field().between(0, 1));
    visit("saturation", self.saturation, Field().between(0, 1));
    visit("noise", self.noise, Field().between(0, 1));
    visit("cutout", self.cutout, Field().between(0, 256));
  }
  bool none() const { return !moves() && !recolours() && cutout == 0; }
  // Whether pixels go elsewhere; whether they change their value.
  bool moves() const {
    return shift != 0 || rotate != 0 || scale != 0 || shear != 0 || elastic != 0 || flip != 0 || flip_v != 0 || crop != 0;
  }
  bool recolours() const { return brightness != 0 || contrast != 0 || saturation != 0 || noise != 0; }
};

// What a picture's changes are drawn from: the seed of a training and the picture's number in it decide alone, so that it is the
// same whoever changes it, and when.
Random random_changes(int seed, std::uint64_t number);

// One affine map (and displacement field) per picture about its centre, bilinear, outside is 0; then colour, then the square.
// What is not asked for draws no random numbers.
class Augmenter {
 public:
  explicit Augmenter(const Shape& shape);  // of all the pictures

  // The changed picture, until the next call.
  const std::uint8_t* change(const AugmentOptions& options, const std::uint8_t* image, Random& random);

 private:
  void move(const AugmentOptions& options, const std::uint8_t* image, Random& random);
  void add_field(float most, int y, Random& random);

  Shape shape_;
  std::vector<std::uint8_t> framed_;
  std::vector<float> x_, y_;    // where the pixels of a row are read
  std::vector<float> nodes_;    // of the random field, x and then y of four rows and of what they make of a row of pixels
  std::vector<std::uint8_t> out_;
};

}  // namespace cnn
