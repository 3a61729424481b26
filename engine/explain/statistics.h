#pragma once

#include "engine/explain/answer.h"
#include "engine/explain/scene.h"

namespace cnn {

Answer explain_statistics(Scene& scene, const Query& query);

}  // namespace cnn
