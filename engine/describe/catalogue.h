#pragma once

#include "engine/definition/json.h"

namespace cnn {

// Everything the engine offers, from its own tables: {"version", "layers": [{"type", "role", "fields"}], "activations",
// "blocks": [{"type", "fields"}], "trainer": fields, "augment": fields, "drawing": fields, "preprocessing": fields,
// "errors": codes}.
Json catalogue();

}  // namespace cnn
