#pragma once

#include <cstdint>

#include "engine/core/real.h"
#include "engine/core/shape.h"
#include "engine/definition/definition.h"

namespace cnn {

// Shape that pictures of `shape` have after preprocessing.
Shape preprocessed_shape(const Preprocessing& preprocessing, const Shape& shape);

// One picture of bytes [H, W, C] to the numbers the net reads: crop, divide, centre, scale.
void preprocess(const Preprocessing& preprocessing, const Shape& shape, const std::uint8_t* image, Real* out);
// The same for a picture of floats in 0…1 (a rasterised drawing): a pixel of 1 counts as the byte 255.
void preprocess(const Preprocessing& preprocessing, const Shape& shape, const float* image, Real* out);

}  // namespace cnn
