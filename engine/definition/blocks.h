#pragma once

#include <string>

#include "engine/core/shape.h"
#include "engine/core/tensor.h"
#include "engine/definition/json.h"

namespace cnn {

// A building block: several layers that the author writes as one. Blocks are sugar (definition.h); no later stage knows them.
struct BlockType {
  const char* name;
  // The fields, see describe_fields().
  Json (*describe)();
  // Checks the block `object` at `path` and gives the layers of its round `round` (from 0), which start from values of shape
  // `in`; `rounds` becomes how often the block follows itself. Names are the block's own: "in" is what comes in, and a layer
  // without "inputs" follows the one before. Null: the layers are the author's, under "layers".
  Json (*expand)(const Json& object, const std::string& path, const Shape& in, int round, int& rounds);
};

// All of them, in the order of the catalogue.
//   residual   y = F(x) + x (He et al. 2015), basic or bottleneck; "skip": false leaves the plain twin
//   inception  parallel 1x1, 3x3, 5x5 and pool, concatenated (Szegedy et al. 2014); factorised; with skip Inception-ResNet
//   mbconv     expand, filter each map, squeeze and excite, project (Tan & Le 2019)
//   template   [[conv → activation]·convs → pool?]·stages → [dense → activation]·dense
//   block      the author's own layers, repeated
Span<const BlockType> block_types();

// Null when there is none of that name.
const BlockType* find_block_type(const std::string& name);

}  // namespace cnn
