#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/kernels/simd.h"

// Loops over x[rows, channels] whose every channel has numbers of its own: what normalisations, gates and trainable
// slopes share. For the kernels' own sources.

namespace cnn::kernels {

// Sums run over this many rows before they are added to the total, which bounds the rounding error.
constexpr std::size_t kSumRows = 128;

// How many neighbouring vectors are summed side by side: the sums of one would wait for their own last addition.
constexpr int kSideBySide = 4;

// use(c, lane of the first new channel, total) for vectors of channels from c on that cover all, with total[q] = Σ_r term_q(r):
// `terms(offset, known(c), part)` adds to Count vectors what the kLanes channels at an offset into the arrays contribute.
// The last vectors reach back over channels already done, or do them once more. Channels must be at least kLanes.
template <int Count, class Known, class Terms, class Use>
void sum_columns(std::size_t rows, int channels, Known known, Terms terms, Use use) {
  struct Sums {
    Batch of[Count];
  };
  for (int c = 0; c < channels; c += kSideBySide * kLanes) {
    int start[kSideBySide];
    decltype(known(c)) given[kSideBySide];
    Sums total[kSideBySide];
    unroll<kSideBySide>([&](auto i) {
      start[i] = std::min(c + i * kLanes, channels - kLanes);
      given[i] = known(start[i]);
      unroll<Count>([&](auto q) { total[i].of[q] = Batch(0.0f); });
    });
    for (std::size_t r0 = 0; r0 < rows; r0 += kSumRows) {
      const std::size_t r1 = std::min(rows, r0 + kSumRows);
      Sums part[kSideBySide];
      unroll<kSideBySide * Count>([&](auto i) { part[i / Count].of[i % Count] = Batch(0.0f); });
      for (std::size_t r = r0; r < r1; ++r) {
        unroll<kSideBySide>([&](auto i) { terms(r * channels + start[i], given[i], part[i].of); });
      }
      unroll<kSideBySide * Count>([&](auto i) {
        Batch& t = total[i / Count].of[i % Count];
        t = t + part[i / Count].of[i % Count];
      });
    }
    unroll<kSideBySide>([&](auto i) { use(start[i], std::min(c + i * kLanes - start[i], kLanes), total[i].of); });
  }
}

// f(offset, known(c)) for every row and every whole vector of channels; returns the first channel that is in none. A few rows at a
// time, which stay in the first-level cache while the vectors are gone through with what each needs in registers.
template <class Known, class F>
int for_each_cell(std::size_t rows, int channels, Known known, F f) {
  constexpr std::size_t kRows = 32;
  const int whole = channels / kLanes * kLanes;
  for (std::size_t r0 = 0; r0 < rows; r0 += kRows) {
    const std::size_t end = std::min(rows, r0 + kRows) * channels;
    for (int c = 0; c < whole; c += kLanes) {
      const auto given = known(c);
      for (std::size_t i = r0 * channels + c; i < end; i += channels) f(i, given);
    }
  }
  return whole;
}

// For sums whose terms need to know nothing about their channels.
struct Nothing {};
inline Nothing nothing(int) { return {}; }

// out[i] (+)= v[i] from a lane on.
inline void put_lanes(float* out, const Batch& v, int first_lane, bool accumulate = false) {
  float lanes[kLanes];
  store(lanes, v);
  for (int i = first_lane; i < kLanes; ++i) out[i] = accumulate ? out[i] + lanes[i] : lanes[i];
}

// sums[c] (+)= Σ_r term(offset), one channel after the other: for fewer than kLanes of them.
template <class T, class Term>
void sum_few_columns(std::size_t rows, int channels, Term term, bool accumulate, T* sums) {
  for (int c = 0; c < channels; ++c) {
    T total = 0;
    for (std::size_t r0 = 0; r0 < rows; r0 += kSumRows) {
      T part = 0;
      for (std::size_t r = r0; r < std::min(rows, r0 + kSumRows); ++r) part += term(r * channels + c);
      total += part;
    }
    sums[c] = accumulate ? sums[c] + total : total;
  }
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
      const auto product = [x, y](std::size_t i, Nothing, Batch(&part)[1]) {
        part[0] = fma(load(x + i), load(y + i), part[0]);
      };
      return sum_columns<1>(rows, channels, nothing, product, [=](int c, int first_lane, const Batch(&total)[1]) {
        put_lanes(sums + c, total[0], first_lane, accumulate);
      });
    }
  }
  sum_few_columns(rows, channels, [x, y](std::size_t i) { return x[i] * y[i]; }, accumulate, sums);
}

}  // namespace cnn::kernels
