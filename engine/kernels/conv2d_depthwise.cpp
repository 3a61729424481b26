#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

namespace cnn::kernels {

namespace {

// f(first channel, channels in it) for vectors of the channels from `first` on; every one but the last is whole.
template <class F>
void for_each_channel_vector(int first, int channels, F f) {
  for (int c = first; c < channels; c += kLanes) f(c, std::min(kLanes, channels - c));
}

// Channels that fill vectors.
int whole_channels(int channels) { return channels / kLanes * kLanes; }

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

// Neighbouring outputs, all whole vectors of their channels, where the cells of a line of Taps are neighbours as well: a line of
// the kernel stays in registers and each cell is loaded once.
template <int Taps>
[[gnu::noinline]] void slide_lines(int lines, std::ptrdiff_t row, const float* cells, int channels, const float* weights,
                                   const float* bias, bool accumulate, float* out, std::ptrdiff_t out_step) {
  for (int c = 0; c + kLanes <= channels; c += kLanes) {
    Batch sum[kSums];
    const Batch start = bias != nullptr ? load(bias + c) : Batch(0.0f);
    unroll<kSums>([&](auto k) { sum[k] = accumulate ? load(out + k * out_step + c) : start; });
    const float* line = cells + c;
    CNN_ROLLED for (int l = 0; l < lines; ++l, line += row, weights += Taps * kLanes) {
      Batch weight[Taps];
      unroll<Taps>([&](auto t) { weight[t] = load(weights + t * kLanes); });
      const float* from = line;
      unroll<kSums + Taps - 1>([&](auto j) {
        const Batch cell = load(from);
        from += channels;
        unroll<Taps>([&](auto t) {
          constexpr int k = decltype(j)::value - decltype(t)::value;
          if constexpr (k >= 0 && k < kSums) sum[k] = fma(cell, weight[t], sum[k]);
        });
      });
    }
    unroll<kSums>([&](auto k) { store(out + k * out_step + c, sum[k]); });
  }
}

// The gradient of a line of the kernel from one of the result, of `count` cells of whole vectors of channels.
template <int Taps>
[[gnu::noinline]] void add_line_gradient(int count, const float* cells, const float* dy, int channels, float* dkernel) {
  for (int c = 0; c + kLanes <= channels; c += kLanes) {
    // Of even and odd cells, which do not wait for each other.
    Batch even[Taps], odd[Taps];
    unroll<Taps>([&](auto t) { even[t] = odd[t] = Batch(0.0f); });
    const float *from = cells + c, *d = dy + c;
    int q = 0;
    CNN_ROLLED for (; q + 2 <= count; q += 2, from += 2 * channels, d += 2 * channels) {
      const Batch first = load(d), second = load(d + channels);
      const float* at = from;
      unroll<Taps + 1>([&](auto j) {
        const Batch cell = load(at);
        at += channels;
        if constexpr (j < Taps) even[j] = fma(cell, first, even[j]);
        if constexpr (j > 0) odd[j - 1] = fma(cell, second, odd[j - 1]);
      });
    }
    if (q < count) {
      const Batch last = load(d);
      unroll<Taps>([&](auto t) { even[t] = fma(load(from + t * channels), last, even[t]); });
    }
    unroll<Taps>([&](auto t) {
      float* to = dkernel + t * channels + c;
      store(to, load(to) + (even[t] + odd[t]));
    });
  }
}

// The function for as many taps, where neighbouring outputs read neighbouring cells; null: none.
template <class F>
F* by_taps(const Axis& w, F* three, F* five) {
  if (w.stride != 1 || w.step != 1) return nullptr;
  return w.taps == 3 ? three : w.taps == 5 ? five : nullptr;
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
  const auto fast = by_taps(w, slide_lines<3>, slide_lines<5>);
  const std::ptrdiff_t in_step = static_cast<std::ptrdiff_t>(w.stride) * channels;
  const std::ptrdiff_t out_step = static_cast<std::ptrdiff_t>(w.out_step) * channels;
  std::int32_t* offset = table_in(scratch);
  find_taps(h, w, channels, 1, static_cast<std::ptrdiff_t>(band.span_w) * channels, offset);
  float* const weights = scratch + taps;  // [vector of channels][tap]
  float* weight = weights;
  for_each_channel_vector(0, channels, [&](int c, int count) {
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
        for (int next = 0; next < w.count; next += kSums) {
          // Where few are left those before are computed again, unless that would add them twice.
          const int first = fast == nullptr || accumulate ? next : std::max(0, std::min(next, w.count - kSums));
          const bool fits = fast != nullptr && first + kSums <= w.count;
          if (fits) {
            fast(h.taps, h.step * row, line + first * in_step, channels, weights, bias, accumulate, out + first * out_step, out_step);
          }
          for_each_channel_vector(fits ? whole_channels(channels) : 0, channels, [&](int c, int count) {
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
  const auto fast = by_taps(w, add_line_gradient<3>, add_line_gradient<5>);
  std::int32_t* tap = table_in(scratch);
  find_taps(h, w, s.in_c, 1, static_cast<std::ptrdiff_t>(band.span_w) * s.in_c, tap);
  std::int32_t* offset = tap + taps;  // of each pixel of a band
  const std::size_t most = static_cast<std::size_t>(band.images) * band.rows * s.out_w;
  float* last = scratch + taps + most;  // dy of channels that fill no vector
  for_each_band(x, h, w, band, s.in_c, s.batch, s.pad_mode, last + most * kLanes, [&](int n, int images, int first_row, int rows,
                                                                                      const float* cells, std::size_t picture,
                                                                                      std::ptrdiff_t row) {
    const int pixels = find_outputs(h, w, s.in_c, images, rows, picture, row, offset);
    const float* const first_dy = dy + (static_cast<std::size_t>(n) * s.out_h + first_row) * s.out_w * s.in_c;
    for (int line = 0; fast != nullptr && line < images * rows; ++line) {
      const float* from = cells + offset[line * s.out_w];
      for (int ky = 0; ky < h.taps; ++ky, from += h.step * row) {
        fast(s.out_w, from, first_dy + static_cast<std::ptrdiff_t>(line) * s.out_w * s.in_c, s.in_c, dkernel + ky * w.taps * s.in_c);
      }
    }
    for_each_channel_vector(fast != nullptr ? whole_channels(s.in_c) : 0, s.in_c, [&](int c, int count) {
      const float* right = first_dy + c;
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
