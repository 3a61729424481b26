#pragma once

#include <string>
#include <vector>

#include "engine/definition/fields.h"
#include "engine/definition/json.h"

namespace cnn {

// What turns the bytes of a picture into the numbers that the net reads: (byte / divide − mean) / std, after cutting the
// middle crop_h × crop_w out (0: the whole picture). It belongs to the definition, so that every model carries it.
struct Preprocessing {
  double divide = 255;
  double mean = 0;
  double std = 1;
  int crop_h = 0;
  int crop_w = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("divide", self.divide, Field().between(1e-6, 1e6));
    visit("mean", self.mean, Field().between(-1e6, 1e6));
    visit("std", self.std, Field().between(1e-6, 1e6));
    visit("crop_h", self.crop_h, Field().between(0, 4096));
    visit("crop_w", self.crop_w, Field().between(0, 4096));
  }
};

// One node of the net as JSON, sugar expanded, inputs explicit.
struct NodeDefinition {
  std::string name;                 // [A-Za-z0-9_.-]+, unique
  std::string type;                 // as in the layer registry
  std::vector<std::string> inputs;  // names of earlier nodes
  Json object;                      // attributes together with "type", "name", "inputs"
  std::string path;                 // where the author wrote it, or the block that it came from: /layers/2
};

struct Definition {
  std::string name;
  Preprocessing preprocessing;
  std::vector<NodeDefinition> nodes;  // each after its inputs
  Json source;                        // as the author wrote it
};

// Limits that keep a hostile file from eating the machine; far above any net of the course.
constexpr std::size_t kMaxDefinitionBytes = 4u << 20;
constexpr std::size_t kMaxNodes = 4096;
constexpr std::size_t kMaxConnections = 65536;

// Parses {"name", "description", "preprocessing", "scaling", "layers": […]}: checks the keys, expands the sugar (below), gives
// names to the nameless (conv2d_1, conv2d_2 …) and inputs to those that follow the layer before. Attributes and shapes are
// the graph's to check.
//   "activation": "relu"   on any layer but input appends that layer; others that name the layer then mean the activation
//   a block                (blocks.h) becomes its layers, named <block>.<layer>, or <block>.<round>.<layer> when it repeats;
//                          others that name the block mean the last of them
//   "scaling"              (scaling.h) on top changes depth, width and resolution of all layers
// In place of "layers", "layer_defs" may hold a net in ConvNetJS's notation (convnetjs.h); a bare list is one, too.
// Throws Error with the place.
Definition parse_definition(const std::string& text);
Definition parse_definition(const Json& json);

}  // namespace cnn
