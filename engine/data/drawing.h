#pragma once

#include <string>
#include <vector>

#include "engine/core/shape.h"
#include "engine/definition/definition.h"
#include "engine/definition/fields.h"
#include "engine/definition/json.h"

namespace cnn {

struct Point {
  float x = 0;
  float y = 0;
};
using Stroke = std::vector<Point>;  // one point is a dot

// How a drawing becomes a picture, as MNIST was made: the ink's bounding box is scaled into box × box (keeping its
// proportions), and its centre of mass is put into the middle of size × size.
struct DrawingOptions {
  int size = 28;
  int box = 20;
  double pen = 2.5;  // width in pixels of the picture: the line does not get thinner when a large drawing shrinks
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("size", self.size, Field().between(4, 512));
    visit("box", self.box, Field().between(2, 512));
    visit("pen", self.pen, Field().between(0.1, 64));
  }
};

// Those of MNIST, scaled to the picture that a net of this input wants: what it cuts the middle out of stays 28 × 28.
DrawingOptions fitting_options(const Preprocessing& preprocessing, const Shape& input);

struct Picture {
  int h = 0;
  int w = 0;
  std::vector<float> pixels;  // [h, w], coverage 0…1
};

// The stages on the way, for people to see. An empty drawing gives empty pictures of the right sizes.
struct Rasterized {
  Picture ink;    // the strokes where they were drawn, anti-aliased, the whole pad scaled to 56 × 56
  Picture box;    // the bounding box scaled to box × box
  Picture image;  // centred: what the net gets
};

// {"strokes": [[[x, y], …], …], "pad"?: [w, h], and the fields above}. Coordinates are in any unit; `pad` tells the
// extent of the pad for the ink stage (default: the bounding box of all points, at least 280). Throws Error with the
// place.
struct Drawing {
  std::vector<Stroke> strokes;
  float pad_w = 0;
  float pad_h = 0;
  DrawingOptions options;
};
Drawing parse_drawing(const Json& json, const std::string& path);

// Lines are swept by a round pen and integrated per pixel (signed distance, an edge about a pixel wide). Deterministic.
Rasterized rasterize(const Drawing& drawing);

}  // namespace cnn
