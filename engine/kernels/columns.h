#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/kernels/simd.h"

// Loops over x[rows, channels] whose every channel has numbers of its own: what normalisations, gates and trainable
// slopes share. For the kernels' own sources.

namespace cnn::kernels {

// Sums run over this many rows before they are added to the total, which bounds the rounding error.
constexpr std::size_t kSumRows = 128;

// total[q] = Σ_r term_q(r): `terms(offset, part)` adds to Count vectors what the kLanes channels at an offset into the arrays
// contribute.
template <int Count, class Terms>
void sum_columns(std::size_t rows, int channels, int c, Terms terms, Batch (&total)[Count]) {
  for (Batch& t : total) t = Batch(0.0f);
  for (std::size_t r0 = 0; r0 < rows; r0 += kSumRows) {
    const std::size_t r1 = std::min(rows, r0 + kSumRows);
    Batch part[Count];
    for (Batch& t : part) t = Batch(0.0f);
    for (std::size_t r = r0; r < r1; ++r) terms(r * channels + c, part);
    for (int q = 0; q < Count; ++q) total[q] = total[q] + part[q];
  }
}

// Calls f(first channel, lane of the first new channel) for vectors that cover all channels; the last one reaches back
// over channels already done. Channels must be at least kLanes.
template <class F>
void for_each_vector(int channels, F f) {
  int c = 0;
  for (; c + kLanes <= channels; c += kLanes) f(c, 0);
  if (c < channels) f(channels - kLanes, c - (channels - kLanes));
}

// out[i] (+)= v[i] from a lane on.
inline void put_lanes(float* out, const Batch& v, int first_lane, bool accumulate = false) {
  float lanes[kLanes];
  store(lanes, v);
  for (int i = first_lane; i < kLanes; ++i) out[i] = accumulate ? out[i] + lanes[i] : lanes[i];
}

// out[i] (+)= f(in[i]…) for any element type; f is written on what it gets, a number or a Batch.
template <class T, class F, class... In>
void transform(std::size_t count, T* out, bool accumulate, F f, const In*... in) {
  if constexpr (kVectorised<T>) {
    map(count, out, accumulate, f, in...);
  } else {
    for (std::size_t i = 0; i < count; ++i) out[i] = accumulate ? out[i] + f(in[i]...) : f(in[i]...);
  }
}

// sums[c] (+)= Σ_r x[r, c] · y[r, c], in a fixed order.
template <class T>
void dot_columns(std::size_t rows, int channels, const T* x, const T* y, T* sums, bool accumulate) {
  if constexpr (kVectorised<T>) {
    if (channels >= kLanes) {
      const auto product = [x, y](std::size_t i, Batch(&part)[1]) { part[0] = fma(load(x + i), load(y + i), part[0]); };
      return for_each_vector(channels, [&](int c, int first_lane) {
        Batch total[1];
        sum_columns(rows, channels, c, product, total);
        put_lanes(sums + c, total[0], first_lane, accumulate);
      });
    }
  }
  for (int c = 0; c < channels; ++c) {
    T total = 0;
    for (std::size_t r0 = 0; r0 < rows; r0 += kSumRows) {
      T part = 0;
      for (std::size_t r = r0; r < std::min(rows, r0 + kSumRows); ++r) part += x[r * channels + c] * y[r * channels + c];
      total += part;
    }
    sums[c] = accumulate ? sums[c] + total : total;
  }
}

}  // namespace cnn::kernels
