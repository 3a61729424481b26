#pragma once

#include <string>

#include "engine/definition/fields.h"

namespace cnn {

// What can be asked. Each has its function in explain.cpp's table.
enum class About { statistics, position };
template <>
struct EnumNames<About> {
  static constexpr const char* names[] = {"statistics", "position"};
};

// A question. Each takes the fields that it needs; what they mean stands with the answer, in explain.h.
struct Query {
  About about = About::statistics;
  std::string node;
  int channel = 0;
  int row = 0;
  int column = 0;
  int image = 0;
  int label = -1;
  int bins = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("about", self.about, Field().required());
    visit("node", self.node);
    visit("channel", self.channel, Field().between(0, kMost));
    visit("row", self.row, Field().between(0, kMost));
    visit("column", self.column, Field().between(0, kMost));
    visit("image", self.image, Field().between(0, kMost));
    visit("label", self.label, Field().between(-1, 255));
    visit("bins", self.bins, Field().between(0, 256));
  }

 private:
  static constexpr double kMost = 2147483647;
};

}  // namespace cnn
