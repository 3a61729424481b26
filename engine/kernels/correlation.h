#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/kernels/conv2d.h"

// What the forward pass and the gradient with respect to the input have in common: both slide taps over a picture with a
// border. The forward pass slides the kernel over x. The gradient slides the turned kernel over dy; with a stride, the
// pixels of dx fall into stride_h·stride_w interleaved grids, each reached by its own subset of the taps, and each grid
// is such a sliding by itself (no zeros are inserted and none multiplied).

namespace cnn::kernels {

// One axis of a sliding: output j reads source cells origin + j·stride + t·step for t in [0, taps), and lands in cell
// first_out + j·out_step of the target. Tap t is tap first_tap + t·tap_step of the kernel.
struct Axis {
  int source = 0;  // cells of the source picture
  int origin = 0;
  int stride = 1;
  int taps = 0;
  int step = 1;
  int count = 0;  // outputs
  int first_out = 0;
  int out_step = 1;
  int first_tap = 0;
  int tap_step = 1;

  // Source cells that `outputs` neighbouring outputs span, the border included.
  int span(int outputs) const { return outputs <= 0 || taps <= 0 ? 0 : (outputs - 1) * stride + (taps - 1) * step + 1; }
  bool needs_border() const { return origin < 0 || origin + span(count) > source; }
};

Axis forward_axis(int in, int out, int kernel, int stride, int dilation, int pad);

// The grid of dx cells first, first + stride, …: i + pad = o·stride + k·dilation selects the taps k with
// k·dilation ≡ first + pad (mod stride); they are evenly spaced.
Axis backward_axis(int in, int out, int kernel, int stride, int dilation, int pad, int first);

// A picture (or a few) with its border, as much of it as fits the cache at a time.
struct Band {
  int images = 1;  // whole pictures per band, or
  int rows = 0;    // output rows of one picture per band
  int span_h = 0, span_w = 0;  // source cells per picture of the band
  bool copied = false;

  std::size_t image_size(int channels) const { return static_cast<std::size_t>(span_h) * span_w * channels; }
};

// Values of one band: with the panel of the other operand it should fit the second-level cache.
constexpr std::size_t kBandSize = 24 * 1024;

// `copied`: with the border, for whoever reads it.
Band plan_band(const Axis& h, const Axis& w, int channels, int batch, bool copied);

std::size_t band_size(const Band& band, int channels);

// A table of offsets may lie in scratch memory.
inline std::int32_t* table_in(float* scratch) { return reinterpret_cast<std::int32_t*>(scratch); }

// Where `read` channels of each tap lie, seen from an output's first, in cells of `channels` and lines `row` apart.
void find_taps(const Axis& h, const Axis& w, int channels, int read, std::ptrdiff_t row, std::int32_t* offset);

// Where each output of a band finds its first tap, seen from output (0, 0); returns how many there are.
int find_outputs(const Axis& h, const Axis& w, int channels, int images, int rows, std::size_t picture, std::ptrdiff_t row,
                 std::int32_t* offset);

// Copies source rows [top, top + span_h) of one picture, with border, to `out`, where a cell has `cell` ≥ channels values;
// the others are 0.
void copy_with_border(const float* x, const Axis& h, const Axis& w, int top, const Band& band, int channels,
                      int cell, PadMode mode, float* out);

// Calls f(first picture, pictures, first output row, output rows, cells, picture step, row step) for every band, where
// `cells` is where output (0, 0) of the band finds its first tap.
template <class F>
void for_each_band(const float* x, const Axis& h, const Axis& w, const Band& band, int channels, int batch, PadMode mode,
                   float* copy, F f) {
  const std::size_t picture = static_cast<std::size_t>(h.source) * w.source * channels;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(band.span_w) * channels;
  for (int n = 0; n < batch; n += band.images) {
    const int images = std::min(band.images, batch - n);
    for (int first = 0; first < h.count; first += band.rows) {
      const int rows = std::min(band.rows, h.count - first);
      const int top = h.origin + first * h.stride;
      if (!band.copied) {
        f(n, images, first, rows, x + n * picture + top * row + w.origin * channels, picture, row);
        continue;
      }
      Band part = band;
      part.span_h = h.span(rows);
      for (int i = 0; i < images; ++i) {
        copy_with_border(x + (n + i) * picture, h, w, top, part, channels, channels, mode, copy + i * part.image_size(channels));
      }
      f(n, images, first, rows, static_cast<const float*>(copy), part.image_size(channels), row);
    }
  }
}

}  // namespace cnn::kernels
