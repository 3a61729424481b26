#pragma once

#include <string>

#include "engine/definition/fields.h"

namespace cnn {

// What can be asked. Each has its function in one of the headers beside this; what fields it takes and what it answers is
// written down in wasm/js/explain-types.js.
enum class About {
  statistics,
  position,
  backward,
  parameter,
  receptive_field,
  input_gradient,
  occlusion,
  grad_cam,
  ascent,
  top_patches,
  batch,
  update,
};
template <>
struct EnumNames<About> {
  static constexpr const char* names[] = {"statistics",     "position",  "backward", "parameter", "receptive_field",
                                          "input_gradient", "occlusion", "grad_cam", "ascent",    "top_patches",
                                          "batch",          "update"};
};

// A question; each takes the fields that it needs.
struct Query {
  About about = About::statistics;
  std::string node;
  std::string parameter;  // address
  int channel = 0;
  int row = 0;
  int column = 0;
  int image = 0;
  int element = 0;
  int label = -1;      // −1: the class that was predicted
  int bins = 0;        // 0: no histogram
  int count = 16;
  int from = 0;        // a slice of the data: the images from … from + images − 1
  int images = 100;
  int size = 5;        // of the patch that hides a part of the picture
  int stride = 2;
  int steps = 16;
  double rate = 0.05;   // shares of the range of a pixel
  double decay = 0.01;  // how far each step draws the picture back to black
  double blur = 0.2;    // how far each step draws each pixel to the mean of its neighbours
  bool resume = false;  // go on from where the ascent before this one ended
  bool twin = false;    // ask a net of the same definition with fresh weights instead
  int seed = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    const Field index = Field().between(0, 2147483647);
    visit("about", self.about, Field().required());
    visit("node", self.node);
    visit("parameter", self.parameter);
    visit("channel", self.channel, index);
    visit("row", self.row, index);
    visit("column", self.column, index);
    visit("image", self.image, index);
    visit("element", self.element, index);
    visit("label", self.label, Field().between(-1, 255));
    visit("bins", self.bins, Field().between(0, 256));
    visit("count", self.count, Field().between(1, 1000));
    visit("from", self.from, index);
    visit("images", self.images, Field().between(1, 100000));
    visit("size", self.size, Field().between(1, 4096));
    visit("stride", self.stride, Field().between(1, 4096));
    visit("steps", self.steps, Field().between(1, 1000));
    visit("rate", self.rate, Field().between(0, 1));
    visit("decay", self.decay, Field().between(0, 1));
    visit("blur", self.blur, Field().between(0, 1));
    visit("resume", self.resume);
    visit("twin", self.twin);
    visit("seed", self.seed, index);
  }
};

}  // namespace cnn
