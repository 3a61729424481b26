#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/core/shape.h"

// Pictures of bytes [h, w, c] read between their pixels, for augmentation. Rows are gone through vector by vector: buffers of `count`
// places have warp_room(count) numbers.

namespace cnn::kernels {

std::size_t warp_room(int count);

// The picture among zeros, which makes every place have four neighbours, in warp_frame_size bytes.
std::size_t warp_frame_size(const Shape& s);
void warp_frame(const Shape& s, const std::uint8_t* picture, std::uint8_t* framed);

// out[i], all channels, is the picture at column x[i] and row y[i], bilinearly; outside the picture it is 0.
void warp_row(const Shape& s, const std::uint8_t* framed, const float* x, const float* y, int count, std::uint8_t* out);

// x[i] = slope · i + start.
void warp_line(float slope, float start, int count, float* x);

// x[i] += a cubic B-spline with a node every kSplineStep places, at i: nodes[0] lies one step before place 0.
constexpr int kSplineStep = 7;
int spline_nodes(int count);
void add_spline(const float* nodes, int count, float* x);
// What the first to fourth (0…3) of the nodes around a place weigh there, `phase` < kSplineStep after the second.
float spline_weight(int node, int phase);

}  // namespace cnn::kernels
