#pragma once

#include <cstddef>

namespace cnn::kernels {

enum class PadMode { zero, nearest };  // what a tap outside the picture reads: 0, or the nearest pixel

// How the float forms compute: the sum as it is written (direct), as a product of matrices (im2col), by Winograd's minimal
// filtering, by Fourier transforms. F(4×4, 3×3) and both of 5×5 round a little worse than the others: relative error 1e-6 to 2e-6.
enum class ConvAlgorithm { automatic, direct, im2col, winograd_f2, winograd_f4, fft };

// Convolution as the field computes it (cross-correlation, no flip):
//   y[n, oy, ox, o] = bias[o] + Σ_{ky, kx, i} kernel[ky, kx, i, o] · x[n, oy·stride_h + ky·dilation_h − pad_top, …, g·in_c/groups + i]
// with o in group g. Layouts as in core/tensor.h.
struct Conv2dShape {
  int batch = 1;
  int in_h = 0, in_w = 0, in_c = 0;
  int out_h = 0, out_w = 0, out_c = 0;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0;  // bottom and right follow from out_h, out_w
  int groups = 1;                 // divides in_c and out_c
  PadMode pad_mode = PadMode::zero;
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
  bool rectify = false;  // forward writes max(0, y)
};

// Why `s.algorithm` cannot compute this shape; null when it can. The functions below then take im2col.
const char* conv2d_misfit(const Conv2dShape& s);

// Elements of T that `scratch` must hold, enough for each of the three functions below.
template <class T>
std::size_t conv2d_scratch(const Conv2dShape& s);

// y = conv(x). bias may be null.
template <class T>
void conv2d_forward(const Conv2dShape& s, const T* x, const T* kernel, const T* bias, T* y, T* scratch);

// dx (+)= the gradient with respect to x; overwrites unless `accumulate`.
template <class T>
void conv2d_backward_input(const Conv2dShape& s, const T* dy, const T* kernel, T* dx, bool accumulate, T* scratch);

// dkernel += …, dbias += Σ dy. dbias may be null.
template <class T>
void conv2d_backward_kernel(const Conv2dShape& s, const T* x, const T* dy, T* dkernel, T* dbias, T* scratch);

namespace reference {
template <class T>
void conv2d_forward(const Conv2dShape& s, const T* x, const T* kernel, const T* bias, T* y);
template <class T>
void conv2d_backward_input(const Conv2dShape& s, const T* dy, const T* kernel, T* dx, bool accumulate);
template <class T>
void conv2d_backward_kernel(const Conv2dShape& s, const T* x, const T* dy, T* dkernel, T* dbias);
}  // namespace reference

}  // namespace cnn::kernels
