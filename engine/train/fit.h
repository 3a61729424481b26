#pragma once

#include <string>

#include "engine/data/dataset.h"
#include "engine/graph/graph.h"

namespace cnn {

// Throws Error when `graph` cannot be trained or measured with pictures: it has no head, reads pictures of another shape (after
// its preprocessing), or tells another number of classes apart. `subject` is who asks ("training", "evaluation").
void check_has_head(const Graph& graph, const std::string& subject);
void check_fit(const Graph& graph, const Dataset& data, const std::string& subject);

}  // namespace cnn
