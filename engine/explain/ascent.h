#pragma once

#include "engine/explain/answer.h"
#include "engine/explain/scene.h"

namespace cnn {

// A picture that excites a channel (the mean of its map) or, without a node, a class: climbs the gradient from seeded noise, drawn
// back to black and blurred a little at each step (Erhan et al. 2009; Yosinski et al. 2015). `picture` [input shape] is where
// it goes on from with query.resume, and where it ends.
Answer explain_ascent(Scene& scene, const Query& query, std::vector<Real>& picture);

}  // namespace cnn
