#pragma once

#include <string>

#include "engine/definition/json.h"

namespace cnn {

// The second notation: one layer of a ConvNetJS list "layer_defs" (Karpathy 2014) at `path`, as the layers that it stands for.
// Its sugar is unfolded in its order: the dense layer before a loss, the layer itself, its activation, its dropout. `flat`
// tells whether a vector comes in, and becomes whether one goes out.
// Its defaults become explicit: no L1 decay unless a layer asks for it, and biases that start at 0.1 before a ReLU.
Json from_convnetjs(const Json& definition, const std::string& path, bool& flat);

}  // namespace cnn
