#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

namespace cnn::kernels {

namespace {

// f(first channel, channels in it) for vectors of channels; every one but the last is whole.
template <class F>
void for_each_channel_vector(int channels, F f) {
  for (int c = 0; c < channels; c += kLanes) f(c, std::min(kLanes, channels - c));
}

// Neighbouring outputs, or taps of the gradient, that share each load of the other operand and hide each other's latency.
constexpr int kSums = 4;

// sum[k] += Σ_d cells[k][offset[d]] · other[d], of a vector of channels. `other` has a vector every `step` values.
[[gnu::noinline]] void add_products(int depth, const std::int32_t* offset, const float* const (&cells)[kSums], const float* other,
                                    std::ptrdiff_t step, Batch* sums) {
  const float* from[kSums];
  Batch sum[kSums];
  unroll<kSums>([&](auto k) {
    from[k] = cells[k];
    sum[k] = sums[k];
  });
  CNN_ROLLED for (int d = 0; d < depth; ++d, other += step) {
    const std::ptrdiff_t at = offset[d];
    const Batch shared = load(other);
    unroll<kSums>([&](auto k) { sum[k] = fma(load(from[k] + at), shared, sum[k]); });
  }
  unroll<kSums>([&](auto k) { sums[k] = sum[k]; });
}

std::size_t slide_scratch(const Axis& h, const Axis& w, int channels, int batch) {
  const std::size_t taps = static_cast<std::size_t>(h.taps) * w.taps;
  return taps * (1 + padded_columns(channels)) + band_size(plan_band(h, w, channels, batch, true), channels);
}

// Σ over the taps for every output of the axes: target (+)= Σ source · kernel[tap].
void slide_channels(const Axis& h, const Axis& w, int channels, int batch, PadMode mode, int kernel_w, const float* source,
                    const float* kernel, const float* bias, bool accumulate, int target_h, int target_w, float* target,
                    float* scratch) {
  const Band band = plan_band(h, w, channels, batch, true);
  const int taps = h.taps * w.taps;
  const std::ptrdiff_t in_step = static_cast<std::ptrdiff_t>(w.stride) * channels;
  const std::ptrdiff_t out_step = static_cast<std::ptrdiff_t>(w.out_step) * channels;
  std::int32_t* offset = table_in(scratch);
  find_taps(h, w, channels, 1, static_cast<std::ptrdiff_t>(band.span_w) * channels, offset);
  float* const weights = scratch + taps;  // [vector of channels][tap]
  float* weight = weights;
  for_each_channel_vector(channels, [&](int c, int count) {
    for (int t = 0; t < taps; ++t, weight += kLanes) {
      const int ky = h.first_tap + t / w.taps * h.tap_step, kx = w.first_tap + t % w.taps * w.tap_step;
      pack_panel(1, count, kLanes, kernel + (static_cast<std::ptrdiff_t>(ky) * kernel_w + kx) * channels + c, channels, weight);
    }
  });
  for_each_band(source, h, w, band, channels, batch, mode, weight, [&](int n, int images, int first_row, int rows,
                                                                       const float* cells, std::size_t picture,
                                                                       std::ptrdiff_t row) {
    for (int i = 0; i < images; ++i) {
      for (int r = 0; r < rows; ++r) {
        const int oy = h.first_out + (first_row + r) * h.out_step;
        const float* line = cells + i * picture + r * h.stride * row;
        float* out = target + ((static_cast<std::size_t>(n + i) * target_h + oy) * target_w + w.first_out) * channels;
        // All channels of a few outputs, whose cells stay in the first-level cache.
        for (int first = 0; first < w.count; first += kSums) {
          for_each_channel_vector(channels, [&](int c, int count) {
            const Batch start = bias != nullptr ? load_upto(bias + c, count) : Batch(0.0f);
            // The last output stands for those that are missing, and is then written more than once.
            const float* at[kSums];
            float* to[kSums];
            Batch sum[kSums];
            unroll<kSums>([&](auto k) {
              const int q = std::min(first + k, w.count - 1);
              at[k] = line + q * in_step + c;
              to[k] = out + q * out_step + c;
              sum[k] = accumulate ? load_upto(to[k], count) : start;
            });
            add_products(taps, offset, at, weights + c * taps, kLanes, sum);
            unroll<kSums>([&](auto k) { store_upto(to[k], sum[k], count); });
          });
        }
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

// f(axes) for each of the interleaved grids of dx.
template <class F>
void for_each_grid(const Conv2dShape& s, F f) {
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      f(backward_axis(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top, y),
        backward_axis(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left, x));
    }
  }
}

}  // namespace

bool is_depthwise(const Conv2dShape& s) {
  return s.groups > 1 && s.groups == s.in_c && s.groups == s.out_c;
}

std::size_t depthwise_scratch(const Conv2dShape& s) {
  const Axis h = forward_h(s), w = forward_w(s);
  const Band band = plan_band(h, w, s.in_c, s.batch, true);
  const std::size_t pixels = static_cast<std::size_t>(band.images) * band.rows * s.out_w;
  const std::size_t gradient = pixels * (1 + kLanes) + h.taps * w.taps + band_size(band, s.in_c);
  std::size_t most = std::max(slide_scratch(h, w, s.in_c, s.batch), gradient);
  for_each_grid(s, [&](const Axis& gh, const Axis& gw) { most = std::max(most, slide_scratch(gh, gw, s.in_c, s.batch)); });
  return most;
}

void depthwise_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y,
                       float* scratch) {
  slide_channels(forward_h(s), forward_w(s), s.in_c, s.batch, s.pad_mode, s.kernel_w, x, kernel, bias, false, s.out_h,
                 s.out_w, y, scratch);
}

void depthwise_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                              float* scratch) {
  for_each_grid(s, [&](const Axis& h, const Axis& w) {
    slide_channels(h, w, s.in_c, s.batch, PadMode::zero, s.kernel_w, dy, kernel, nullptr, accumulate, s.in_h, s.in_w, dx,
                   scratch);
  });
}

void depthwise_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch) {
  const Axis h = forward_h(s), w = forward_w(s);
  const Band band = plan_band(h, w, s.in_c, s.batch, true);
  const int taps = h.taps * w.taps;
  std::int32_t* tap = table_in(scratch);
  find_taps(h, w, s.in_c, 1, static_cast<std::ptrdiff_t>(band.span_w) * s.in_c, tap);
  std::int32_t* offset = tap + taps;  // of each pixel of a band
  const std::size_t most = static_cast<std::size_t>(band.images) * band.rows * s.out_w;
  float* last = scratch + taps + most;  // dy of channels that fill no vector
  for_each_band(x, h, w, band, s.in_c, s.batch, s.pad_mode, last + most * kLanes, [&](int n, int images, int first_row, int rows,
                                                                                      const float* cells, std::size_t picture,
                                                                                      std::ptrdiff_t row) {
    const int pixels = find_outputs(h, w, s.in_c, images, rows, picture, row, offset);
    for_each_channel_vector(s.in_c, [&](int c, int count) {
      const float* right = dy + (static_cast<std::size_t>(n) * s.out_h + first_row) * s.out_w * s.in_c + c;
      if (count < kLanes) {
        pack_panel(pixels, count, kLanes, right, s.in_c, last);
        right = last;
      }
      for (int first = 0; first < taps; first += kSums) {
        const float* at[kSums];
        Batch sum[kSums];
        unroll<kSums>([&](auto k) {
          at[k] = cells + tap[std::min(first + k, taps - 1)] + c;
          sum[k] = Batch(0.0f);
        });
        add_products(pixels, offset, at, right, count < kLanes ? kLanes : s.in_c, sum);
        unroll<kSums>([&](auto k) {
          if (first + k >= taps) return;
          float* to = dkernel + static_cast<std::ptrdiff_t>(first + k) * s.in_c + c;
          store_upto(to, load_upto(to, count) + sum[k], count);
        });
      }
    });
  });
}

}  // namespace cnn::kernels
