#include "engine/kernels/correlation.h"

#include <algorithm>
#include <cstring>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

Axis forward_axis(int in, int out, int kernel, int stride, int dilation, int pad) {
  Axis a;
  a.source = in;
  a.origin = -pad;
  a.stride = stride;
  a.taps = kernel;
  a.step = dilation;
  a.count = out;
  return a;
}

Axis backward_axis(int in, int out, int kernel, int stride, int dilation, int pad, int first) {
  Axis a;
  a.source = out;
  a.count = first < in ? (in - first + stride - 1) / stride : 0;
  a.first_out = first;
  a.out_step = stride;
  int lowest = -1, next = -1;
  for (int k = 0; k < kernel; ++k) {
    if ((first + pad - k * dilation) % stride != 0) continue;
    if (lowest < 0) {
      lowest = k;
    } else if (next < 0) {
      next = k;
    }
    ++a.taps;
  }
  if (a.taps == 0) return a;
  const int tap_step = next < 0 ? 1 : next - lowest;
  a.step = next < 0 ? 1 : tap_step * dilation / stride;
  a.first_tap = lowest + (a.taps - 1) * tap_step;  // source cells rise while taps fall
  a.tap_step = -tap_step;
  a.origin = (first + pad - a.first_tap * dilation) / stride;
  return a;
}

Band plan_band(const Axis& h, const Axis& w, int channels, int batch, bool copied) {
  Band band;
  band.copied = copied;
  band.span_w = band.copied ? w.span(w.count) : w.source;
  const std::size_t row = static_cast<std::size_t>(band.span_w) * channels;
  band.rows = h.count;
  const std::size_t whole = std::max<std::size_t>(row * h.span(h.count), 1);
  if (whole <= kBandSize) {
    band.images = static_cast<int>(std::min<std::size_t>(batch, kBandSize / whole));
  } else {
    while (band.rows > 1 && row * h.span(band.rows) > kBandSize) band.rows = (band.rows + 1) / 2;
  }
  band.span_h = h.span(band.rows);
  return band;
}

std::size_t band_size(const Band& band, int channels) {
  // One vector more than the pictures, for kernels that read whole vectors of channels.
  return band.copied ? band.images * band.image_size(channels) + kLanes : 0;
}

void find_taps(const Axis& h, const Axis& w, int channels, int read, std::ptrdiff_t row, std::int32_t* offset) {
  for (int ty = 0; ty < h.taps; ++ty) {
    for (int tx = 0; tx < w.taps; ++tx) {
      for (int i = 0; i < read; ++i) *offset++ = static_cast<std::int32_t>(ty * h.step * row + tx * w.step * channels + i);
    }
  }
}

int find_outputs(const Axis& h, const Axis& w, int channels, int images, int rows, std::size_t picture, std::ptrdiff_t row,
                 std::int32_t* offset) {
  int outputs = 0;
  for (int i = 0; i < images; ++i) {
    for (int r = 0; r < rows; ++r) {
      const std::ptrdiff_t line = i * picture + r * h.stride * row;
      for (int q = 0; q < w.count; ++q) offset[outputs++] = static_cast<std::int32_t>(line + q * w.stride * channels);
    }
  }
  return outputs;
}

void copy_with_border(const float* x, const Axis& h, const Axis& w, int top, const Band& band, int channels,
                      int cell, PadMode mode, float* out) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(band.span_w) * cell;
  const int left = std::min(std::max(-w.origin, 0), band.span_w);
  const int stop = std::max(std::min(w.source - w.origin, band.span_w), left);
  for (int r = 0; r < band.span_h; ++r, out += row) {
    int y = top + r;
    if (mode == PadMode::nearest) y = std::clamp(y, 0, h.source - 1);
    if (y < 0 || y >= h.source) {
      std::memset(out, 0, row * sizeof(float));
      continue;
    }
    const float* line = x + static_cast<std::ptrdiff_t>(y) * w.source * channels;
    if (cell == channels) {
      if (stop > left) {
        map((stop - left) * cell, out + left * cell, false, [](Batch v) { return v; }, line + (left + w.origin) * cell);
      }
    } else {
      const float* from = line + (left + w.origin) * channels;
      for (float* to = out + left * cell; to < out + stop * cell; to += cell, from += channels) {
        for (int c = 0; c < cell; ++c) to[c] = c < channels ? from[c] : 0.0f;
      }
    }
    const auto fill = [&](int first, int last, const float* edge) {
      if (mode == PadMode::zero) {
        std::memset(out + first * cell, 0, (last - first) * cell * sizeof(float));
        return;
      }
      for (int q = first; q < last; ++q) {
        for (int c = 0; c < cell; ++c) out[q * cell + c] = c < channels ? edge[c] : 0.0f;
      }
    };
    fill(0, left, line);
    fill(stop, band.span_w, line + (w.source - 1) * channels);
  }
}

}  // namespace cnn::kernels
