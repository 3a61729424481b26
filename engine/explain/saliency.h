#pragma once

#include "engine/explain/answer.h"
#include "engine/explain/scene.h"

namespace cnn {

// What in the picture speaks for a class. Its score is the value before the head.

// ∂score / ∂pixel (Simonyan, Vedaldi & Zisserman 2014).
Answer explain_input_gradient(Scene& scene, const Query& query);
// The probability while a black patch hides one part of the picture after the other (Zeiler & Fergus 2014).
Answer explain_occlusion(Scene& scene, const Query& query);
// ReLU(Σ_k α_k A_k), α_k = mean over the map of ∂score / ∂A_k (Selvaraju et al. 2017).
Answer explain_grad_cam(Scene& scene, const Query& query);

}  // namespace cnn
