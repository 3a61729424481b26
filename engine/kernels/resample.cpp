#include "engine/kernels/resample.h"

#include <algorithm>
#include <cstddef>

#include "engine/kernels/elementwise.h"
#include "engine/kernels/simd.h"

namespace cnn::kernels {

int cell_behind_border(int i, int extent, Border border) {
  if (i >= 0 && i < extent) return i;
  if (border == Border::zero) return -1;
  if (border == Border::nearest) return i < 0 ? 0 : extent - 1;
  return i < 0 ? -i : 2 * (extent - 1) - i;
}

namespace {

// Two cells of the input and the share of the second; none (−1) where the border is 0.
struct Taps {
  int first, second;
  double share;
};

Taps taps(const Resample& s, const ResampleAxis& axis, int o) {
  const int i = cell_behind_border(o - axis.before, axis.in * axis.factor, s.border);
  if (i < 0) return {-1, -1, 0};
  if (!s.linear) return {i / axis.factor, i / axis.factor, 0};
  // The middle of the cell in cells of the input; beyond the outermost middles there is nothing to mix with.
  const double middle = std::max(0.0, (i + 0.5) / axis.factor - 0.5);
  const int first = static_cast<int>(middle);
  return {first, std::min(first + 1, axis.in - 1), middle - first};
}

// f(offset into the output, the vertical and horizontal taps, offset of the image in the input) for every pixel.
template <class F>
void for_each_pixel(const Resample& s, F f) {
  const std::size_t image = static_cast<std::size_t>(s.h.in) * s.w.in * s.channels;
  std::size_t out = 0;
  for (int n = 0; n < s.batch; ++n) {
    for (int oy = 0; oy < s.h.out; ++oy) {
      const Taps rows = taps(s, s.h, oy);
      for (int ox = 0; ox < s.w.out; ++ox, out += s.channels) f(out, rows, taps(s, s.w, ox), n * image);
    }
  }
}

std::size_t cell(const Resample& s, int row, int column) {
  return (static_cast<std::size_t>(row) * s.w.in + column) * s.channels;
}

// g(offset of the cell, its share) for the cells that make a pixel.
template <class G>
void for_each_tap(const Resample& s, const Taps& rows, const Taps& columns, G g) {
  if (rows.first < 0 || columns.first < 0) return;
  const double above = 1 - rows.share, left = 1 - columns.share;
  g(cell(s, rows.first, columns.first), above * left);
  if (!s.linear) return;
  g(cell(s, rows.first, columns.second), above * columns.share);
  g(cell(s, rows.second, columns.first), rows.share * left);
  g(cell(s, rows.second, columns.second), rows.share * columns.share);
}

std::size_t in_count(const Resample& s) { return static_cast<std::size_t>(s.batch) * s.h.in * s.w.in * s.channels; }

}  // namespace

std::vector<ResampleTap> resample_taps(const Resample& s, int row, int column) {
  std::vector<ResampleTap> list;
  for_each_tap(s, taps(s, s.h, row), taps(s, s.w, column), [&](std::size_t at, double share) {
    const int pixel = static_cast<int>(at / s.channels);
    if (share > 0) list.push_back({pixel / s.w.in, pixel % s.w.in, share});
  });
  return list;
}

// ---------------------------------------------------------------- reference

namespace reference {

template <class T>
void resample_forward(const Resample& s, const T* x, T* y) {
  for_each_pixel(s, [&](std::size_t out, const Taps& rows, const Taps& columns, std::size_t image) {
    for (int c = 0; c < s.channels; ++c) {
      T total = 0;
      for_each_tap(s, rows, columns, [&](std::size_t at, double share) { total += T(share) * x[image + at + c]; });
      y[out + c] = total;
    }
  });
}

template <class T>
void resample_backward(const Resample& s, const T* dy, T* dx, bool accumulate) {
  if (!accumulate) std::fill_n(dx, in_count(s), T(0));
  for_each_pixel(s, [&](std::size_t out, const Taps& rows, const Taps& columns, std::size_t image) {
    for (int c = 0; c < s.channels; ++c) {
      for_each_tap(s, rows, columns, [&](std::size_t at, double share) { dx[image + at + c] += T(share) * dy[out + c]; });
    }
  });
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised along the channels

template <class T>
void resample_forward(const Resample& s, const T* x, T* y) {
  for_each_pixel(s, [&](std::size_t out, const Taps& rows, const Taps& columns, std::size_t image) {
    bool written = false;
    for_each_tap(s, rows, columns, [&](std::size_t at, double share) {
      add_scaled(s.channels, T(share), x + image + at, y + out, written);
      written = true;
    });
    if (!written) std::fill_n(y + out, s.channels, T(0));
  });
}

template <class T>
void resample_backward(const Resample& s, const T* dy, T* dx, bool accumulate) {
  if (!accumulate) std::fill_n(dx, in_count(s), T(0));
  for_each_pixel(s, [&](std::size_t out, const Taps& rows, const Taps& columns, std::size_t image) {
    for_each_tap(s, rows, columns, [&](std::size_t at, double share) {
      add_scaled(s.channels, T(share), dy + out, dx + image + at, true);
    });
  });
}

#define CNN_INSTANTIATE_ONE(scope, T) \
  template void scope resample_forward(const Resample&, const T*, T*); \
  template void scope resample_backward(const Resample&, const T*, T*, bool);
#define CNN_INSTANTIATE(T) CNN_INSTANTIATE_ONE(, T) CNN_INSTANTIATE_ONE(reference::, T)
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
