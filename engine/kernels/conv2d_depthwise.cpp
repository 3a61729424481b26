#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {

// Every vector of channels but the last is whole; `f(first channel, channels in it)`.
template <class F>
void for_each_channel_vector(int channels, F f) {
  for (int c = 0; c < channels; c += kLanes) f(c, std::min(kLanes, channels - c));
}

// Neighbouring outputs that share each load of a weight, and whose sums hide each other's latency.
constexpr int kOutputs = 4;

// `Outputs` neighbours of one line, `count` channels: each (+)= Σ over the taps of cell · weight.
template <int Outputs>
void sum_taps(const Axis& h, const Axis& w, int channels, int kernel_w, const float* at, std::ptrdiff_t row,
              const float* kernel, const Batch& start, bool accumulate, int count, float* to) {
  const std::ptrdiff_t in_step = static_cast<std::ptrdiff_t>(w.stride) * channels;
  const std::ptrdiff_t out_step = static_cast<std::ptrdiff_t>(w.out_step) * channels;
  Batch total[Outputs];
  unroll<Outputs>([&](auto q) { total[q] = accumulate ? load_upto(to + q * out_step, count) : start; });
  for (int ty = 0; ty < h.taps; ++ty) {
    const float* taps = kernel + static_cast<std::ptrdiff_t>(h.first_tap + ty * h.tap_step) * kernel_w * channels;
    for (int tx = 0; tx < w.taps; ++tx) {
      const Batch weight = load_upto(taps + (w.first_tap + tx * w.tap_step) * channels, count);
      const float* cell = at + ty * h.step * row + tx * w.step * channels;
      unroll<Outputs>([&](auto q) { total[q] = fma(load(cell + q * in_step), weight, total[q]); });
    }
  }
  unroll<Outputs>([&](auto q) { store_upto(to + q * out_step, total[q], count); });
}

// Σ over the taps for every output of the axes: target (+)= Σ source · kernel[tap].
void slide_channels(const Axis& h, const Axis& w, int channels, int batch, PadMode mode, int kernel_w, const float* source,
                    const float* kernel, const float* bias, bool accumulate, int target_h, int target_w, float* target,
                    float* copy) {
  const Band band = plan_band(h, w, channels, batch, true);
  for_each_band(source, h, w, band, channels, batch, mode, copy, [&](int n, int images, int first_row, int rows,
                                                                     const float* cells, std::size_t picture,
                                                                     std::ptrdiff_t row) {
    for (int i = 0; i < images; ++i) {
      for (int r = 0; r < rows; ++r) {
        const int oy = h.first_out + (first_row + r) * h.out_step;
        const float* line = cells + i * picture + r * h.stride * row;
        float* out = target + ((static_cast<std::size_t>(n + i) * target_h + oy) * target_w + w.first_out) * channels;
        for_each_channel_vector(channels, [&](int c, int count) {
          const Batch start = bias != nullptr ? load_upto(bias + c, count) : Batch(0.0f);
          const auto sum = [&](auto outputs, int q) {
            sum_taps<decltype(outputs)::value>(h, w, channels, kernel_w, line + c + q * w.stride * channels, row,
                                               kernel + c, start, accumulate, count, out + c + q * w.out_step * channels);
          };
          int q = 0;
          for (; q + kOutputs <= w.count; q += kOutputs) sum(std::integral_constant<int, kOutputs>(), q);
          for (; q < w.count; ++q) sum(std::integral_constant<int, 1>(), q);
        });
      }
    }
  });
}

Axis forward_h(const Conv2dShape& s) {
  return forward_axis(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top);
}

Axis forward_w(const Conv2dShape& s) {
  return forward_axis(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left);
}

}  // namespace

bool is_depthwise(const Conv2dShape& s) {
  return s.groups > 1 && s.groups == s.in_c && s.groups == s.out_c;
}

std::size_t depthwise_scratch(const Conv2dShape& s) {
  std::size_t most = band_size(plan_band(forward_h(s), forward_w(s), s.in_c, s.batch, true), s.in_c);
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      const Axis h = backward_axis(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top, y);
      const Axis w = backward_axis(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left, x);
      most = std::max(most, band_size(plan_band(h, w, s.in_c, s.batch, true), s.in_c));
    }
  }
  return most;
}

void depthwise_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y,
                       float* scratch) {
  slide_channels(forward_h(s), forward_w(s), s.in_c, s.batch, s.pad_mode, s.kernel_w, x, kernel, bias, false, s.out_h,
                 s.out_w, y, scratch);
}

void depthwise_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                              float* scratch) {
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      Axis h = backward_axis(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top, y);
      Axis w = backward_axis(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left, x);
      slide_channels(h, w, s.in_c, s.batch, PadMode::zero, s.kernel_w, dy, kernel, nullptr, accumulate, s.in_h, s.in_w, dx,
                     scratch);
    }
  }
}

void depthwise_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch) {
  const Axis h = forward_h(s), w = forward_w(s);
  const Band band = plan_band(h, w, s.in_c, s.batch, true);
  for_each_band(x, h, w, band, s.in_c, s.batch, s.pad_mode, scratch, [&](int n, int images, int first_row, int rows,
                                                                         const float* cells, std::size_t picture,
                                                                         std::ptrdiff_t row) {
    const float* right = dy + (static_cast<std::size_t>(n) * s.out_h + first_row) * s.out_w * s.in_c;
    for_each_channel_vector(s.in_c, [&](int c, int count) {
      for (int ky = 0; ky < s.kernel_h; ++ky) {
        for (int kx = 0; kx < s.kernel_w; ++kx) {
          Batch total(0.0f);
          const float* d = right + c;
          for (int i = 0; i < images; ++i) {
            for (int r = 0; r < rows; ++r) {
              const float* at = cells + i * picture + (r * h.stride + ky * h.step) * row + kx * w.step * s.in_c + c;
              for (int q = 0; q < s.out_w; ++q, at += w.stride * s.in_c, d += s.in_c) {
                total = fma(load(at), load_upto(d, count), total);
              }
            }
          }
          float* to = dkernel + (static_cast<std::size_t>(ky) * s.kernel_w + kx) * s.in_c + c;
          store_upto(to, load_upto(to, count) + total, count);
        }
      }
    });
  });
}

}  // namespace cnn::kernels
