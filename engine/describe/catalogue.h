#pragma once

#include "engine/definition/json.h"

namespace cnn {

// Everything the engine offers, from its own tables: {"version", "layers": [{"type", "role", "fields"}], "activations",
// "blocks": [{"type", "fields"}], "trainer": fields, "augment": fields, "drawing": fields, "preprocessing": fields,
// "errors": codes}. Of the trainer's fields some have "only" {other key: choices}, outside of which nobody reads them, and the
// learning rate has "usual" {optimizer: rate}.
Json catalogue();

}  // namespace cnn
