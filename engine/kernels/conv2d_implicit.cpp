#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

namespace cnn::kernels {

namespace {

// ---------------------------------------------------------------- sliding a packed kernel

// The picture that is written: pixels `channels` apart.
struct Target {
  float* data = nullptr;
  int h = 0, w = 0, channels = 0;
};

// Walks the outputs of a band in reading order: where each one reads and where it lands.
class Walk {
 public:
  Walk(const float* cells, std::size_t picture, std::ptrdiff_t row, int read_channels, const Axis& h, const Axis& w,
       int rows, float* out, const Target& t)
      : picture_(cells), line_(cells), a_(cells), out_picture_(out), out_line_(out), c_(out), columns_(w.count),
        rows_(rows), left_(w.count), lines_left_(rows), a_step_(static_cast<std::ptrdiff_t>(w.stride) * read_channels),
        line_step_(h.stride * row), picture_step_(picture),
        c_step_(static_cast<std::ptrdiff_t>(w.out_step) * t.channels),
        out_line_step_(static_cast<std::ptrdiff_t>(h.out_step) * t.w * t.channels),
        out_picture_step_(static_cast<std::ptrdiff_t>(t.h) * t.w * t.channels) {}

  void operator()(const float** a, float** c) {
    if (left_ == 0) next_line();
    *a = a_;
    *c = c_;
    a_ += a_step_;
    c_ += c_step_;
    --left_;
  }

 private:
  void next_line() {
    left_ = columns_;
    if (--lines_left_ == 0) {
      lines_left_ = rows_;
      line_ = picture_ += picture_step_;
      out_line_ = out_picture_ += out_picture_step_;
    } else {
      line_ += line_step_;
      out_line_ += out_line_step_;
    }
    a_ = line_;
    c_ = out_line_;
  }

  const float *picture_, *line_, *a_;
  float *out_picture_, *out_line_, *c_;
  int columns_, rows_, left_, lines_left_;
  std::ptrdiff_t a_step_, line_step_, picture_step_, c_step_, out_line_step_, out_picture_step_;
};

// One sliding: `groups` parts of `read` source channels each produce `write` target channels.
struct Slide {
  Axis h, w;
  int batch = 1;
  int groups = 1;
  int read = 0, write = 0;
  PadMode mode = PadMode::zero;

  int depth() const { return h.taps * w.taps * read; }  // inner index of the product
};

// The taps of one row are neighbours in memory when nothing lies between them: one long run instead of many short ones.
InnerRuns runs_of(const Slide& s, std::ptrdiff_t row) {
  const int channels = s.groups * s.read;
  InnerRuns runs;
  runs.outer = s.w.taps == 0 ? 0 : s.h.taps;
  runs.outer_step = s.h.step * row;
  runs.inner = s.w.taps;
  runs.inner_step = static_cast<std::ptrdiff_t>(s.w.step) * channels;
  runs.length = s.read;
  if (s.w.step == 1 && s.groups == 1) {
    runs.length = s.w.taps * s.read;
    runs.inner = 1;
  }
  return runs;
}

Band band_of(const Slide& s) { return plan_band(s.h, s.w, s.groups * s.read, s.batch, false); }

// Panels hold the kernel, group after group; `packed` has depth · padded_columns(write) values per group, `bias` (or
// null) padded_columns(write) per group.
void slide(const Slide& s, const float* source, const float* packed, const float* bias, bool accumulate, const Target& t,
           float* copy) {
  const int channels = s.groups * s.read;
  const int padded = padded_columns(s.write);
  const Band band = band_of(s);
  for_each_band(source, s.h, s.w, band, channels, s.batch, s.mode, copy, [&](int n, int images, int first_row, int rows,
                                                                             const float* cells, std::size_t picture,
                                                                             std::ptrdiff_t row) {
    const InnerRuns runs = runs_of(s, row);
    const std::ptrdiff_t line = static_cast<std::ptrdiff_t>(n) * t.h + s.h.first_out + first_row * s.h.out_step;
    float* out = t.data + (line * t.w + s.w.first_out) * t.channels;
    for (int g = 0; g < s.groups; ++g) {
      for_each_panel(s.write, [&](int first, auto vectors) {
        constexpr int kVectors = decltype(vectors)::value;
        TileEnd end;
        end.columns = std::min(kVectors * kLanes, s.write - first);
        end.accumulate = accumulate;
        if (bias != nullptr) end.bias = bias + g * padded + first;
        const float* panel = packed + (static_cast<std::size_t>(g) * padded + first) * s.depth();
        Walk walk(cells + g * s.read, picture, row, channels, s.h, s.w, rows, out + g * s.write + first, t);
        panel_rows<kVectors>(images * rows * s.w.count, walk, runs, panel, end);
      });
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

std::size_t backward_input_scratch(const Conv2dShape& s) {
  std::size_t most = 0;
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      const Slide b = backward_slide(s, y, x);
      most = std::max(most, static_cast<std::size_t>(b.depth()) * padded_columns(b.write) * s.groups +
                                band_size(band_of(b), s.out_c));
    }
  }
  return most;
}

}  // namespace

std::size_t implicit_scratch(const Conv2dShape& s) {
  const Slide f = forward_slide(s);
  const std::size_t band = band_size(band_of(f), s.in_c);
  const std::size_t padded = static_cast<std::size_t>(padded_columns(f.write)) * s.groups;
  std::size_t most = (f.depth() + 1) * padded + band;
  std::size_t input = backward_input_scratch(s);
  if (s.pad_mode == PadMode::nearest) {
    const Conv2dShape p = with_border_inside(s);
    input = backward_input_scratch(p) + static_cast<std::size_t>(p.in_h) * p.in_w * p.in_c;
  }
  most = std::max(most, input);
  const Band b = band_of(f);
  const std::size_t pixels = static_cast<std::size_t>(b.images) * b.rows * s.out_w;
  return std::max(most, band + pixels * kMaxVectors * kLanes);
}

void implicit_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y,
                      float* scratch) {
  const Slide f = forward_slide(s);
  const int padded = padded_columns(f.write), depth = f.depth();
  float* packed = scratch;
  float* wide_bias = packed + static_cast<std::size_t>(depth) * padded * s.groups;
  float* copy = wide_bias + padded * s.groups;
  for (int g = 0; g < s.groups; ++g) {
    for_each_panel(f.write, [&](int first, auto vectors) {
      constexpr int kWidth = decltype(vectors)::value * kLanes;
      const int columns = std::min(kWidth, f.write - first);
      const std::size_t at = static_cast<std::size_t>(g) * padded + first;
      pack_panel(depth, columns, kWidth, kernel + g * f.write + first, s.out_c, packed + at * depth);
      if (bias != nullptr) pack_panel(1, columns, kWidth, bias + g * f.write + first, s.out_c, wide_bias + at);
    });
  }
  const Target target{y, s.out_h, s.out_w, s.out_c};
  slide(f, x, packed, bias != nullptr ? wide_bias : nullptr, false, target, copy);
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
  const Target target{dx, s.in_h, s.in_w, s.in_c};
  for (int y = 0; y < std::min(s.stride_h, s.in_h); ++y) {
    for (int x = 0; x < std::min(s.stride_w, s.in_w); ++x) {
      const Slide b = backward_slide(s, y, x);
      const int padded = padded_columns(b.write), depth = b.depth();
      float* copy = scratch + static_cast<std::size_t>(depth) * padded * s.groups;
      for (int g = 0; g < s.groups; ++g) {
        for_each_panel(b.write, [&](int first, auto vectors) {
          constexpr int kWidth = decltype(vectors)::value * kLanes;
          const int columns = std::min(kWidth, b.write - first);
          float* panel = scratch + (static_cast<std::size_t>(g) * padded + first) * depth;
          for (int ty = 0; ty < b.h.taps; ++ty) {
            for (int tx = 0; tx < b.w.taps; ++tx, panel += b.read * kWidth) {
              const int ky = b.h.first_tap + ty * b.h.tap_step, kx = b.w.first_tap + tx * b.w.tap_step;
              const std::size_t line = (static_cast<std::size_t>(ky) * s.kernel_w + kx) * b.write + first;
              pack_panel_transposed(b.read, columns, kWidth, kernel + line * s.out_c + g * b.read, s.out_c, panel);
            }
          }
        });
      }
      slide(b, dy, scratch, nullptr, accumulate, target, copy);
    }
  }
}

// ---------------------------------------------------------------- gradient of the kernel

void implicit_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch) {
  const Slide f = forward_slide(s);
  const Band band = band_of(f);
  float* narrow = scratch + band_size(band, s.in_c);
  const bool merged = f.w.step == 1 && s.groups == 1;
  const int runs = merged ? 1 : f.w.taps;
  const int lines = merged ? f.w.taps * f.read : f.read;
  for_each_band(x, f.h, f.w, band, s.in_c, s.batch, f.mode, scratch, [&](int n, int images, int first_row, int rows,
                                                                         const float* cells, std::size_t picture,
                                                                         std::ptrdiff_t row) {
    const float* right = dy + (static_cast<std::size_t>(n) * s.out_h + first_row) * s.out_w * s.out_c;
    InnerSteps steps;
    steps.outer = images;
    steps.outer_step = picture;
    steps.inner = rows;
    steps.inner_step = f.h.stride * row;
    steps.length = s.out_w;
    steps.a_step = static_cast<std::ptrdiff_t>(f.w.stride) * s.in_c;
    for (int g = 0; g < s.groups; ++g) {
      for_each_panel(f.write, [&](int first, auto vectors) {
        constexpr int kVectors = decltype(vectors)::value;
        constexpr int kWidth = kVectors * kLanes;
        const int column = g * f.write + first;
        TileEnd end;
        end.columns = std::min(kWidth, f.write - first);
        end.accumulate = true;
        const float* b = right + column;
        steps.b_step = s.out_c;
        if (end.columns < kWidth) {
          pack_panel(images * rows * s.out_w, end.columns, kWidth, b, s.out_c, narrow);
          b = narrow;
          steps.b_step = kWidth;
        }
        for (int ky = 0; ky < f.h.taps; ++ky) {
          for (int kx = 0; kx < runs; ++kx) {
            const float* a = cells + ky * f.h.step * row + kx * f.w.step * s.in_c + g * f.read;
            float* c = dkernel + (static_cast<std::size_t>(ky) * f.w.taps + kx) * f.read * s.out_c + column;
            panel_columns<kVectors>(lines, a, steps, b, c, s.out_c, end);
          }
        }
      });
    }
  });
}

}  // namespace cnn::kernels
