#pragma once

#include <cstddef>

#include "engine/kernels/conv2d.h"

// The vectorised convolutions (float only) behind the routing in conv2d.cpp.

namespace cnn::kernels {

// Implicit GEMM, every shape: pixels × (taps · channels) times (taps · channels) × channels, the left operand read from a
// padded copy of a few rows instead of a column matrix.
std::size_t implicit_scratch(const Conv2dShape& s);
void implicit_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch);
void implicit_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                             float* scratch);
void implicit_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch);

// One channel per group (groups == in_c == out_c): the vector runs along the channels.
bool is_depthwise(const Conv2dShape& s);
std::size_t depthwise_scratch(const Conv2dShape& s);
void depthwise_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y,
                       float* scratch);
void depthwise_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                              float* scratch);
void depthwise_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch);

// Square kernels without dilation, one group. `patch` is 2 or 4: F(patch×patch, 3×3) or F(patch×patch, 5×5), with stride 2
// F(4×4, 3×3) alone.
bool winograd_fits(const Conv2dShape& s, int patch);
// Whether backward_input computes it as well: a border of zeros, with stride 2 paddings that are both even or both odd.
bool winograd_goes_back(const Conv2dShape& s);
// Rows of its matrix products (a patch at a point each), in all, and how many points have a kernel of their own.
struct WinogradWork {
  double rows, points;
};
WinogradWork winograd_work(const Conv2dShape& s, int patch, bool backward);
std::size_t winograd_scratch(const Conv2dShape& s, int patch);
void winograd_forward(const Conv2dShape& s, int patch, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch);
void winograd_backward_input(const Conv2dShape& s, int patch, const float* dy, const float* kernel, float* dx,
                             bool accumulate, float* scratch);
void winograd_backward_kernel(const Conv2dShape& s, int patch, const float* x, const float* dy, float* dkernel,
                              float* dbias, float* scratch);

// The last with F(4×4) where the picture has one channel.
bool single_fits(const Conv2dShape& s);
std::size_t single_scratch(const Conv2dShape& s);
void single_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* dbias,
                            float* scratch);

// Kernels of stride 1 without dilation, one group, at most 64×64. backward_input knows no border but zeros.
bool fft_fits(const Conv2dShape& s);
std::size_t fft_scratch(const Conv2dShape& s);
void fft_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y, float* scratch);
void fft_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                        float* scratch);
void fft_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch);

}  // namespace cnn::kernels
