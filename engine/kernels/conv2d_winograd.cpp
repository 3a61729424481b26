#include <algorithm>
#include <cstring>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"
#include "engine/kernels/winograd_lines.h"

// Winograd's minimal filtering (Lavin & Gray 2016, "Fast algorithms for convolutional neural networks"): an m×m
// patch of the result of an r×r kernel costs (m+r−1)² products per channel pair instead of r²·m². The picture is cut into
// overlapping patches, patch and kernel are transformed, and the products become (m+r−1)² matrix products with patches for
// rows. The gradient with respect to the input is the same with the kernel turned. The gradient of the kernel is the
// transposed algorithm: the gradients of the patches of the result are spread to all points, multiplied with the same
// transformed patches of the picture and gathered to r×r taps. What the transforms are, and how stride 2 becomes two filterings of
// stride 1 side by side, says winograd_lines.h.

namespace cnn::kernels {

namespace {

using namespace winograd;

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
[[gnu::always_inline]] inline void store_line(float* out, std::ptrdiff_t step, bool rectify, const Batch* line) {
  unroll<Count>([&](auto k) {
    store(out, rectify ? max(line[k], Batch(0.0f)) : line[k]);
    out += step;
  });
}

// A transform of a square of cells, `row` and `column` apart, along both axes, for `channels` (a multiple of kLanes).
using Transform = void (*)(const float* in, std::ptrdiff_t row, std::ptrdiff_t column, float* out, std::ptrdiff_t out_row,
                           std::ptrdiff_t out_column, int channels);

template <class Line, bool Rectify = false>
void transform(const float* in, std::ptrdiff_t row, std::ptrdiff_t column, float* out, std::ptrdiff_t out_row,
               std::ptrdiff_t out_column, int channels) {
  constexpr int kIn = Line::kIn, kOut = Line::kOut;
  for (int c = 0; c < channels; c += kLanes) {
    float middle[kOut * kIn * kLanes];
    const float* from = in + c;
    CNN_ROLLED for (int q = 0; q < kIn; ++q, from += column) {
      Batch t[kOut];
      transform_line<Line>(from, row, t);
      unroll<kOut>([&](auto k) { store(middle + (k * kIn + q) * kLanes, t[k]); });
    }
    float* to = out + c;
    CNN_ROLLED for (int r = 0; r < kOut; ++r, to += out_row) {
      Batch t[kOut];
      transform_line<Line>(middle + r * kIn * kLanes, kLanes, t);
      store_line<kOut>(to, out_column, Rectify, t);
    }
  }
}

// The same one axis after the other, for squares that overlap: down the columns of a whole strip, whose `rows` have `count` (a
// multiple of kLanes) values, then along the rows of each square.
struct Split {
  int in, step;  // squares of so many cells, so far apart
  void (*columns)(const float* const* rows, std::ptrdiff_t count, float* out, std::ptrdiff_t out_row);
  void (*rows)(const float* in, std::ptrdiff_t row, int cell, float* out, std::ptrdiff_t matrix);
};

template <class Line>
void transform_columns(const float* const* rows, std::ptrdiff_t count, float* out, std::ptrdiff_t out_row) {
  const float* row[Line::kIn];
  unroll<Line::kIn>([&](auto k) { row[k] = rows[k]; });
  for (std::ptrdiff_t i = 0; i < count; i += kLanes, out += kLanes) {
    Batch d[Line::kIn], t[Line::kOut];
    unroll<Line::kIn>([&](auto k) { d[k] = load(row[k] + i); });
    Line::line(d, t);
    store_line<Line::kOut>(out, out_row, false, t);
  }
}

template <class Line>
void transform_rows(const float* in, std::ptrdiff_t row, int cell, float* out, std::ptrdiff_t matrix) {
  for (int c = 0; c < cell; c += kLanes) {
    const float* from = in + c;
    float* to = out + c;
    CNN_ROLLED for (int r = 0; r < Line::kOut; ++r, from += row, to += Line::kOut * matrix) {
      Batch t[Line::kOut];
      transform_line<Line>(from, cell, t);
      store_line<Line::kOut>(to, matrix, false, t);
    }
  }
}

template <class Line>
constexpr Split split(int step) {
  return {Line::kIn, step, transform_columns<Line>, transform_rows<Line>};
}

// One member of the family: F(out×out, taps×taps).
struct Form {
  int taps, side, out;  // side: points along one axis
  Split patch;
  Transform kernel, result, rectified;  // forward, without and with max(0, ·)
  Split spread;                         // gradient of the kernel
  Transform gather;
  int points() const { return side * side; }
};

template <int Out, int Taps>
constexpr Form form() {
  constexpr int kSide = Out + Taps - 1;
  return {Taps, kSide, Out, split<Patch<kSide>>(Out), transform<Evaluate<kSide, Taps, true>>,
          transform<Gather<kSide, Out, false>>, transform<Gather<kSide, Out, false>, true>,
          split<Evaluate<kSide, Out, false>>(Out), transform<Gather<kSide, Taps, true>>};
}

// Stride 2: forward and the gradient of the kernel; below, the gradient of the input.
constexpr Form kStrided = {3, 9, 4, split<StridedPatch>(8), transform<StridedKernel>, transform<StridedResult>,
                           transform<StridedResult, true>, split<StridedSpread>(4), transform<StridedTaps>};

template <int First>
constexpr Form strided_cells() {
  return {3, 9, 8, split<StridedSource<First>>(4), transform<StridedKernel>, transform<StridedCells<First>>, nullptr, {}, nullptr};
}

constexpr int kMostCells = 9;  // of a patch, along one axis

constexpr Form kForms[] = {form<2, 3>(), form<4, 3>(), form<2, 5>()};
constexpr Form kStridedCells[] = {strided_cells<1>(), strided_cells<0>()};  // padding even, odd

const Form& form_of(const Conv2dShape& s, int out) {
  return s.stride_h == 2 ? kStrided : kForms[s.kernel_h == 5 ? 2 : out == 2 ? 0 : 1];
}

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
  // A line of patches, of the picture or of the result (which is not larger, but may have more channels): as it is, and with its
  // columns transformed.
  std::size_t strip_size() const {
    const auto part = [this](const Split& squares, int channels) {
      return std::size_t(form.side + squares.in) * ((across() - 1) * squares.step + squares.in) * channels;
    };
    return std::max(part(form.patch, source_channels()), part(form.spread, target_channels()));
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

// Lines [first, first + lines) of patches, `across` each, counted through the batch: squares of the pictures `x` with origin and
// border as the axes say, transformed to the rows of the matrices at `out`.
void transform_lines(const Winograd& g, const Split& transform, const float* x, const Axis& h, const Axis& w, PadMode mode,
                     int channels, int first, int lines, float* strip, std::size_t matrix, float* out) {
  const int cell = padded_columns(channels), size = transform.in, step = transform.step;
  Band band;
  band.span_h = size;
  band.span_w = (g.across() - 1) * step + size;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(band.span_w) * cell;
  float* copy = strip + g.form.side * row;
  // Whole vectors between zeros are read where they lie; `copy` is a row of zeros then.
  const bool copied = cell != channels || mode == PadMode::nearest;
  const int left = copied ? 0 : std::min(std::max(-w.origin, 0), band.span_w);
  const int stop = copied ? band.span_w : std::max(std::min(w.source - w.origin, band.span_w), left);
  if (!copied) std::memset(strip, 0, (g.form.side + 1) * row * sizeof(float));
  for (int t = first; t < first + lines; ++t) {
    const float* picture = x + static_cast<std::size_t>(t / g.down()) * h.source * w.source * channels;
    const int top = h.origin + t % g.down() * step;
    const float* rows[kMostCells];
    if (copied) copy_with_border(picture, h, w, top, band, channels, cell, mode, copy);
    for (int r = 0; r < size; ++r) {
      const bool inside = top + r >= 0 && top + r < h.source;
      rows[r] = copied   ? copy + r * row
                : inside ? picture + (static_cast<std::ptrdiff_t>(top + r) * w.source + left + w.origin) * cell
                         : copy;
    }
    transform.columns(rows, (stop - left) * cell, strip + left * cell, row);
    for (int p = 0; p < g.across(); ++p, out += cell) transform.rows(strip + p * step * cell, row, cell, out, matrix);
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
                      g.form.side * matrix, matrix, kLanes);
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
  if (whole) return result(line, g.form.side * matrix, matrix, to, row, g.write, cell);
  result(line, g.form.side * matrix, matrix, tile, g.form.out * cell, cell, cell);
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
  product.biased = g.form.side + 1;
  for (int first = 0; first < all; first += g.lines_down()) {
    const int lines = std::min(g.lines_down(), all - first);
    transform_lines(g, g.form.patch, source, g.h, g.w, g.mode, g.read, first, lines, parts.strip, matrix,
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

// With stride 2 the first of five cells of dy is the first that cell (0, 0) of dx reads, or the one before.
Winograd backward_pass(const Conv2dShape& s, int out) {
  const bool strided = s.stride_h == 2;
  const auto axis = [strided](int in, int out, int kernel, int pad) {
    Axis a = backward_axis(in, out, kernel, 1, 1, pad, 0);
    if (strided) a.origin = (pad + 1) / 2 - 1;
    return a;
  };
  return {strided ? kStridedCells[s.pad_top % 2] : form_of(s, out), axis(s.in_h, s.out_h, s.kernel_h, s.pad_top),
          axis(s.in_w, s.out_w, s.kernel_w, s.pad_left), PadMode::zero, s.batch, s.out_c, s.in_c};
}

}  // namespace

bool winograd_fits(const Conv2dShape& s, int patch) {
  if (s.kernel_h != s.kernel_w || s.dilation_h != 1 || s.dilation_w != 1 || s.groups != 1) return false;
  if (s.stride_h == 1 && s.stride_w == 1) return s.kernel_h == 3 || (s.kernel_h == 5 && patch == 2);
  return s.kernel_h == 3 && patch == 4 && s.stride_h == 2 && s.stride_w == 2;
}

bool winograd_goes_back(const Conv2dShape& s) {
  return s.pad_mode == PadMode::zero && (s.stride_h == 1 || s.pad_top % 2 == s.pad_left % 2);
}

int winograd_points(const Conv2dShape& s, int patch) { return form_of(s, patch).points(); }

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
    transform_lines(g, g.form.patch, x, g.h, g.w, g.mode, g.read, first, lines, parts.strip, matrix,
                    parts.patches);
    transform_lines(g, g.form.spread, dy, dy_h, dy_w, PadMode::zero, g.write, first, lines, parts.strip,
                    products, parts.products);
    product.depth = lines * g.across();
    product.accumulate = first > 0;
    multiply(product);
  }
  for (int i = 0; i < g.read; ++i) {
    g.form.gather(parts.kernel + static_cast<std::size_t>(i) * target_cell, g.form.side * sums, sums, parts.tile,
                  g.form.taps * target_cell, target_cell, target_cell);
    for (int t = 0; t < g.form.taps * g.form.taps; ++t) {
      float* to = dkernel + (static_cast<std::size_t>(t) * s.in_c + i) * s.out_c;
      map(s.out_c, to, true, [](Batch v) { return v; }, parts.tile + t * target_cell);
    }
  }
}

}  // namespace cnn::kernels
