#include <algorithm>
#include <cmath>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/micro_kernel.h"

// Convolution by the fast Fourier transform (Mathieu, Henaff & LeCun 2014, "Fast training of convolutional networks through
// FFTs"): the spectrum of a correlation is the product of the spectrum of the picture with the conjugate one of the kernel.
// The picture is cut into overlapping tiles of n×n cells, of which n−k+1 squared come out right (overlap-save); at every
// frequency the tiles make a product of complex matrices. The gradient of the kernel is the correlation of the picture
// with the gradient of the result.

namespace cnn::kernels {

namespace {

constexpr int kLargest = 128;  // cells of the side of a tile

// Kernels up to half a tile: most of a tile is result.
int tile_side(const Conv2dShape& s) {
  int n = 8;
  while (n < 2 * std::max(s.kernel_h, s.kernel_w)) n *= 2;
  return n;
}

// One pass: tiles, frequencies and the parts of its scratch memory.
struct Fft {
  Axis h, w;
  PadMode mode;
  int batch, read, write, kernel_h, kernel_w, n;

  int step_h() const { return n - kernel_h + 1; }
  int step_w() const { return n - kernel_w + 1; }
  int down() const { return (h.count + step_h() - 1) / step_h(); }
  int across() const { return (w.count + step_w() - 1) / step_w(); }
  int tiles() const { return batch * down() * across(); }
  int together() const { return std::min(tiles(), 16); }
  int source_channels() const { return padded_columns(read); }
  int target_channels() const { return padded_columns(write); }
  int frequencies() const { return n * (n / 2 + 1); }  // a real picture has no others of its own

  std::size_t source_matrix() const { return std::size_t(together()) * 2 * source_channels(); }
  std::size_t target_matrix() const { return std::size_t(together()) * 4 * target_channels(); }
  std::size_t kernel_matrix() const { return std::size_t(source_channels()) * 4 * target_channels(); }
  std::size_t cells() const { return std::size_t(n) * n * std::max(source_channels(), target_channels()); }
  std::size_t scratch() const {
    return frequencies() * (source_matrix() + target_matrix() + kernel_matrix()) + cells() + 2 * n * n * kLanes +
           target_channels() + 2 * std::max(together(), source_channels());
  }
};

struct Parts {
  float *kernel, *source, *target, *cells, *work, *bias;
  std::int32_t* offset;

  Parts(const Fft& g, float* memory)
      : kernel(memory),
        source(kernel + g.frequencies() * g.kernel_matrix()),
        target(source + g.frequencies() * g.source_matrix()),
        cells(target + g.frequencies() * g.target_matrix()),
        work(cells + g.cells()),
        bias(work + 2 * g.n * g.n * kLanes),
        offset(reinterpret_cast<std::int32_t*>(bias + g.target_channels())) {}
};

// Radix-2 transforms of vectors of channels, in place.
class Transform {
 public:
  explicit Transform(int n) : n_(n) {
    for (int k = 0; k < n / 2; ++k) {
      const double angle = 2 * 3.14159265358979323846 * k / n;
      cos_[k] = static_cast<float>(std::cos(angle));
      sin_[k] = static_cast<float>(std::sin(angle));
    }
  }

  // n values, `step` vectors apart. `direction`: −1 forward, 1 back (without the division by n).
  void line(float* re, float* im, int step, float direction) const {
    const std::ptrdiff_t apart = static_cast<std::ptrdiff_t>(step) * kLanes;
    for (int i = 1, j = 0; i < n_; ++i) {
      int bit = n_ / 2;
      for (; (j & bit) != 0; bit /= 2) j ^= bit;
      j |= bit;
      if (i >= j) continue;
      swap(re + i * apart, re + j * apart);
      swap(im + i * apart, im + j * apart);
    }
    for (int half = 1; half < n_; half *= 2) {
      for (int k = 0; k < half; ++k) {
        const Batch c(cos_[k * (n_ / 2 / half)]), s(direction * sin_[k * (n_ / 2 / half)]);
        for (int i = k; i < n_; i += 2 * half) {
          float *re0 = re + i * apart, *im0 = im + i * apart, *re1 = re0 + half * apart, *im1 = im0 + half * apart;
          const Batch r = load(re1), m = load(im1), x = load(re0), y = load(im0);
          const Batch turned_r = r * c - m * s, turned_m = r * s + m * c;
          store(re0, x + turned_r);
          store(im0, y + turned_m);
          store(re1, x - turned_r);
          store(im1, y - turned_m);
        }
      }
    }
  }

  // A picture of n×n vectors in `work` (all its imaginary part behind the real one) to the columns [0, n/2] of its spectrum.
  void forward(float* work) const {
    float* im = work + n_ * n_ * kLanes;
    std::fill_n(im, n_ * n_ * kLanes, 0.0f);
    for (int r = 0; r < n_; ++r) line(work + r * n_ * kLanes, im + r * n_ * kLanes, 1, -1.0f);
    for (int q = 0; q <= n_ / 2; ++q) line(work + q * kLanes, im + q * kLanes, n_, -1.0f);
  }

  // Back, to the real part. The columns beyond n/2 are conjugates of the others.
  void back(float* work) const {
    float* im = work + n_ * n_ * kLanes;
    for (int q = 0; q <= n_ / 2; ++q) line(work + q * kLanes, im + q * kLanes, n_, 1.0f);
    for (int r = 0; r < n_; ++r) {
      float *re_row = work + r * n_ * kLanes, *im_row = im + r * n_ * kLanes;
      for (int q = n_ / 2 + 1; q < n_; ++q) {
        store(re_row + q * kLanes, load(re_row + (n_ - q) * kLanes));
        store(im_row + q * kLanes, Batch(0.0f) - load(im_row + (n_ - q) * kLanes));
      }
      line(re_row, im_row, 1, 1.0f);
    }
  }

 private:
  static void swap(float* a, float* b) {
    const Batch v = load(a);
    store(a, load(b));
    store(b, v);
  }

  int n_;
  float cos_[kLargest / 2], sin_[kLargest / 2];
};

// The spectra of n×n cells of `channels` to line `line` of the matrices at `out`, one a frequency: [re | im], or for the
// operand that is conjugated the two lines [re | −im] and [im | re], which make the real product of matrices complex.
void transform_cells(const Fft& g, const Transform& transform, const float* cells, int channels, bool conjugated, int line,
                     std::size_t matrix, float* work, float* out) {
  const int points = g.n * g.n;
  for (int c = 0; c < channels; c += kLanes) {
    for (int p = 0; p < points; ++p) store(work + p * kLanes, load(cells + static_cast<std::ptrdiff_t>(p) * channels + c));
    transform.forward(work);
    float* at = out + static_cast<std::ptrdiff_t>(line) * (conjugated ? 4 : 2) * channels + c;
    for (int r = 0; r < g.n; ++r) {
      for (int q = 0; q <= g.n / 2; ++q, at += matrix) {
        const Batch re = load(work + (r * g.n + q) * kLanes), im = load(work + (points + r * g.n + q) * kLanes);
        store(at, re);
        store(at + channels, conjugated ? Batch(0.0f) - im : im);
        if (!conjugated) continue;
        store(at + 2 * channels, im);
        store(at + 3 * channels, re);
      }
    }
  }
}

// Vector c of line `line` of the products [re | im] back to n×n cells in `work`.
void transform_back(const Fft& g, const Transform& transform, const float* products, int c, std::size_t matrix,
                    float* work) {
  const float* at = products + c;
  const Batch share(1.0f / static_cast<float>(g.n * g.n));
  for (int r = 0; r < g.n; ++r) {
    for (int q = 0; q <= g.n / 2; ++q, at += matrix) {
      store(work + (r * g.n + q) * kLanes, load(at) * share);
      store(work + (g.n * g.n + r * g.n + q) * kLanes, load(at + g.target_channels()) * share);
    }
  }
  transform.back(work);
}

// Tile t of a picture: n×n cells (or less where only `side_h`×`side_w` count, then zeros) to line `line`.
void transform_tile(const Fft& g, const Transform& transform, const float* x, const Axis& h, const Axis& w, PadMode mode,
                    int channels, int side_h, int side_w, int t, bool conjugated, int line, std::size_t matrix,
                    const Parts& parts, float* out) {
  const int cell = padded_columns(channels), at = t % (g.down() * g.across());
  const float* picture = x + static_cast<std::size_t>(t / (g.down() * g.across())) * h.source * w.source * channels;
  Axis across = w;
  across.origin += at % g.across() * g.step_w();
  Band band;
  band.span_w = side_w;
  band.span_h = 1;
  std::fill_n(parts.cells, static_cast<std::size_t>(g.n) * g.n * cell, 0.0f);
  for (int r = 0; r < side_h; ++r) {
    copy_with_border(picture, h, across, h.origin + at / g.across() * g.step_h() + r, band, channels, cell, mode,
                     parts.cells + static_cast<std::ptrdiff_t>(r) * g.n * cell);
  }
  transform_cells(g, transform, parts.cells, cell, conjugated, line, matrix, parts.work, out);
}

void correlate(const Fft& g, const float* source, const float* kernel, bool turned, std::ptrdiff_t in_step,
               std::ptrdiff_t out_step, const float* bias, bool accumulate, float* target, float* memory) {
  const Parts parts(g, memory);
  const Transform transform(g.n);
  const int cell = g.target_channels(), taps = g.kernel_h * g.kernel_w;
  for (int i = 0; i < g.source_channels(); ++i) {
    std::fill_n(parts.cells, static_cast<std::size_t>(g.n) * g.n * cell, 0.0f);
    for (int t = 0; t < taps && i < g.read; ++t) {
      const float* at = kernel + static_cast<std::ptrdiff_t>(turned ? taps - 1 - t : t) * g.read * g.write + i * in_step;
      float* to = parts.cells + (t / g.kernel_w * g.n + t % g.kernel_w) * cell;
      for (int o = 0; o < g.write; ++o) to[o] = at[o * out_step];
    }
    transform_cells(g, transform, parts.cells, cell, true, i, g.kernel_matrix(), parts.work, parts.kernel);
  }
  // The left operand has [re | im] of all channels, the kernel two lines a channel: the inner index runs over both.
  for (int i = 0; i < g.source_channels(); ++i) {
    parts.offset[2 * i] = i;
    parts.offset[2 * i + 1] = g.source_channels() + i;
  }
  if (bias != nullptr) pack_panel(1, g.write, cell, bias, 0, parts.bias);
  Product product;
  product.depth = 2 * g.source_channels();
  product.offset = parts.offset;
  product.a_step = 2 * g.source_channels();
  product.c_step = 4 * cell;
  product.columns = product.b_step = 2 * cell;
  product.panel_step = 1;
  for (int first = 0; first < g.tiles(); first += g.together()) {
    product.rows = std::min(g.together(), g.tiles() - first);
    for (int i = 0; i < product.rows; ++i) {
      transform_tile(g, transform, source, g.h, g.w, g.mode, g.read, g.n, g.n, first + i, false, i, g.source_matrix(), parts,
                     parts.source);
    }
    for (int f = 0; f < g.frequencies(); ++f) {
      product.a = parts.source + f * g.source_matrix();
      product.b = parts.kernel + f * g.kernel_matrix();
      product.c = parts.target + f * g.target_matrix();
      multiply(product);
    }
    for (int i = 0; i < product.rows; ++i) {
      const int t = first + i, at = t % (g.down() * g.across());
      const int y = at / g.across() * g.step_h(), x = at % g.across() * g.step_w();
      float* picture = target + static_cast<std::size_t>(t / (g.down() * g.across())) * g.h.count * g.w.count * g.write;
      for (int c = 0; c < g.write; c += kLanes) {
        transform_back(g, transform, parts.target + static_cast<std::ptrdiff_t>(i) * 4 * cell, c, g.target_matrix(),
                       parts.work);
        const int lanes = std::min(kLanes, g.write - c);
        const Batch start = bias != nullptr ? load(parts.bias + c) : Batch(0.0f);
        for (int r = 0; r < std::min(g.step_h(), g.h.count - y); ++r) {
          for (int q = 0; q < std::min(g.step_w(), g.w.count - x); ++q) {
            float* to = picture + (static_cast<std::ptrdiff_t>(y + r) * g.w.count + x + q) * g.write + c;
            const Batch value = load(parts.work + (r * g.n + q) * kLanes) + start;
            store_upto(to, accumulate ? value + load_upto(to, lanes) : value, lanes);
          }
        }
      }
    }
  }
}

Fft forward_pass(const Conv2dShape& s) {
  return {forward_axis(s.in_h, s.out_h, s.kernel_h, 1, 1, s.pad_top),
          forward_axis(s.in_w, s.out_w, s.kernel_w, 1, 1, s.pad_left),
          s.pad_mode, s.batch, s.in_c, s.out_c, s.kernel_h, s.kernel_w, tile_side(s)};
}

Fft backward_pass(const Conv2dShape& s) {
  return {backward_axis(s.in_h, s.out_h, s.kernel_h, 1, 1, s.pad_top, 0),
          backward_axis(s.in_w, s.out_w, s.kernel_w, 1, 1, s.pad_left, 0),
          PadMode::zero, s.batch, s.out_c, s.in_c, s.kernel_h, s.kernel_w, tile_side(s)};
}

}  // namespace

bool fft_fits(const Conv2dShape& s) {
  return tile_side(s) <= kLargest && s.stride_h == 1 && s.stride_w == 1 && s.dilation_h == 1 && s.dilation_w == 1 &&
         s.groups == 1;
}

std::size_t fft_scratch(const Conv2dShape& s) { return std::max(forward_pass(s).scratch(), backward_pass(s).scratch()); }

void fft_forward(const Conv2dShape& s, const float* x, const float* kernel, const float* bias, float* y, float* scratch) {
  correlate(forward_pass(s), x, kernel, false, s.out_c, 1, bias, false, y, scratch);
}

void fft_backward_input(const Conv2dShape& s, const float* dy, const float* kernel, float* dx, bool accumulate,
                        float* scratch) {
  correlate(backward_pass(s), dy, kernel, true, 1, s.out_c, nullptr, accumulate, dx, scratch);
}

void fft_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* scratch) {
  const Fft g = forward_pass(s);
  const Parts parts(g, scratch);
  const Transform transform(g.n);
  const int cell = g.source_channels(), target_cell = g.target_channels();
  const Axis dy_h = forward_axis(s.out_h, s.out_h, 1, 1, 1, 0), dy_w = forward_axis(s.out_w, s.out_w, 1, 1, 1, 0);
  // Every tile has two lines: [re | im] of the picture's channels one after the other, the two of the gradient below.
  for (int i = 0; i < g.together(); ++i) {
    parts.offset[2 * i] = i * 2 * cell;
    parts.offset[2 * i + 1] = i * 2 * cell + cell;
  }
  Product product;
  product.offset = parts.offset;
  product.rows = g.read;
  product.a_step = product.panel_step = 1;
  product.c_step = 4 * target_cell;
  product.columns = product.b_step = 2 * target_cell;
  for (int first = 0; first < g.tiles(); first += g.together()) {
    const int count = std::min(g.together(), g.tiles() - first);
    for (int i = 0; i < count; ++i) {
      transform_tile(g, transform, x, g.h, g.w, g.mode, g.read, g.n, g.n, first + i, false, i, g.source_matrix(), parts,
                     parts.source);
      transform_tile(g, transform, dy, dy_h, dy_w, PadMode::zero, g.write, g.step_h(), g.step_w(), first + i, true, i,
                     g.target_matrix(), parts, parts.target);
    }
    product.depth = 2 * count;
    product.accumulate = first > 0;
    for (int f = 0; f < g.frequencies(); ++f) {
      product.a = parts.source + f * g.source_matrix();
      product.b = parts.target + f * g.target_matrix();
      product.c = parts.kernel + f * g.kernel_matrix();
      multiply(product);
    }
  }
  for (int i = 0; i < g.read; ++i) {
    for (int c = 0; c < g.write; c += kLanes) {
      transform_back(g, transform, parts.kernel + static_cast<std::ptrdiff_t>(i) * 4 * target_cell, c, g.kernel_matrix(),
                     parts.work);
      const int lanes = std::min(kLanes, g.write - c);
      for (int t = 0; t < g.kernel_h * g.kernel_w; ++t) {
        float* to = dkernel + (static_cast<std::size_t>(t) * s.in_c + i) * s.out_c + c;
        const Batch tap = load(parts.work + (t / g.kernel_w * g.n + t % g.kernel_w) * kLanes);
        store_upto(to, load_upto(to, lanes) + tap, lanes);
      }
    }
  }
}

}  // namespace cnn::kernels
