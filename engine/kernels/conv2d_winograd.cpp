#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

// Winograd's minimal filtering for stride 1 (Lavin & Gray 2016, "Fast algorithms for convolutional neural networks"): an m×m
// patch of the result of an r×r kernel costs (m+r−1)² products per channel pair instead of r²·m². The picture is cut into
// overlapping patches, patch and kernel are transformed, and the products become (m+r−1)² matrix products with patches for
// rows. The gradient with respect to the input is the same with the kernel turned. The gradient of the kernel is the
// transposed algorithm: the gradients of the patches of the result are spread to all points, multiplied with the same
// transformed patches of the picture and gathered to r×r taps.
//
// The transforms are those of Toom and Cook: polynomials, whose coefficients are the taps or the cells, are evaluated at the
// points 0, 1, −1 (, 2, −2), ∞. So one transform of the patch serves every split of m + r − 1 points.

namespace cnn::kernels {

namespace {

// Each struct below transforms one line of vectors: In to Out values.

// The patch: Bᵀ, which depends on the points alone.
template <int Points>
struct Patch;

template <>
struct Patch<4> {
  static constexpr int kIn = 4, kOut = 4;
  static void line(const Batch* d, Batch* out) {
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[3] - d[1];
  }
};

template <>
struct Patch<6> {
  static constexpr int kIn = 6, kOut = 6;
  static void line(const Batch* d, Batch* out) {
    const Batch two(2.0f), four(4.0f), minus_two(-2.0f), minus_four(-4.0f), minus_five(-5.0f);
    const Batch even = fma(minus_four, d[2], d[4]), odd = fma(minus_four, d[1], d[3]);
    const Batch even2 = d[4] - d[2], odd2 = d[3] - d[1];
    out[0] = fma(four, d[0], fma(minus_five, d[2], d[4]));
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = fma(two, odd2, even2);
    out[4] = fma(minus_two, odd2, even2);
    out[5] = fma(four, d[1], fma(minus_five, d[3], d[5]));
  }
};

// What the values at the points are divided by, once between kernel and result.
template <int Points>
Batch share(int point) {
  if (point == 0) return Batch(Points == 4 ? 1.0f : 1.0f / 4.0f);
  if (point == Points - 1) return Batch(1.0f);
  if (Points == 4) return Batch(1.0f / 2.0f);
  return Batch(point <= 2 ? -1.0f / 6.0f : 1.0f / 24.0f);
}

// y₀ + y₁·a + y₂·a² + … at every point a; ∞ takes the last coefficient.
template <int Points, int Count, bool Scaled>
struct Evaluate {
  static constexpr int kIn = Count, kOut = Points;
  static void line(const Batch* y, Batch* out) {
    constexpr int kEven = (Count - 1) / 2, kOdd = Count / 2 - 1;  // highest powers of a²
    out[0] = y[0];
    unroll<(Points - 2) / 2>([&](auto i) {
      const Batch a(static_cast<float>(i + 1)), minus_a(static_cast<float>(-i - 1));
      const Batch square(static_cast<float>((i + 1) * (i + 1)));
      Batch even = y[2 * kEven], odd = y[2 * kOdd + 1];
      unroll<kEven>([&](auto k) { even = fma(square, even, y[2 * (kEven - 1 - k)]); });
      unroll<kOdd>([&](auto k) { odd = fma(square, odd, y[2 * (kOdd - 1 - k) + 1]); });
      out[2 * i + 1] = fma(a, odd, even);
      out[2 * i + 2] = fma(minus_a, odd, even);
    });
    out[Points - 1] = y[Count - 1];
    if (Scaled) unroll<Points>([&](auto p) { out[p] = out[p] * share<Points>(p); });
  }
};

// The transpose: Σ_a m_a · a^k for k < Count; ∞ adds to the last.
template <int Points, int Count, bool Scaled>
struct Gather {
  static constexpr int kIn = Points, kOut = Count;
  static void line(const Batch* values, Batch* out) {
    Batch m[Points];
    unroll<Points>([&](auto p) { m[p] = Scaled ? values[p] * share<Points>(p) : values[p]; });
    Batch sum[(Points - 2) / 2], difference[(Points - 2) / 2];
    unroll<(Points - 2) / 2>([&](auto i) {
      sum[i] = m[2 * i + 1] + m[2 * i + 2];
      difference[i] = m[2 * i + 1] - m[2 * i + 2];
    });
    unroll<Count>([&](auto k) {
      constexpr int power = decltype(k)::value;
      const Batch* part = power % 2 == 0 ? sum : difference;
      out[k] = part[0];
      if (Points == 6) out[k] = fma(Batch(static_cast<float>(1 << power)), part[Points / 2 - 2], out[k]);
      if (power == 0) out[k] = out[k] + m[0];
      if (power == Count - 1) out[k] = out[k] + m[Points - 1];
    });
  }
};

// A transform of a square of cells, `row` and `column` apart, along both axes, for `channels` (a multiple of kLanes).
using Transform = void (*)(const float* in, std::ptrdiff_t row, std::ptrdiff_t column, float* out, std::ptrdiff_t out_row,
                           std::ptrdiff_t out_column, int channels);

template <class Line, bool Rectify = false>
void transform(const float* in, std::ptrdiff_t row, std::ptrdiff_t column, float* out, std::ptrdiff_t out_row,
               std::ptrdiff_t out_column, int channels) {
  constexpr int kIn = Line::kIn, kOut = Line::kOut;
  for (int c = 0; c < channels; c += kLanes) {
    float middle[kOut * kIn * kLanes];
    CNN_ROLLED for (int q = 0; q < kIn; ++q) {
      Batch d[kIn], t[kOut];
      unroll<kIn>([&](auto k) { d[k] = load(in + k * row + q * column + c); });
      Line::line(d, t);
      unroll<kOut>([&](auto k) { store(middle + (k * kIn + q) * kLanes, t[k]); });
    }
    CNN_ROLLED for (int r = 0; r < kOut; ++r) {
      Batch d[kIn], t[kOut];
      unroll<kIn>([&](auto k) { d[k] = load(middle + (r * kIn + k) * kLanes); });
      Line::line(d, t);
      unroll<kOut>([&](auto k) { store(out + r * out_row + k * out_column + c, Rectify ? max(t[k], Batch(0.0f)) : t[k]); });
    }
  }
}

// One member of the family: F(out×out, taps×taps).
struct Form {
  int taps, out;
  Transform patch, kernel, result, rectified;  // forward, without and with max(0, ·)
  Transform spread, gather;                    // gradient of the kernel
  int in() const { return taps + out - 1; }
  int points() const { return in() * in(); }
};

template <int Out, int Taps>
constexpr Form form() {
  constexpr int kPoints = Out + Taps - 1;
  return {Taps, Out, transform<Patch<kPoints>>, transform<Evaluate<kPoints, Taps, true>>,
          transform<Gather<kPoints, Out, false>>, transform<Gather<kPoints, Out, false>, true>,
          transform<Evaluate<kPoints, Out, false>>, transform<Gather<kPoints, Taps, true>>};
}

constexpr Form kForms[] = {form<2, 3>(), form<4, 3>(), form<2, 5>()};

const Form& form_of(const Conv2dShape& s, int out) { return kForms[s.kernel_h == 5 ? 2 : out == 2 ? 0 : 1]; }

// Patches that go through the matrix products together, unless one line of the picture has more: their transforms and results
// share the second-level cache.
constexpr int kPatches = 32;

// The matrices of the points lie an odd number of cache lines apart: the values of one patch would otherwise fall into the
// same few sets of the first-level cache.
std::size_t spaced(std::size_t count) { return (count + 31) / 32 * 32 + 16; }

// The sizes of one pass and the parts of its scratch memory.
struct Winograd {
  const Form& form;
  Axis h, w;
  PadMode mode;
  int batch, read, write;

  int down() const { return (h.count + form.out - 1) / form.out; }
  int across() const { return (w.count + form.out - 1) / form.out; }
  int lines_down() const { return std::max(1, kPatches / across()); }  // lines of patches that go together
  int source_channels() const { return padded_columns(read); }
  int target_channels() const { return padded_columns(write); }

  std::size_t patch_matrix() const { return spaced(std::size_t(lines_down()) * across() * source_channels()); }
  std::size_t product_matrix() const { return spaced(std::size_t(lines_down()) * across() * target_channels()); }
  std::size_t kernel_matrix() const { return spaced(std::size_t(read) * target_channels()); }
  // A line of patches: of the picture, or of the result (which is not larger, but may have more channels).
  std::size_t strip_size() const {
    const std::size_t width = std::size_t(across()) * form.out + form.taps - 1;
    return form.in() * width * std::max(source_channels(), target_channels());
  }
  std::size_t scratch() const {
    return form.points() * (patch_matrix() + product_matrix() + kernel_matrix()) + strip_size() +
           std::size_t(form.points() + 1) * target_channels() + std::size_t(lines_down()) * across();
  }
};

struct Parts {
  float *kernel, *patches, *products, *strip, *bias, *tile;
  std::int32_t* offset;

  Parts(const Winograd& g, float* memory)
      : kernel(memory),
        patches(kernel + g.form.points() * g.kernel_matrix()),
        products(patches + g.form.points() * g.patch_matrix()),
        strip(products + g.form.points() * g.product_matrix()),
        bias(strip + g.strip_size()),
        tile(bias + g.target_channels()),
        offset(reinterpret_cast<std::int32_t*>(tile + std::size_t(g.form.points()) * g.target_channels())) {}
};

// Lines [first, first + lines) of patches, `across` each, counted through the batch: squares of `size` cells, Form::out
// apart, of the pictures `x` with origin and border as the axes say, transformed to the rows of the matrices at `out`.
void transform_lines(const Winograd& g, Transform transform, const float* x, const Axis& h, const Axis& w, PadMode mode,
                     int channels, int size, int first, int lines, float* strip, std::size_t matrix, float* out) {
  const int cell = padded_columns(channels), step = g.form.out;
  Band band;
  band.span_h = size;
  band.span_w = (g.across() - 1) * step + size;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(band.span_w) * cell;
  for (int t = first; t < first + lines; ++t) {
    const float* picture = x + static_cast<std::size_t>(t / g.down()) * h.source * w.source * channels;
    // The strips have the same sides: zeros, once they are there.
    copy_with_border(picture, h, w, h.origin + t % g.down() * step, band, channels, cell, mode, strip,
                     t == first || mode == PadMode::nearest);
    for (int p = 0; p < g.across(); ++p, out += cell) {
      transform(strip + p * step * cell, row, cell, out, g.form.in() * matrix, matrix, cell);
    }
  }
}

// The kernel as panels, one set a point. Tap (ky, kx) of input i and output o lies at
// `kernel[tap·tap_step + i·in_step + o·out_step]`,
// tap counted backwards for the turned kernel.
void transform_kernel(const Winograd& g, const float* kernel, bool turned, std::ptrdiff_t tap_step, std::ptrdiff_t in_step,
                      std::ptrdiff_t out_step, float* packed) {
  const int taps = g.form.taps * g.form.taps;
  const std::size_t matrix = g.kernel_matrix();
  float lanes[25 * kLanes];
  for_each_panel(g.write, [&](int first, int vectors) {
    const int width = vectors * kLanes;
    for (int i = 0; i < g.read; ++i) {
      for (int j = 0; j < width; j += kLanes) {
        const int count = std::clamp(g.write - first - j, 0, kLanes);
        for (int t = 0; t < taps; ++t) {
          const float* at = kernel + (turned ? taps - 1 - t : t) * tap_step + i * in_step + (first + j) * out_step;
          for (int lane = 0; lane < kLanes; ++lane) lanes[t * kLanes + lane] = lane < count ? at[lane * out_step] : 0.0f;
        }
        g.form.kernel(lanes, g.form.taps * kLanes, kLanes, packed + static_cast<std::size_t>(first) * g.read + i * width + j,
                      g.form.in() * matrix, matrix, kLanes);
      }
    }
  });
}

// The results of one patch, from the lines of the products at `line` to their place at (y, x), as much as lies inside.
void write_patch(const Winograd& g, Transform result, const float* line, bool accumulate, int y, int x, float* picture,
                 float* tile) {
  const int rows = std::min(g.form.out, g.h.count - y), columns = std::min(g.form.out, g.w.count - x);
  const int cell = g.target_channels();
  const std::size_t matrix = g.product_matrix();
  float* to = picture + (static_cast<std::ptrdiff_t>(y) * g.w.count + x) * g.write;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(g.w.count) * g.write;
  const bool whole = rows == g.form.out && columns == g.form.out && g.write == cell && !accumulate;
  if (whole) return result(line, g.form.in() * matrix, matrix, to, row, g.write, cell);
  result(line, g.form.in() * matrix, matrix, tile, g.form.out * cell, cell, cell);
  for (int r = 0; r < rows; ++r, to += row, tile += g.form.out * cell) {
    for (int q = 0; q < columns; ++q) {
      map(g.write, to + q * g.write, accumulate, [](Batch v) { return v; }, tile + q * cell);
    }
  }
}

// target (+)= `result` of the correlation of `source` with the kernel that lies transformed in the scratch memory.
void correlate(const Winograd& g, const float* source, const float* bias, bool accumulate, Transform result, float* target,
               const Parts& parts) {
  const int cell = g.source_channels(), target_cell = g.target_channels(), all = g.batch * g.down();
  const std::size_t matrix = g.patch_matrix(), products = g.product_matrix();
  if (bias != nullptr) pack_panel(1, g.write, target_cell, bias, 0, parts.bias);
  Product product;
  product.depth = g.read;
  product.a_step = cell;
  product.c_step = product.columns = target_cell;
  product.panel_step = g.read;
  product.repeats = g.form.points();
  product.a = parts.patches;
  product.a_repeat = matrix;
  product.b = parts.kernel;
  product.b_repeat = g.kernel_matrix();
  product.c = parts.products;
  product.c_repeat = products;
  // What is added at the point (1, 1) appears in every cell of the result.
  product.bias = bias != nullptr ? parts.bias : nullptr;
  product.biased = g.form.in() + 1;
  for (int first = 0; first < all; first += g.lines_down()) {
    const int lines = std::min(g.lines_down(), all - first);
    transform_lines(g, g.form.patch, source, g.h, g.w, g.mode, g.read, g.form.in(), first, lines, parts.strip, matrix,
                    parts.patches);
    product.rows = lines * g.across();
    multiply(product);
    const float* line = parts.products;
    for (int t = first; t < first + lines; ++t) {
      float* picture = target + static_cast<std::size_t>(t / g.down()) * g.h.count * g.w.count * g.write;
      for (int p = 0; p < g.across(); ++p, line += target_cell) {
        write_patch(g, result, line, accumulate, t % g.down() * g.form.out, p * g.form.out, picture, parts.tile);
      }
    }
  }
}

Winograd forward_pass(const Conv2dShape& s, int out) {
  return {form_of(s, out), forward_axis(s.in_h, s.out_h, s.kernel_h, 1, 1, s.pad_top),
          forward_axis(s.in_w, s.out_w, s.kernel_w, 1, 1, s.pad_left), s.pad_mode, s.batch, s.in_c, s.out_c};
}

Winograd backward_pass(const Conv2dShape& s, int out) {
  return {form_of(s, out), backward_axis(s.in_h, s.out_h, s.kernel_h, 1, 1, s.pad_top, 0),
          backward_axis(s.in_w, s.out_w, s.kernel_w, 1, 1, s.pad_left, 0), PadMode::zero, s.batch, s.out_c, s.in_c};
}

}  // namespace

bool winograd_fits(const Conv2dShape& s, int patch) {
  return s.kernel_h == s.kernel_w && (s.kernel_h == 3 || (s.kernel_h == 5 && patch == 2)) && s.stride_h == 1 &&
         s.stride_w == 1 && s.dilation_h == 1 && s.dilation_w == 1 && s.groups == 1;
}

std::size_t winograd_scratch(const Conv2dShape& s, int patch) {
  return std::max(forward_pass(s, patch).scratch(), backward_pass(s, patch).scratch());
}

void winograd_forward(const Conv2dShape& s, int patch, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch) {
  const Winograd g = forward_pass(s, patch);
  const Parts parts(g, scratch);
  transform_kernel(g, kernel, false, static_cast<std::ptrdiff_t>(s.in_c) * s.out_c, s.out_c, 1, parts.kernel);
  correlate(g, x, bias, false, s.rectify ? g.form.rectified : g.form.result, y, parts);
}

void winograd_backward_input(const Conv2dShape& s, int patch, const float* dy, const float* kernel, float* dx,
                             bool accumulate, float* scratch) {
  const Winograd g = backward_pass(s, patch);
  const Parts parts(g, scratch);
  transform_kernel(g, kernel, true, static_cast<std::ptrdiff_t>(s.in_c) * s.out_c, 1, s.out_c, parts.kernel);
  correlate(g, dy, nullptr, accumulate, g.form.result, dx, parts);
}

void winograd_backward_kernel(const Conv2dShape& s, int patch, const float* x, const float* dy, float* dkernel,
                              float* scratch) {
  const Winograd g = forward_pass(s, patch);
  const Parts parts(g, scratch);
  const int cell = g.source_channels(), target_cell = g.target_channels(), all = g.batch * g.down();
  const std::size_t matrix = g.patch_matrix(), products = g.product_matrix(), sums = g.kernel_matrix();
  const Axis dy_h = forward_axis(s.out_h, s.out_h, 1, 1, 1, 0), dy_w = forward_axis(s.out_w, s.out_w, 1, 1, 1, 0);
  for (int i = 0; i < g.lines_down() * g.across(); ++i) parts.offset[i] = i * cell;
  Product product;
  product.offset = parts.offset;
  product.rows = g.read;
  product.a_step = product.panel_step = 1;
  product.c_step = product.b_step = product.columns = target_cell;
  product.repeats = g.form.points();
  product.a = parts.patches;
  product.a_repeat = matrix;
  product.b = parts.products;
  product.b_repeat = products;
  product.c = parts.kernel;
  product.c_repeat = sums;
  for (int first = 0; first < all; first += g.lines_down()) {
    const int lines = std::min(g.lines_down(), all - first);
    transform_lines(g, g.form.patch, x, g.h, g.w, g.mode, g.read, g.form.in(), first, lines, parts.strip, matrix,
                    parts.patches);
    transform_lines(g, g.form.spread, dy, dy_h, dy_w, PadMode::zero, g.write, g.form.out, first, lines, parts.strip,
                    products, parts.products);
    product.depth = lines * g.across();
    product.accumulate = first > 0;
    multiply(product);
  }
  for (int i = 0; i < g.read; ++i) {
    g.form.gather(parts.kernel + static_cast<std::size_t>(i) * target_cell, g.form.in() * sums, sums, parts.tile,
                  g.form.taps * target_cell, target_cell, target_cell);
    for (int t = 0; t < g.form.taps * g.form.taps; ++t) {
      float* to = dkernel + (static_cast<std::size_t>(t) * s.in_c + i) * s.out_c;
      map(s.out_c, to, true, [](Batch v) { return v; }, parts.tile + t * target_cell);
    }
  }
}

}  // namespace cnn::kernels
