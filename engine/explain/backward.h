#pragma once

#include "engine/explain/answer.h"
#include "engine/explain/scene.h"

namespace cnn {

// How the gradient at a value came about: which outputs of the nodes that read it hand how much of theirs back.
Answer explain_backward(Scene& scene, const Query& query);

// How the gradient of one element of a parameter came about: Σ factor · gradient over all outputs that it takes part in.
Answer explain_parameter(Scene& scene, const Query& query);

}  // namespace cnn
