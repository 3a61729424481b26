#pragma once

#include "engine/data/dataset.h"
#include "engine/explain/answer.h"
#include "engine/explain/scene.h"

namespace cnn {

// The pictures of a slice of the data that excite a channel most, one place each (Zeiler & Fergus 2014).
Answer explain_top_patches(Scene& scene, const Query& query, const Dataset& data);

}  // namespace cnn
