#include "engine/kernels/conv2d.h"

#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {

std::size_t out_pixels(const Conv2dShape& s) { return static_cast<std::size_t>(s.batch) * s.out_h * s.out_w; }

}  // namespace

// ---------------------------------------------------------------- reference

namespace reference {
namespace {

// f(index into x, index into the kernel, index into y) for every product of the convolution that reads a cell.
template <class F>
void for_each_product(const Conv2dShape& s, F f) {
  const int group_in = s.in_c / s.groups, group_out = s.out_c / s.groups;
  for (int n = 0; n < s.batch; ++n) {
    for (int oy = 0; oy < s.out_h; ++oy) {
      for (int ox = 0; ox < s.out_w; ++ox) {
        const std::size_t out = ((static_cast<std::size_t>(n) * s.out_h + oy) * s.out_w + ox) * s.out_c;
        for (int ky = 0; ky < s.kernel_h; ++ky) {
          for (int kx = 0; kx < s.kernel_w; ++kx) {
            int iy = oy * s.stride_h + ky * s.dilation_h - s.pad_top;
            int ix = ox * s.stride_w + kx * s.dilation_w - s.pad_left;
            if (s.pad_mode == PadMode::nearest) {
              iy = std::clamp(iy, 0, s.in_h - 1);
              ix = std::clamp(ix, 0, s.in_w - 1);
            }
            if (iy < 0 || iy >= s.in_h || ix < 0 || ix >= s.in_w) continue;
            const std::size_t in = ((static_cast<std::size_t>(n) * s.in_h + iy) * s.in_w + ix) * s.in_c;
            const std::size_t tap = (static_cast<std::size_t>(ky) * s.kernel_w + kx) * group_in;
            for (int i = 0; i < group_in; ++i) {
              for (int o = 0; o < s.out_c; ++o) f(in + o / group_out * group_in + i, (tap + i) * s.out_c + o, out + o);
            }
          }
        }
      }
    }
  }
}

template <class T>
std::size_t in_size(const Conv2dShape& s) {
  return static_cast<std::size_t>(s.batch) * s.in_h * s.in_w * s.in_c;
}

}  // namespace

template <class T>
void conv2d_forward(const Conv2dShape& s, const T* x, const T* kernel, const T* bias, T* y) {
  for (std::size_t p = 0; p < out_pixels(s); ++p) {
    for (int o = 0; o < s.out_c; ++o) y[p * s.out_c + o] = bias != nullptr ? bias[o] : T(0);
  }
  for_each_product(s, [=](std::size_t i, std::size_t k, std::size_t o) { y[o] += x[i] * kernel[k]; });
  if (s.rectify) relu_forward(out_pixels(s) * s.out_c, y, y);
}

template <class T>
void conv2d_backward_input(const Conv2dShape& s, const T* dy, const T* kernel, T* dx, bool accumulate) {
  if (!accumulate) std::fill_n(dx, in_size<T>(s), T(0));
  for_each_product(s, [=](std::size_t i, std::size_t k, std::size_t o) { dx[i] += dy[o] * kernel[k]; });
}

template <class T>
void conv2d_backward_kernel(const Conv2dShape& s, const T* x, const T* dy, T* dkernel, T* dbias) {
  for_each_product(s, [=](std::size_t i, std::size_t k, std::size_t o) { dkernel[k] += x[i] * dy[o]; });
  if (dbias == nullptr) return;
  for (std::size_t p = 0; p < out_pixels(s); ++p) {
    for (int o = 0; o < s.out_c; ++o) dbias[o] += dy[p * s.out_c + o];
  }
}

}  // namespace reference

// ---------------------------------------------------------------- routing

namespace {

// The gradient of a border of nearest pixels has to be folded back, which only the general form does.
bool zeros_around(const Conv2dShape& s) { return s.pad_mode == PadMode::zero; }

bool takes_depthwise(const Conv2dShape& s) {
  return s.algorithm == ConvAlgorithm::automatic && is_depthwise(s) && zeros_around(s);
}

// Vector multiply-adds that starting and ending a tile is worth, and transforming a vector at one point of Winograd's
// patches and kernels (measured; wide vectors make the products cheap and leave the transforms waiting for memory).
constexpr double kTileCost = 8, kTransformCost = kLanes > 4 ? 16 : 6, kKernelCost = 20;

// With stride 2 more than half of the values at the points are cells as they are.
constexpr double kStridedTransformCost = kLanes > 4 ? 2 : 1, kStridedKernelCost = 6;

// The patch of Winograd's algorithm to use, or 0 for none; `backward`: for the gradient with respect to the input.
int winograd_patch(const Conv2dShape& s, bool backward) {
  if (backward && !winograd_goes_back(s)) return 0;
  if (s.algorithm == ConvAlgorithm::winograd_f2 && winograd_fits(s, 2)) return 2;
  if (s.algorithm == ConvAlgorithm::winograd_f4 && winograd_fits(s, 4)) return 4;
  constexpr int patch = 4;
  if (s.algorithm != ConvAlgorithm::automatic || !winograd_fits(s, patch)) return 0;
  // Whether products and transforms are less work than the plain product.
  const int read = backward ? s.out_c : s.in_c, write = backward ? s.in_c : s.out_c;
  const double in = (read + kLanes - 1) / kLanes, out = (write + kLanes - 1) / kLanes;
  // Each cell of dx is reached by those of the taps that the stride leaves it.
  const double cells = double(s.batch) * (backward ? s.in_h * s.in_w : s.out_h * s.out_w);
  const double taps = double(s.kernel_h * s.kernel_w) / (backward ? s.stride_h * s.stride_w : 1);
  const double transform = s.stride_h == 2 ? kStridedTransformCost : kTransformCost;
  const double pack = s.stride_h == 2 ? kStridedKernelCost : kKernelCost;
  const WinogradWork work = winograd_work(s, patch, backward);
  const double values = work.rows * (out * (read + kTileCost) + transform * (in + out)) + work.points * pack * read * out;
  return values < cells * out * (taps * read + kTileCost) ? patch : 0;
}

bool takes_fft(const Conv2dShape& s) { return s.algorithm == ConvAlgorithm::fft && fft_fits(s); }

bool takes_single(const Conv2dShape& s) {
  return single_fits(s) && (s.algorithm == ConvAlgorithm::automatic || s.algorithm == ConvAlgorithm::winograd_f4);
}

int forward_patch(const Conv2dShape& s) { return winograd_patch(s, false); }

int backward_patch(const Conv2dShape& s) { return winograd_patch(s, true); }

}  // namespace

const char* conv2d_misfit(const Conv2dShape& s) {
  if (s.algorithm == ConvAlgorithm::winograd_f2 && !winograd_fits(s, 2)) {
    return "winograd_f2 computes 3x3 and 5x5 kernels of stride 1 without dilation and groups";
  }
  if (s.algorithm == ConvAlgorithm::winograd_f4 && !winograd_fits(s, 4)) {
    return "winograd_f4 computes 3x3 kernels of stride 1 or 2 and 5x5 ones of stride 1, without dilation and groups";
  }
  if (s.algorithm == ConvAlgorithm::fft && !fft_fits(s)) {
    return "fft computes kernels of stride 1 without dilation and groups";
  }
  return nullptr;
}

template <class T>
std::size_t conv2d_scratch(const Conv2dShape& s) {
  if constexpr (kVectorised<T>) {
    if (takes_depthwise(s)) return depthwise_scratch(s);
    if (takes_fft(s)) return std::max(implicit_scratch(s), fft_scratch(s));
    const int patch = std::max(forward_patch(s), backward_patch(s));
    const std::size_t plain = std::max(implicit_scratch(s), takes_single(s) ? single_scratch(s) : 0);
    return std::max(plain, patch == 0 ? 0 : winograd_scratch(s, patch));
  }
  return 0;
}

template <class T>
void conv2d_forward(const Conv2dShape& s, const T* x, const T* kernel, const T* bias, T* y, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (s.algorithm != ConvAlgorithm::direct) {
      const int patch = forward_patch(s);
      if (takes_depthwise(s)) {
        depthwise_forward(s, x, kernel, bias, y, scratch);
      } else if (takes_fft(s)) {
        fft_forward(s, x, kernel, bias, y, scratch);
      } else if (patch != 0) {
        return winograd_forward(s, patch, x, kernel, bias, y, scratch);
      } else {
        return implicit_forward(s, x, kernel, bias, y, scratch);
      }
      if (s.rectify) relu_forward(out_pixels(s) * s.out_c, y, y);
      return;
    }
  }
  static_cast<void>(scratch);
  reference::conv2d_forward(s, x, kernel, bias, y);
}

template <class T>
void conv2d_backward_input(const Conv2dShape& s, const T* dy, const T* kernel, T* dx, bool accumulate, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (s.algorithm != ConvAlgorithm::direct) {
      if (takes_depthwise(s)) return depthwise_backward_input(s, dy, kernel, dx, accumulate, scratch);
      if (takes_fft(s) && zeros_around(s)) return fft_backward_input(s, dy, kernel, dx, accumulate, scratch);
      const int patch = backward_patch(s);
      if (patch != 0) return winograd_backward_input(s, patch, dy, kernel, dx, accumulate, scratch);
      return implicit_backward_input(s, dy, kernel, dx, accumulate, scratch);
    }
  }
  static_cast<void>(scratch);
  reference::conv2d_backward_input(s, dy, kernel, dx, accumulate);
}

template <class T>
void conv2d_backward_kernel(const Conv2dShape& s, const T* x, const T* dy, T* dkernel, T* dbias, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (s.algorithm != ConvAlgorithm::direct) {
      if (takes_single(s)) return single_backward_kernel(s, x, dy, dkernel, dbias, scratch);
      const int patch = forward_patch(s);
      if (patch != 0) return winograd_backward_kernel(s, patch, x, dy, dkernel, dbias, scratch);
      if (dbias != nullptr) add_column_sums(out_pixels(s), s.out_c, dy, dbias);
      if (takes_depthwise(s)) return depthwise_backward_kernel(s, x, dy, dkernel, scratch);
      if (takes_fft(s)) return fft_backward_kernel(s, x, dy, dkernel, scratch);
      return implicit_backward_kernel(s, x, dy, dkernel, scratch);
    }
  }
  static_cast<void>(scratch);
  reference::conv2d_backward_kernel(s, x, dy, dkernel, dbias);
}

#define CNN_INSTANTIATE(T) \
  template std::size_t conv2d_scratch<T>(const Conv2dShape&); \
  template void conv2d_forward(const Conv2dShape&, const T*, const T*, const T*, T*, T*); \
  template void conv2d_backward_input(const Conv2dShape&, const T*, const T*, T*, bool, T*); \
  template void conv2d_backward_kernel(const Conv2dShape&, const T*, const T*, T*, T*, T*); \
  template void reference::conv2d_forward(const Conv2dShape&, const T*, const T*, const T*, T*); \
  template void reference::conv2d_backward_input(const Conv2dShape&, const T*, const T*, T*, bool); \
  template void reference::conv2d_backward_kernel(const Conv2dShape&, const T*, const T*, T*, T*);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
