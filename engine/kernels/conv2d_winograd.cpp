#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

// Winograd's minimal filtering for 3×3 kernels of stride 1 (Lavin & Gray 2016, "Fast algorithms for convolutional neural
// networks"): an Out×Out patch of the result costs (Out+2)² products per channel pair instead of 9·Out². The picture is
// cut into overlapping patches, patch and kernel are transformed, and the products become (Out+2)² matrix products with
// patches for rows. The gradient with respect to the input is the same with the kernel turned.

namespace cnn::kernels {

namespace {

template <int Out>
struct Transform;

// Each function transforms one line of values, `s` apart; T is a vector or a number.
template <>
struct Transform<2> {
  template <class T>
  static void patch(const T* d, int s, T* out, int t) {
    out[0] = d[0] - d[2 * s];
    out[t] = d[s] + d[2 * s];
    out[2 * t] = d[2 * s] - d[s];
    out[3 * t] = d[s] - d[3 * s];
  }
  template <class T>
  static void kernel(const T* g, int s, T* out, int t) {
    const T half(0.5f), ends = (g[0] + g[2 * s]) * half, middle = g[s] * half;
    out[0] = g[0];
    out[t] = ends + middle;
    out[2 * t] = ends - middle;
    out[3 * t] = g[2 * s];
  }
  template <class T>
  static void result(const T* m, int s, T* out, int t) {
    out[0] = m[0] + m[s] + m[2 * s];
    out[t] = m[s] - m[2 * s] - m[3 * s];
  }
};

template <>
struct Transform<4> {
  template <class T>
  static void patch(const T* d, int s, T* out, int t) {
    const T two(2.0f), four(4.0f), five(5.0f);
    const T even = d[4 * s] - four * d[2 * s], odd = d[3 * s] - four * d[s];
    const T even2 = d[4 * s] - d[2 * s], odd2 = two * (d[3 * s] - d[s]);
    out[0] = four * d[0] - five * d[2 * s] + d[4 * s];
    out[t] = even + odd;
    out[2 * t] = even - odd;
    out[3 * t] = even2 + odd2;
    out[4 * t] = even2 - odd2;
    out[5 * t] = four * d[s] - five * d[3 * s] + d[5 * s];
  }
  template <class T>
  static void kernel(const T* g, int s, T* out, int t) {
    const T sixth(1.0f / 6.0f), twelfth(1.0f / 12.0f), part(1.0f / 24.0f);
    const T ends = (g[0] + g[2 * s]) * sixth, middle = g[s] * sixth;
    const T ends2 = g[0] * part + g[2 * s] * sixth, middle2 = g[s] * twelfth;
    out[0] = g[0] * T(0.25f);
    out[t] = T(0.0f) - ends - middle;
    out[2 * t] = middle - ends;
    out[3 * t] = ends2 + middle2;
    out[4 * t] = ends2 - middle2;
    out[5 * t] = g[2 * s];
  }
  template <class T>
  static void result(const T* m, int s, T* out, int t) {
    const T two(2.0f), four(4.0f), eight(8.0f);
    const T sum = m[s] + m[2 * s], difference = m[s] - m[2 * s];
    const T sum2 = m[3 * s] + m[4 * s], difference2 = m[3 * s] - m[4 * s];
    out[0] = m[0] + sum + sum2;
    out[t] = difference + two * difference2;
    out[2 * t] = sum + four * sum2;
    out[3 * t] = difference + eight * difference2 + m[5 * s];
  }
};

// Patches that go through the matrix products together: their transforms and results share the second-level cache.
constexpr int kPatches = 32;

template <int Out>
struct Winograd {
  static constexpr int kIn = Out + 2;
  static constexpr int kPoints = kIn * kIn;

  Axis h, w;  // stride 1, three taps, step 1
  PadMode mode = PadMode::zero;
  int batch = 1, read = 0, write = 0;

  int down() const { return (h.count + Out - 1) / Out; }
  int across() const { return (w.count + Out - 1) / Out; }
  int padded() const { return padded_columns(write); }
  std::size_t kernel_size() const { return static_cast<std::size_t>(kPoints) * read * padded(); }
  std::size_t patches_size() const { return static_cast<std::size_t>(kPoints) * kPatches * read; }
  std::size_t products_size() const { return static_cast<std::size_t>(kPoints) * kPatches * padded(); }
  std::size_t edge_size() const { return static_cast<std::size_t>(kPoints) * read; }
  std::size_t scratch() const { return kernel_size() + patches_size() + products_size() + edge_size() + padded(); }

  // tap(ky, kx, i, o, count) loads `count` ≤ kLanes neighbouring outputs o of input i.
  template <class Tap>
  void transform_kernel(const Tap& tap, float* packed) const {
    for_each_panel(write, [&](int first, auto vectors) {
      constexpr int kWidth = decltype(vectors)::value * kLanes;
      for (int i = 0; i < read; ++i) {
        for (int j = 0; j < kWidth; j += kLanes) {
          const int count = std::clamp(write - first - j, 0, kLanes);
          Batch g[9], rows[kIn * 3], all[kPoints];
          for (int t = 0; t < 9; ++t) g[t] = count > 0 ? tap(t / 3, t % 3, i, first + j, count) : Batch(0.0f);
          for (int x = 0; x < 3; ++x) Transform<Out>::kernel(g + x, 3, rows + x, 3);
          for (int y = 0; y < kIn; ++y) Transform<Out>::kernel(rows + y * 3, 1, all + y * kIn, 1);
          float* at = packed + static_cast<std::size_t>(first) * read + i * kWidth + j;
          for (int p = 0; p < kPoints; ++p) store(at + static_cast<std::size_t>(p) * read * padded(), all[p]);
        }
      }
    });
  }

  // One patch, whose first cell is (y, x) of the source picture, to line `line` of each of the matrices in `patches`.
  void transform_patch(const float* picture, int y, int x, int line, float* edge, float* patches) const {
    const float* cells = picture + (static_cast<std::ptrdiff_t>(y) * w.source + x) * read;
    std::ptrdiff_t row = static_cast<std::ptrdiff_t>(w.source) * read;
    if (y < 0 || x < 0 || y + kIn > h.source || x + kIn > w.source) {
      Axis down_axis = h, across_axis = w;
      across_axis.origin = x;
      Band band;
      band.span_h = band.span_w = kIn;
      copy_with_border(picture, down_axis, across_axis, y, band, read, mode, edge);
      cells = edge;
      row = static_cast<std::ptrdiff_t>(kIn) * read;
    }
    const std::size_t matrix = static_cast<std::size_t>(kPatches) * read;
    for (int c = 0; c < read; c += kLanes) {
      Batch d[kPoints], t[kPoints];
      for (int r = 0; r < kIn; ++r) {
        for (int q = 0; q < kIn; ++q) d[r * kIn + q] = load(cells + r * row + q * read + c);
      }
      for (int q = 0; q < kIn; ++q) Transform<Out>::patch(d + q, kIn, t + q, kIn);
      float* at = patches + static_cast<std::size_t>(line) * read + c;
      for (int r = 0; r < kIn; ++r) {
        Batch out[kIn];
        Transform<Out>::patch(t + r * kIn, 1, out, 1);
        for (int q = 0; q < kIn; ++q) store(at + (r * kIn + q) * matrix, out[q]);
      }
    }
  }

  // Line `line` of the products becomes the patch of the result that begins at (y, x).
  void transform_result(const float* products, int line, const float* bias, bool accumulate, int y, int x,
                        float* picture) const {
    const std::size_t matrix = static_cast<std::size_t>(kPatches) * padded();
    const int rows = std::min(Out, h.count - y), columns = std::min(Out, w.count - x);
    for (int c = 0; c < write; c += kLanes) {
      const int count = std::min(kLanes, write - c);
      const float* at = products + static_cast<std::size_t>(line) * padded() + c;
      Batch m[kPoints], t[Out * kIn];
      for (int p = 0; p < kPoints; ++p) m[p] = load(at + p * matrix);
      for (int q = 0; q < kIn; ++q) Transform<Out>::result(m + q, kIn, t + q, kIn);
      const Batch start = bias != nullptr ? load(bias + c) : Batch(0.0f);
      for (int r = 0; r < rows; ++r) {
        Batch out[Out];
        Transform<Out>::result(t + r * kIn, 1, out, 1);
        float* to = picture + (static_cast<std::ptrdiff_t>(y + r) * w.count + x) * write + c;
        for (int q = 0; q < columns; ++q, to += write) {
          Batch value = out[q] + start;
          if (count == kLanes) {
            if (accumulate) value = value + load(to);
            store(to, value);
          } else {
            if (accumulate) value = value + load_part(to, count);
            store_part(to, value, count);
          }
        }
      }
    }
  }

  template <class Tap>
  void run(const float* source, const Tap& tap, const float* bias, bool accumulate, float* target, float* memory) const {
    float* packed = memory;
    float* patches = packed + kernel_size();
    float* products = patches + patches_size();
    float* edge = products + products_size();
    float* wide_bias = edge + edge_size();
    transform_kernel(tap, packed);
    if (bias != nullptr) pack_panel(1, write, padded(), bias, write, wide_bias);
    const std::size_t picture_in = static_cast<std::size_t>(h.source) * w.source * read;
    const std::size_t picture_out = static_cast<std::size_t>(h.count) * w.count * write;
    const int each = down() * across(), all = batch * each;
    for (int first = 0; first < all; first += kPatches) {
      const int count = std::min(kPatches, all - first);
      for (int line = 0; line < count; ++line) {
        const int n = (first + line) / each, at = (first + line) % each;
        transform_patch(source + n * picture_in, at / across() * Out + h.origin, at % across() * Out + w.origin, line, edge,
                        patches);
      }
      InnerRuns runs;
      runs.length = read;
      for (int p = 0; p < kPoints; ++p) {
        for_each_panel(write, [&](int column, auto vectors) {
          constexpr int kVectors = decltype(vectors)::value;
          TileEnd end;
          end.columns = kVectors * kLanes;
          const float* a = patches + static_cast<std::size_t>(p) * kPatches * read;
          float* c = products + static_cast<std::size_t>(p) * kPatches * padded() + column;
          auto walk = [&](const float** pa, float** pc) {
            *pa = a;
            *pc = c;
            a += read;
            c += padded();
          };
          panel_rows<kVectors>(count, walk, runs, packed + (static_cast<std::size_t>(p) * padded() + column) * read, end);
        });
      }
      for (int line = 0; line < count; ++line) {
        const int n = (first + line) / each, at = (first + line) % each;
        transform_result(products, line, bias != nullptr ? wide_bias : nullptr, accumulate, at / across() * Out,
                         at % across() * Out, target + n * picture_out);
      }
    }
  }
};

template <int Out>
Winograd<Out> forward_winograd(const Conv2dShape& s) {
  Winograd<Out> f;
  f.h = forward_axis(s.in_h, s.out_h, 3, 1, 1, s.pad_top);
  f.w = forward_axis(s.in_w, s.out_w, 3, 1, 1, s.pad_left);
  f.mode = s.pad_mode;
  f.batch = s.batch;
  f.read = s.in_c;
  f.write = s.out_c;
  return f;
}

template <int Out>
Winograd<Out> backward_winograd(const Conv2dShape& s) {
  Winograd<Out> b;
  b.h = backward_axis(s.in_h, s.out_h, 3, 1, 1, s.pad_top, 0);
  b.w = backward_axis(s.in_w, s.out_w, 3, 1, 1, s.pad_left, 0);
  b.batch = s.batch;
  b.read = s.out_c;
  b.write = s.in_c;
  return b;
}

template <int Out>
void forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y, float* scratch) {
  const auto tap = [&](int ky, int kx, int i, int o, int count) {
    const float* at = kernel + (static_cast<std::size_t>(ky * 3 + kx) * s.in_c + i) * s.out_c + o;
    return count == kLanes ? load(at) : load_part(at, count);
  };
  forward_winograd<Out>(s).run(x, tap, bias, false, y, scratch);
}

template <int Out>
void backward(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate, float* scratch) {
  const auto tap = [&](int ky, int kx, int o, int i, int count) {
    const float* at = kernel + (static_cast<std::size_t>((2 - ky) * 3 + 2 - kx) * s.in_c + i) * s.out_c + o;
    float lanes[kLanes] = {};
    for (int lane = 0; lane < count; ++lane) lanes[lane] = at[static_cast<std::size_t>(lane) * s.out_c];
    return load(lanes);
  };
  backward_winograd<Out>(s).run(dy, tap, nullptr, accumulate, dx, scratch);
}

bool plain_3x3(const Conv2dShape& s) {
  return s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 && s.stride_w == 1 && s.dilation_h == 1 &&
         s.dilation_w == 1 && s.groups == 1;
}

}  // namespace

bool winograd_fits_forward(const Conv2dShape& s) { return plain_3x3(s) && s.in_c % kLanes == 0; }

bool winograd_fits_backward_input(const Conv2dShape& s) {
  return plain_3x3(s) && s.out_c % kLanes == 0 && s.pad_mode == PadMode::zero;
}

std::size_t winograd_scratch(const Conv2dShape& s, int patch) {
  std::size_t most = 0;
  if (winograd_fits_forward(s)) {
    most = patch == 2 ? forward_winograd<2>(s).scratch() : forward_winograd<4>(s).scratch();
  }
  if (winograd_fits_backward_input(s)) {
    most = std::max(most, patch == 2 ? backward_winograd<2>(s).scratch() : backward_winograd<4>(s).scratch());
  }
  return most;
}

void winograd_forward(const Conv2dShape& s, int patch, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch) {
  (patch == 2 ? forward<2> : forward<4>)(s, x, kernel, bias, y, scratch);
}

void winograd_backward_input(const Conv2dShape& s, int patch, const float* dy, const float* kernel, float* dx,
                             bool accumulate, float* scratch) {
  (patch == 2 ? backward<2> : backward<4>)(s, dy, kernel, dx, accumulate, scratch);
}

}  // namespace cnn::kernels
