#pragma once

#include <cstddef>
#include <limits>

#include "engine/kernels/conv2d.h"
#include "engine/kernels/winograd_lines.h"

// The members of Winograd's family that there are: the transforms of winograd_lines.h along both axes of a patch.

namespace cnn::kernels::winograd {

// What `step` apart lies at `in`, transformed. Addresses go on from one to the next: products of steps cost more than the sums.
template <class Line>
[[gnu::always_inline]] inline void transform_line(const float* in, std::ptrdiff_t step, Batch* out) {
  Batch d[Line::kIn];
  unroll<Line::kIn>([&](auto k) {
    d[k] = load(in);
    in += step;
  });
  Line::line(d, out);
}

template <int Count>
[[gnu::always_inline]] inline void store_line(float* out, std::ptrdiff_t step, const Batch* line) {
  unroll<Count>([&](auto k) {
    store(out, line[k]);
    out += step;
  });
}

constexpr float kNoLimit = -std::numeric_limits<float>::infinity();

// A transform of a rectangle of cells, `row` and `column` apart, along both axes, for `channels` (a multiple of kLanes): max(least, ·)
// goes to `out`.
using Transform = void (*)(const float* in, std::ptrdiff_t row, std::ptrdiff_t column, float* out, std::ptrdiff_t out_row,
                           std::ptrdiff_t out_column, int channels, float least);

template <class Down, class Across>
void transform(const float* in, std::ptrdiff_t row, std::ptrdiff_t column, float* out, std::ptrdiff_t out_row,
               std::ptrdiff_t out_column, int channels, float least) {
  for (int c = 0; c < channels; c += kLanes) {
    float middle[Down::kOut * Across::kIn * kLanes];
    const float* from = in + c;
    CNN_ROLLED for (int q = 0; q < Across::kIn; ++q, from += column) {
      Batch t[Down::kOut];
      transform_line<Down>(from, row, t);
      unroll<Down::kOut>([&](auto k) { store(middle + (k * Across::kIn + q) * kLanes, t[k]); });
    }
    float* to = out + c;
    CNN_ROLLED for (int r = 0; r < Down::kOut; ++r, to += out_row) {
      Batch t[Across::kOut];
      transform_line<Across>(middle + r * Across::kIn * kLanes, kLanes, t);
      unroll<Across::kOut>([&](auto k) { t[k] = max(t[k], Batch(least)); });
      store_line<Across::kOut>(to, out_column, t);
    }
  }
}

// The same one axis after the other, for patches that overlap: down the columns of a whole strip, whose `rows` have `count` (a
// multiple of kLanes) values, then along the `lines` rows of each patch, whose points go to matrices `matrix` apart.
struct Way {
  int in, points;  // along one axis
  void (*columns)(const float* const* rows, std::ptrdiff_t count, float* out, std::ptrdiff_t out_row);
  void (*rows)(const float* in, std::ptrdiff_t row, int lines, int cell, float* out, std::ptrdiff_t out_row,
               std::ptrdiff_t matrix);
};

// Patches begin `step` cells apart.
struct Split {
  int step;
  Way whole, half;
};

template <class Line>
void transform_columns(const float* const* rows, std::ptrdiff_t count, float* out, std::ptrdiff_t out_row) {
  const float* row[Line::kIn];
  unroll<Line::kIn>([&](auto k) { row[k] = rows[k]; });
  for (std::ptrdiff_t i = 0; i < count; i += kLanes, out += kLanes) {
    Batch d[Line::kIn], t[Line::kOut];
    unroll<Line::kIn>([&](auto k) { d[k] = load(row[k] + i); });
    Line::line(d, t);
    store_line<Line::kOut>(out, out_row, t);
  }
}

template <class Line>
void transform_rows(const float* in, std::ptrdiff_t row, int lines, int cell, float* out, std::ptrdiff_t out_row,
                    std::ptrdiff_t matrix) {
  for (int c = 0; c < cell; c += kLanes) {
    const float* from = in + c;
    float* to = out + c;
    CNN_ROLLED for (int r = 0; r < lines; ++r, from += row, to += out_row) {
      Batch t[Line::kOut];
      transform_line<Line>(from, cell, t);
      store_line<Line::kOut>(to, matrix, t);
    }
  }
}

template <class Line>
constexpr Way way() {
  return {Line::kIn, Line::kOut, transform_columns<Line>, transform_rows<Line>};
}

// One member of the family: F(out×out, taps×taps). Where half a patch or less is left over at the end of an axis, F(out/2, taps) does
// with all of its points but two, whose kernel is the same.
struct Form {
  int taps, side, out;  // side: points along one axis
  Split patch, spread;  // of the picture; of the gradient of the result, for that of the kernel
  Transform kernel, gather;
  Transform result[2][2];  // of a patch that is half as high, half as wide
  int points() const { return side * side; }
  bool halves() const { return patch.half.points > 0; }
};

template <int Out, int Taps>
constexpr Form form() {
  constexpr int kSide = Out + Taps - 1;
  using Result = Gather<kSide, Out, false>;
  using Spread = Evaluate<kSide, Out, false>;
  using Kernel = Evaluate<kSide, Taps, true>;
  using Taken = Gather<kSide, Taps, true>;
  return {Taps, kSide, Out, {Out, way<Patch<kSide>>(), {}}, {Out, way<Spread>(), {}}, transform<Kernel, Kernel>,
          transform<Taken, Taken>, {{transform<Result, Result>}}};
}

template <int Out, int Taps>
constexpr Form form_with_halves() {
  constexpr int kSide = Out + Taps - 1, kHalf = Out / 2;
  using Whole = Gather<kSide, Out, false>;
  using Half = Gather<kSide - 2, kHalf, false>;
  Form f = form<Out, Taps>();
  f.patch.half = way<HalfPatch<kSide>>();
  f.spread.half = way<Evaluate<kSide - 2, kHalf, false>>();
  f.result[0][1] = transform<Whole, Half>;
  f.result[1][0] = transform<Half, Whole>;
  f.result[1][1] = transform<Half, Half>;
  return f;
}

// Stride 2: forward and the gradient of the kernel; below, the gradient of the input.
inline constexpr Form kStrided = {3, 9, 4, {8, way<StridedPatch>(), {}}, {4, way<StridedSpread>(), {}},
                                  transform<StridedKernel, StridedKernel>, transform<StridedTaps, StridedTaps>,
                                  {{transform<StridedResult, StridedResult>}}};

template <int First>
constexpr Form strided_cells() {
  using Cells = StridedCells<First>;
  return {3, 9, 8, {4, way<StridedSource<First>>(), {}}, {}, transform<StridedKernel, StridedKernel>, nullptr,
          {{transform<Cells, Cells>}}};
}

inline constexpr int kMostCells = 9;  // of a patch, along one axis

inline constexpr Form kForms[] = {form<2, 3>(), form_with_halves<4, 3>(), form<2, 5>(), form_with_halves<4, 5>()};
inline constexpr Form kStridedCells[] = {strided_cells<1>(), strided_cells<0>()};  // padding even, odd

inline const Form& form_of(const Conv2dShape& s, int out) {
  return s.stride_h == 2 ? kStrided : kForms[(s.kernel_h == 5 ? 2 : 0) + (out == 4 ? 1 : 0)];
}

}  // namespace cnn::kernels::winograd
