#pragma once

#include <string>

#include "engine/definition/json.h"
#include "engine/graph/graph.h"

namespace cnn {

// The table of a net as JSON, from the graph alone (nothing is allocated for it):
//   {"name", "input": [h, w, c], "output", "heads", "preprocessing",
//    "layers": [{"name", "type", "role", "inputs", "shape", "parameters", "tensors": [{"name", "shape", "count",
//    "trainable"}],
//                "macs", "receptive_field": {"size", "jump", "start"}, "activation_bytes", "attributes", "path"}],
//    "parameters", "trainable_parameters", "macs",
//    "memory": {"parameters_bytes", "activations_bytes", "gradients_bytes", "training_bytes"}}
// Memory is per image; training counts activations (of layers in place none) and their gradients.
Json summarize(const Graph& graph);

// The same for people, as Keras prints it. Plain text, columns aligned.
std::string summary_table(const Graph& graph);

}  // namespace cnn
