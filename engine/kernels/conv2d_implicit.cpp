#include <algorithm>
#include <utility>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

namespace cnn::kernels {

namespace {

// Pixels that are summed before the next are looked at: their lines of both operands stay in the first-level cache.
constexpr int kPixelBlock = 128;

// ---------------------------------------------------------------- sliding a packed kernel

// The picture that is written: pixels `channels` apart.
struct Target {
  float* data = nullptr;
  int h = 0, w = 0, channels = 0;
};

// One sliding: `groups` parts of `read` source channels each produce `write` target channels.
struct Slide {
  Axis h, w;
  int batch = 1;
  int groups = 1;
  int read = 0, write = 0;
  PadMode mode = PadMode::zero;
  int line = 0;  // of the kernel as a matrix; 0: it lies in panels

  int depth() const { return h.taps * w.taps * read; }  // inner index of the product
};

// Lines beyond the upper and lower edge are never read where there are only zeros.
Band band_of(const Slide& s) {
  const bool copied = s.w.needs_border() || (s.mode == PadMode::nearest && s.h.needs_border());
  return plan_band(s.h, s.w, s.groups * s.read, s.batch, copied);
}

// With the lines beyond the edges.
Band whole_band_of(const Slide& s) {
  return plan_band(s.h, s.w, s.groups * s.read, s.batch, s.h.needs_border() || s.w.needs_border());
}

// The taps [first, last) of output line `line` that lie in the picture.
std::pair<int, int> inner_taps(const Slide& s, int line) {
  if (s.mode == PadMode::nearest) return {0, s.h.taps};
  const int y = s.h.origin + line * s.h.stride;
  int first = 0, last = s.h.taps;
  while (first < last && y + first * s.h.step < 0) ++first;
  while (last > first && y + (last - 1) * s.h.step >= s.h.source) --last;
  return {first, last};
}

// The kernel in panels or as a matrix, group after group; `packed` has depth · padded_columns(write) values per group, `bias` (or
// null) padded_columns(write) per group.
void slide(const Slide& s, const float* source, const float* packed, const float* bias, bool accumulate, bool rectify,
           const Target& t, float* scratch) {
  const int channels = s.groups * s.read, depth = s.depth();
  const int padded = padded_columns(s.write);
  const Band band = band_of(s);
  std::int32_t* offset = table_in(scratch);
  float* copy = scratch + depth;
  find_taps(s.h, s.w, channels, s.read, static_cast<std::ptrdiff_t>(band.span_w) * channels, offset);
  for_each_band(source, s.h, s.w, band, channels, s.batch, s.mode, copy, [&](int n, int images, int first_row, int rows,
                                                                             const float* cells, std::size_t picture,
                                                                             std::ptrdiff_t row) {
    const std::ptrdiff_t line = static_cast<std::ptrdiff_t>(n) * t.h + s.h.first_out + first_row * s.h.out_step;
    float* out = t.data + (line * t.w + s.w.first_out) * t.channels;
    Product product;
    product.in_line = s.w.count;
    product.a_step = static_cast<std::ptrdiff_t>(s.w.stride) * channels;
    product.a_line = s.h.stride * row;
    product.a_picture = picture;
    product.c_step = static_cast<std::ptrdiff_t>(s.w.out_step) * t.channels;
    product.c_line = static_cast<std::ptrdiff_t>(s.h.out_step) * t.w * t.channels;
    product.c_picture = static_cast<std::ptrdiff_t>(t.h) * t.w * t.channels;
    product.columns = s.write;
    product.panel_step = s.line == 0 ? depth : 1;
    product.b_step = s.line;
    product.accumulate = accumulate;
    product.rectify = rectify;
    // Lines of output that see the same lines of the kernel go together; above and below the picture there are only zeros.
    for (int r = 0, next = 0; r < rows; r = next) {
      const auto [first_tap, last_tap] = inner_taps(s, first_row + r);
      for (next = r + 1; next < rows && inner_taps(s, first_row + next) == std::pair(first_tap, last_tap);) ++next;
      product.skip = first_tap * s.w.taps * s.read;
      product.depth = (last_tap - first_tap) * s.w.taps * s.read;
      product.offset = offset + product.skip;
      product.rows = images * (next - r) * s.w.count;
      product.in_picture = next - r;
      for (int g = 0; g < s.groups; ++g) {
        product.a = cells + r * product.a_line + g * s.read;
        product.c = out + r * product.c_line + g * s.write;
        product.b = packed + static_cast<std::size_t>(g) * padded * depth;
        if (bias != nullptr) product.bias = bias + g * padded;
        multiply(product);
      }
    }
  });
}

Slide forward_slide(const Conv2dShape& s) {
  Slide f;
  f.h = forward_axis(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top);
  f.w = forward_axis(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left);
  f.batch = s.batch;
  f.groups = s.groups;
  f.read = s.in_c / s.groups;
  f.write = s.out_c / s.groups;
  f.mode = s.pad_mode;
  return f;
}

// The grid of dx that begins at (y, x).
Slide backward_slide(const Conv2dShape& s, int y, int x) {
  Slide b;
  b.h = backward_axis(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top, y);
  b.w = backward_axis(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left, x);
  b.batch = s.batch;
  b.groups = s.groups;
  b.read = s.out_c / s.groups;
  b.write = s.in_c / s.groups;
  return b;
}

// The picture with its border as a picture of its own, one image at a time: where the border repeats the edge, its
// gradient has to be carried back to the edge.
Conv2dShape with_border_inside(const Conv2dShape& s) {
  Conv2dShape p = s;
  p.batch = 1;
  p.in_h = std::max((s.out_h - 1) * s.stride_h + (s.kernel_h - 1) * s.dilation_h + 1, s.pad_top + s.in_h);
  p.in_w = std::max((s.out_w - 1) * s.stride_w + (s.kernel_w - 1) * s.dilation_w + 1, s.pad_left + s.in_w);
  p.pad_top = p.pad_left = 0;
  p.pad_mode = PadMode::zero;
  return p;
}

// The other way to the gradient of the input: what a column of dy adds to the columns of dx around it lies side by side in a
// line of dx, so the columns of the kernel stand beside the channels in the product. Few channels fill the vectors better so,
// and nothing beyond the left and right edge is computed; but each sum is taken up kernel_w times.
int spread_line(const Conv2dShape& s) { return padded_columns(s.kernel_w * s.in_c) + kLanes; }

bool spreads(const Conv2dShape& s) {
  if (s.groups != 1 || s.stride_w != 1 || s.dilation_w != 1) return false;
  constexpr double kTileCost = 8;  // as in conv2d.cpp
  const double sliding = double(s.in_w) * padded_columns(s.in_c) * (s.kernel_h * s.kernel_w * s.out_c + kTileCost);
  return double(s.out_w) * padded_columns(s.kernel_w * s.in_c) * (s.kernel_h * s.out_c + 2 * kTileCost) < sliding;
}

// The lines of dx from y on.
void spread(const Conv2dShape& s, int y, const float* dy, const float* kernel, float* dx, float* scratch) {
  Slide b = backward_slide(s, y, 0);
  b.w = Axis();
  b.w.source = s.out_w;
  b.w.taps = b.w.count = 1;
  b.line = spread_line(s);
  const int columns = s.kernel_w * s.in_c;
  float* line = scratch;
  for (int t = 0; t < b.h.taps; ++t) {
    const int ky = b.h.first_tap + t * b.h.tap_step;
    pack_panel_transposed(s.out_c, columns, b.line, kernel + ky * columns * s.out_c, s.out_c, line);
    line += s.out_c * b.line;
  }
  for (; b.w.origin < s.out_w; ++b.w.origin) {
    const int left = b.w.origin - s.pad_left;
    const int first = std::max(0, -left), last = std::min(s.kernel_w, s.in_w - left);
    if (last <= first) continue;
    b.write = (last - first) * s.in_c;
    b.w.first_out = left + first;
    slide(b, dy, scratch + first * s.in_c, nullptr, true, false, {dx, s.in_h, s.in_w, s.in_c}, line);
  }
}

std::size_t backward_input_scratch(const Conv2dShape& s) {
  if (spreads(s)) return static_cast<std::size_t>(s.kernel_h) * s.out_c * (spread_line(s) + 1);
  std::size_t most = 0;
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      const Slide b = backward_slide(s, y, x);
      most = std::max(most, static_cast<std::size_t>(b.depth()) * padded_columns(b.write) * s.groups +
                                b.depth() + band_size(band_of(b), s.out_c));
    }
  }
  return most;
}

}  // namespace

std::size_t implicit_scratch(const Conv2dShape& s) {
  const Slide f = forward_slide(s);
  const std::size_t band = band_size(band_of(f), s.in_c);
  const std::size_t padded = static_cast<std::size_t>(padded_columns(f.write)) * s.groups;
  std::size_t most = (f.depth() + 1) * padded + f.depth() + band;
  std::size_t input = backward_input_scratch(s);
  if (s.pad_mode == PadMode::nearest) {
    const Conv2dShape p = with_border_inside(s);
    input = backward_input_scratch(p) + static_cast<std::size_t>(p.in_h) * p.in_w * p.in_c;
  }
  most = std::max(most, input);
  const Band b = whole_band_of(f);
  const std::size_t pixels = static_cast<std::size_t>(b.images) * b.rows * s.out_w;
  return std::max(most, band_size(b, s.in_c) + pixels + kPixelBlock * padded_columns(f.write));
}

void implicit_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch) {
  const Slide f = forward_slide(s);
  const int padded = padded_columns(f.write), depth = f.depth();
  float* packed = scratch;
  float* wide_bias = packed + static_cast<std::size_t>(depth) * padded * s.groups;
  float* rest = wide_bias + padded * s.groups;
  for (int g = 0; g < s.groups; ++g) {
    for_each_panel(f.write, [&](int first, int vectors) {
      const int width = vectors * kLanes, columns = std::min(width, f.write - first);
      const std::size_t at = static_cast<std::size_t>(g) * padded + first;
      pack_panel(depth, columns, width, kernel + g * f.write + first, s.out_c, packed + at * depth);
      if (bias != nullptr) pack_panel(1, columns, width, bias + g * f.write + first, s.out_c, wide_bias + at);
    });
  }
  const Target target{y, s.out_h, s.out_w, s.out_c};
  slide(f, x, packed, bias != nullptr ? wide_bias : nullptr, false, s.rectify, target, rest);
}

void implicit_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                             float* scratch) {
  if (s.pad_mode == PadMode::nearest) {
    const Conv2dShape p = with_border_inside(s);
    float* rest = scratch + static_cast<std::size_t>(p.in_h) * p.in_w * p.in_c;
    for (int n = 0; n < s.batch; ++n) {
      implicit_backward_input(p, dy + static_cast<std::size_t>(n) * s.out_h * s.out_w * s.out_c, kernel, scratch, false,
                              rest);
      float* picture = dx + static_cast<std::size_t>(n) * s.in_h * s.in_w * s.in_c;
      if (!accumulate) std::fill_n(picture, static_cast<std::size_t>(s.in_h) * s.in_w * s.in_c, 0.0f);
      const float* cell = scratch;
      for (int py = 0; py < p.in_h; ++py) {
        for (int px = 0; px < p.in_w; ++px, cell += s.in_c) {
          const int y = std::clamp(py - s.pad_top, 0, s.in_h - 1), x = std::clamp(px - s.pad_left, 0, s.in_w - 1);
          float* to = picture + (static_cast<std::size_t>(y) * s.in_w + x) * s.in_c;
          map(s.in_c, to, true, [](Batch v) { return v; }, cell);
        }
      }
    }
    return;
  }
  if (spreads(s)) {
    if (!accumulate) std::fill_n(dx, static_cast<std::size_t>(s.batch) * s.in_h * s.in_w * s.in_c, 0.0f);
    for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) spread(s, y, dy, kernel, dx, scratch);
    return;
  }
  const Target target{dx, s.in_h, s.in_w, s.in_c};
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      const Slide b = backward_slide(s, y, x);
      const int padded = padded_columns(b.write), depth = b.depth();
      float* rest = scratch + static_cast<std::size_t>(depth) * padded * s.groups;
      for (int g = 0; g < s.groups; ++g) {
        for_each_panel(b.write, [&](int first, int vectors) {
          const int width = vectors * kLanes, columns = std::min(width, b.write - first);
          float* panel = scratch + (static_cast<std::size_t>(g) * padded + first) * depth;
          for (int ty = 0; ty < b.h.taps; ++ty) {
            for (int tx = 0; tx < b.w.taps; ++tx, panel += b.read * width) {
              const int ky = b.h.first_tap + ty * b.h.tap_step, kx = b.w.first_tap + tx * b.w.tap_step;
              const std::size_t line = (static_cast<std::size_t>(ky) * s.kernel_w + kx) * b.write + first;
              pack_panel_transposed(b.read, columns, width, kernel + line * s.out_c + g * b.read, s.out_c, panel);
            }
          }
        });
      }
      slide(b, dy, scratch, nullptr, accumulate, false, target, rest);
    }
  }
}

// ---------------------------------------------------------------- gradient of the kernel

void implicit_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch) {
  const Slide f = forward_slide(s);
  const Band band = whole_band_of(f);
  std::int32_t* offset = table_in(scratch);
  float* copy = scratch + static_cast<std::size_t>(band.images) * band.rows * s.out_w;
  float* even = copy + band_size(band, s.in_c);
  const int padded = padded_columns(f.write);
  const float* end = dy + static_cast<std::size_t>(s.batch) * s.out_h * s.out_w * s.out_c;
  // Rows of the product: the taps and their channels. Taps of one row whose cells touch make one line.
  const bool merged = f.w.step == 1 && s.groups == 1;
  Product product;
  product.offset = offset;
  product.rows = f.h.taps * f.w.taps * f.read;
  product.in_line = merged ? f.w.taps * f.read : f.read;
  product.in_picture = merged ? 1 : f.w.taps;
  product.a_step = 1;
  product.a_line = static_cast<std::ptrdiff_t>(f.w.step) * s.in_c;
  product.c_step = s.out_c;
  product.c_line = static_cast<std::ptrdiff_t>(f.read) * s.out_c;
  product.c_picture = f.w.taps * product.c_line;
  product.columns = f.write;
  product.panel_step = 1;
  product.accumulate = true;
  for_each_band(x, f.h, f.w, band, s.in_c, s.batch, f.mode, copy, [&](int n, int images, int first_row, int rows,
                                                                      const float* cells, std::size_t picture,
                                                                      std::ptrdiff_t row) {
    const float* right = dy + (static_cast<std::size_t>(n) * s.out_h + first_row) * s.out_w * s.out_c;
    const int pixels = find_outputs(f.h, f.w, s.in_c, images, rows, picture, row, offset);
    product.a_picture = f.h.step * row;
    for (int g = 0; g < s.groups; ++g) {
      const float* b = right + g * f.write;
      product.a = cells + g * f.read;
      product.c = dkernel + g * f.write;
      for (int first = 0; first < pixels; first += kPixelBlock) {
        product.depth = std::min(kPixelBlock, pixels - first);
        product.offset = offset + first;
        product.b = b + static_cast<std::ptrdiff_t>(first) * s.out_c;
        product.b_step = s.out_c;
        // A vector that is not full takes in what the next pixels have there; the last ones of all have none.
        if (product.b + static_cast<std::ptrdiff_t>(product.depth - 1) * s.out_c + padded > end) {
          pack_panel(product.depth, f.write, padded, product.b, s.out_c, even);
          product.b = even;
          product.b_step = padded;
        }
        multiply(product);
      }
    }
  });
}

}  // namespace cnn::kernels
