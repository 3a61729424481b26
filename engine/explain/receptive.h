#pragma once

#include "engine/explain/answer.h"
#include "engine/explain/scene.h"

namespace cnn {

// Rows and columns, both ends included; beyond the node's own: padding.
struct Box {
  int top, left, bottom, right;
};
Json box_json(const Box& box);

// For each node, the part that one value of `node` depends on; false in `sees` where it depends on nothing of it.
struct Boxes {
  std::vector<Box> box;
  std::vector<char> sees;
};
Boxes receptive_boxes(const Scene& scene, int node, const Place& place);

Answer explain_receptive_field(Scene& scene, const Query& query);

}  // namespace cnn
