#include <algorithm>
#include <cstring>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/micro_kernel.h"
#include "engine/kernels/winograd_forms.h"

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

// Patches that go through the matrix products together, unless one line of the picture has more: their transforms and results
// share the second-level cache.
constexpr int kPatches = 32;

// The matrices of the points lie an odd number of cache lines apart: the values of one patch would otherwise fall into the
// same few sets of the first-level cache.
std::size_t spaced(std::size_t count) { return (count + 31) / 32 * 32 + 16; }

// Patches along one axis: whole ones and at most one half.
struct Cover {
  int whole, half;
  int all() const { return whole + half; }
};

Cover cover(const Form& form, int count) {
  const int left = count % form.out;
  if (form.halves() && left > 0 && left <= form.out / 2) return {count / form.out, 1};
  return {(count + form.out - 1) / form.out, 0};
}

// Lines of patches, counted through the batch: those of whole height or those of half.
struct Lines {
  int first, count;
  bool half;
};

// The sizes of one pass and the parts of its scratch memory.
struct Winograd {
  const Form& form;
  Axis h, w;
  PadMode mode;
  int batch, read, write;

  Cover down = cover(form, h.count), across = cover(form, w.count);

  int lines_down() const { return std::max(1, kPatches / across.all()); }  // lines of patches that go together
  int source_channels() const { return padded_columns(read); }
  int target_channels() const { return padded_columns(write); }

  std::size_t patch_matrix() const { return spaced(std::size_t(lines_down()) * across.all() * source_channels()); }
  std::size_t product_matrix() const { return spaced(std::size_t(lines_down()) * across.all() * target_channels()); }
  std::size_t kernel_matrix() const { return spaced(std::size_t(read) * target_channels()); }
  // Cells along a line of patches.
  int span(const Split& split) const {
    return (across.all() - 1) * split.step + (across.half ? split.half.in : split.whole.in);
  }
  // A line of patches, of the picture or of the result (which is not larger, but may have more channels): as it is, and with its
  // columns transformed.
  std::size_t strip_size() const {
    const auto part = [this](const Split& split, int channels) {
      return std::size_t(split.whole.points + split.whole.in) * std::max(span(split), 0) * channels;
    };
    return std::max(part(form.patch, source_channels()), part(form.spread, target_channels()));
  }
  std::size_t scratch() const {
    return form.points() * (patch_matrix() + product_matrix() + kernel_matrix()) + strip_size() +
           std::size_t(form.points() + 1) * target_channels() + std::size_t(lines_down()) * across.all();
  }

  // f(lines) for all lines of patches, as many at a time as go together.
  template <class F>
  void for_each_lines(F f) const {
    for (const bool half : {false, true}) {
      const int all = batch * (half ? down.half : down.whole);
      for (int first = 0; first < all; first += lines_down()) f(Lines{first, std::min(lines_down(), all - first), half});
    }
  }
  int picture_of(const Lines& lines, int line) const {
    return (lines.first + line) / (lines.half ? down.half : down.whole);
  }
  // Which patch of its column a line has.
  int place_of(const Lines& lines, int line) const {
    return lines.half ? down.whole : (lines.first + line) % down.whole;
  }
  // The row of the matrices where a patch lies: half ones after all the whole ones.
  int row_of(const Lines& lines, int line, int patch) const {
    return patch < across.whole ? line * across.whole + patch : lines.count * across.whole + line;
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

// Lines of patches of the pictures `x`, with origin and border as the axes say, transformed to the rows of the matrices at `out`.
void transform_lines(const Winograd& g, const Split& split, const float* x, const Axis& h, const Axis& w, PadMode mode,
                     int channels, const Lines& lines, float* strip, std::size_t matrix, float* out) {
  const Way& down = lines.half ? split.half : split.whole;
  const int cell = padded_columns(channels);
  Band band;
  band.span_h = down.in;
  band.span_w = g.span(split);
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(band.span_w) * cell;
  float* copy = strip + down.points * row;
  // Whole vectors between zeros are read where they lie; `copy` is a row of zeros then.
  const bool copied = cell != channels || mode == PadMode::nearest;
  const int left = copied ? 0 : std::min(std::max(-w.origin, 0), band.span_w);
  const int stop = copied ? band.span_w : std::max(std::min(w.source - w.origin, band.span_w), left);
  if (!copied) std::memset(strip, 0, (down.points + 1) * row * sizeof(float));
  for (int line = 0; line < lines.count; ++line) {
    const float* picture = x + static_cast<std::size_t>(g.picture_of(lines, line)) * h.source * w.source * channels;
    const int top = h.origin + g.place_of(lines, line) * split.step;
    const float* rows[kMostCells];
    if (copied) copy_with_border(picture, h, w, top, band, channels, cell, mode, copy);
    for (int r = 0; r < down.in; ++r) {
      const bool inside = top + r >= 0 && top + r < h.source;
      rows[r] = copied   ? copy + r * row
                : inside ? picture + (static_cast<std::ptrdiff_t>(top + r) * w.source + left + w.origin) * cell
                         : copy;
    }
    down.columns(rows, (stop - left) * cell, strip + left * cell, row);
    const float* from = strip;
    float* to = out + g.row_of(lines, line, 0) * cell;
    for (int p = 0; p < g.across.whole; ++p, from += split.step * cell, to += cell) {
      split.whole.rows(from, row, down.points, cell, to, g.form.side * matrix, matrix);
    }
    if (g.across.half == 0) continue;
    to = out + g.row_of(lines, line, g.across.whole) * cell;
    split.half.rows(from, row, down.points, cell, to, g.form.side * matrix, matrix);
  }
}

// The products at all points that these lines have. `extent` of the product is their patches.
void multiply_points(const Winograd& g, Product product, int Product::*extent, const Lines& lines) {
  const int side = g.form.side, half = g.form.patch.half.points, rows = lines.half ? half : side;
  const int all = lines.count * g.across.all(), whole = lines.count * g.across.whole;
  const auto run = [&](int first, int points, int patches) {
    Product part = product;
    part.repeats = points;
    part.*extent = patches;
    part.a += first * product.a_repeat;
    part.b += first * product.b_repeat;
    part.c += first * product.c_repeat;
    part.biased -= first;
    multiply(part);
  };
  if (g.across.half == 0) return run(0, rows * side, all);
  for (int r = 0; r < rows; ++r) {
    run(r * side, half, all);
    if (whole > 0) run(r * side + half, side - half, whole);
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
                      g.form.side * matrix, matrix, kLanes, kNoLimit);
      }
    }
  });
}

// The results of a patch, perhaps of half the height or width, from the rows of the products at `line` to their place at (y, x), as
// much as lies inside.
void write_patch(const Winograd& g, bool half_high, bool half_wide, const float* line, bool accumulate, float least, int y, int x,
                 float* picture, float* tile) {
  const Transform result = g.form.result[half_high][half_wide];
  const int high = half_high ? g.form.out / 2 : g.form.out, wide = half_wide ? g.form.out / 2 : g.form.out;
  const int rows = std::min(high, g.h.count - y), columns = std::min(wide, g.w.count - x);
  const int cell = g.target_channels();
  const std::size_t matrix = g.product_matrix();
  float* to = picture + (static_cast<std::ptrdiff_t>(y) * g.w.count + x) * g.write;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(g.w.count) * g.write;
  const bool whole = rows == high && columns == wide && g.write == cell && !accumulate;
  if (whole) return result(line, g.form.side * matrix, matrix, to, row, g.write, cell, least);
  result(line, g.form.side * matrix, matrix, tile, wide * cell, cell, cell, least);
  for (int r = 0; r < rows; ++r, to += row, tile += wide * cell) {
    for (int q = 0; q < columns; ++q) {
      map(g.write, to + q * g.write, accumulate, [](Batch v) { return v; }, tile + q * cell);
    }
  }
}

// target (+)= max(least, the correlation of `source` with the kernel that lies transformed in the scratch memory).
void correlate(const Winograd& g, const float* source, const float* bias, bool accumulate, float least, float* target,
               const Parts& parts) {
  const int cell = g.source_channels(), target_cell = g.target_channels();
  if (bias != nullptr) pack_panel(1, g.write, target_cell, bias, 0, parts.bias);
  Product product;
  product.depth = g.read;
  product.a_step = cell;
  product.c_step = product.columns = target_cell;
  product.panel_step = g.read;
  product.a = parts.patches;
  product.a_repeat = g.patch_matrix();
  product.b = parts.kernel;
  product.b_repeat = g.kernel_matrix();
  product.c = parts.products;
  product.c_repeat = g.product_matrix();
  // What is added at the point (1, 1) appears in every cell of the result.
  product.bias = bias != nullptr ? parts.bias : nullptr;
  product.biased = g.form.side + 1;
  g.for_each_lines([&](const Lines& lines) {
    transform_lines(g, g.form.patch, source, g.h, g.w, g.mode, g.read, lines, parts.strip, g.patch_matrix(), parts.patches);
    multiply_points(g, product, &Product::rows, lines);
    for (int line = 0; line < lines.count; ++line) {
      float* picture = target + static_cast<std::size_t>(g.picture_of(lines, line)) * g.h.count * g.w.count * g.write;
      const int y = g.place_of(lines, line) * g.form.out;
      const float* row = parts.products + g.row_of(lines, line, 0) * target_cell;
      for (int p = 0; p < g.across.all(); ++p, row += target_cell) {
        const bool half = p == g.across.whole;
        if (half) row = parts.products + g.row_of(lines, line, p) * target_cell;
        write_patch(g, lines.half, half, row, accumulate, least, y, p * g.form.out, picture, parts.tile);
      }
    }
  });
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
  if (s.stride_h == 1 && s.stride_w == 1) return s.kernel_h == 3 || s.kernel_h == 5;
  return s.kernel_h == 3 && patch == 4 && s.stride_h == 2 && s.stride_w == 2;
}

bool winograd_goes_back(const Conv2dShape& s) {
  return s.pad_mode == PadMode::zero && (s.stride_h == 1 || s.pad_top % 2 == s.pad_left % 2);
}

WinogradWork winograd_work(const Conv2dShape& s, int patch, bool backward) {
  const Winograd g = backward ? backward_pass(s, patch) : forward_pass(s, patch);
  const auto points = [&g](const Cover& cover) { return double(cover.whole * g.form.side + cover.half * g.form.patch.half.points); };
  return {g.batch * points(g.down) * points(g.across), double(g.form.points())};
}

std::size_t winograd_scratch(const Conv2dShape& s, int patch) {
  return std::max(forward_pass(s, patch).scratch(), backward_pass(s, patch).scratch());
}

void winograd_forward(const Conv2dShape& s, int patch, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch) {
  const Winograd g = forward_pass(s, patch);
  const Parts parts(g, scratch);
  transform_kernel(g, kernel, false, static_cast<std::ptrdiff_t>(s.in_c) * s.out_c, s.out_c, 1, parts.kernel);
  correlate(g, x, bias, false, s.rectify ? 0.0f : kNoLimit, y, parts);
}

void winograd_backward_input(const Conv2dShape& s, int patch, const float* dy, const float* kernel, float* dx,
                             bool accumulate, float* scratch) {
  const Winograd g = backward_pass(s, patch);
  const Parts parts(g, scratch);
  transform_kernel(g, kernel, true, static_cast<std::ptrdiff_t>(s.in_c) * s.out_c, 1, s.out_c, parts.kernel);
  correlate(g, dy, nullptr, accumulate, kNoLimit, dx, parts);
}

void winograd_backward_kernel(const Conv2dShape& s, int patch, const float* x, const float* dy, float* dkernel,
                              float* dbias, float* scratch) {
  const Winograd g = forward_pass(s, patch);
  const Parts parts(g, scratch);
  const int cell = g.source_channels(), target_cell = g.target_channels();
  const std::size_t sums = g.kernel_matrix();
  std::memset(parts.bias, 0, target_cell * sizeof(float));
  const Axis dy_h = forward_axis(s.out_h, s.out_h, 1, 1, 1, 0), dy_w = forward_axis(s.out_w, s.out_w, 1, 1, 1, 0);
  for (int i = 0; i < g.lines_down() * g.across.all(); ++i) parts.offset[i] = i * cell;
  // Whole patches have all points: their first products are where the sums begin.
  bool begun = g.down.whole == 0 || g.across.whole == 0;
  if (begun) std::memset(parts.kernel, 0, g.form.points() * sums * sizeof(float));
  Product product;
  product.offset = parts.offset;
  product.rows = g.read;
  product.a_step = product.panel_step = 1;
  product.c_step = product.b_step = product.columns = target_cell;
  product.a = parts.patches;
  product.a_repeat = g.patch_matrix();
  product.b = parts.products;
  product.b_repeat = g.product_matrix();
  product.c = parts.kernel;
  product.c_repeat = sums;
  g.for_each_lines([&](const Lines& lines) {
    transform_lines(g, g.form.patch, x, g.h, g.w, g.mode, g.read, lines, parts.strip, g.patch_matrix(), parts.patches);
    transform_lines(g, g.form.spread, dy, dy_h, dy_w, PadMode::zero, g.write, lines, parts.strip, g.product_matrix(),
                    parts.products);
    // At the point (1, 1) the gradient of the result is the sum of its patch.
    if (dbias != nullptr) {
      add_column_sums(lines.count * g.across.all(), target_cell, parts.products + (g.form.side + 1) * g.product_matrix(),
                      parts.bias);
    }
    product.accumulate = begun;
    multiply_points(g, product, &Product::depth, lines);
    begun = true;
  });
  if (dbias != nullptr) add(s.out_c, dbias, parts.bias, false, dbias);
  for (int i = 0; i < g.read; ++i) {
    g.form.gather(parts.kernel + static_cast<std::size_t>(i) * target_cell, g.form.side * sums, sums, parts.tile,
                  g.form.taps * target_cell, target_cell, target_cell, kNoLimit);
    for (int t = 0; t < g.form.taps * g.form.taps; ++t) {
      float* to = dkernel + (static_cast<std::size_t>(t) * s.in_c + i) * s.out_c;
      add(s.out_c, to, parts.tile + t * target_cell, false, to);
    }
  }
}

}  // namespace cnn::kernels
