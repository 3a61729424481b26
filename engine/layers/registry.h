#pragma once

#include <memory>
#include <string>

#include "engine/core/tensor.h"
#include "engine/layers/layer.h"

namespace cnn {

// What the engine knows about a kind of layer before there is one.
struct LayerType {
  const char* name;
  // Reads the attributes in `object` (whose keys "type", "name", "inputs" belong to the node) or throws Error at `path`.
  std::unique_ptr<Layer> (*create)(const Json& object, const std::string& path);
  // The fields, see describe_fields().
  Json (*describe)();
  LayerRole role;
};

// All kinds, in the order of the catalogue.
Span<const LayerType> layer_types();

// Null when there is none of that name.
const LayerType* find_layer_type(const std::string& name);

const char* role_name(LayerRole role);

}  // namespace cnn
