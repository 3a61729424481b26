#include "engine/kernels/warp.h"

#include <algorithm>
#include <cstring>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {

// Of zeros, before the picture and behind it: whoever is outside reads nothing else.
constexpr int kBefore = 1, kBehind = 2;

std::ptrdiff_t framed_row(const Shape& s) { return static_cast<std::ptrdiff_t>(s.w + kBefore + kBehind) * s.c; }

// The places of a step, in whole vectors.
constexpr int kStepRoom = (kSplineStep + kLanes - 1) / kLanes * kLanes;

// What the four nodes around a place weigh in it; places behind the step have weight 0.
struct SplineWeights {
  float of[4][kStepRoom] = {};
  constexpr SplineWeights() {
    for (int i = 0; i < kSplineStep; ++i) {
      const float t = static_cast<float>(i) / kSplineStep, u = 1 - t;
      of[0][i] = u * u * u / 6;
      of[1][i] = (4 - 6 * t * t + 3 * t * t * t) / 6;
      of[2][i] = (4 - 6 * u * u + 3 * u * u * u) / 6;
      of[3][i] = t * t * t / 6;
    }
  }
};
constexpr SplineWeights kSpline;

// Whole numbers below 2^22 lie in the last bits of their sum with 2^23.
constexpr float kWhole = 8388608.0f;
IntBatch to_int(const Batch& whole) {
  return xsimd::bitwise_cast<IntBatch>(whole + Batch(kWhole)) - xsimd::bitwise_cast<IntBatch>(Batch(kWhole));
}

Batch byte(const IntBatch& values, int shift) { return xsimd::to_float((values >> shift) & IntBatch(255)); }

// The four pixels at `p`, one a byte.
template <bool Grey>
std::uint32_t corners(const std::uint8_t* p, std::ptrdiff_t pixel, std::ptrdiff_t row) {
  if (!Grey) return p[0] | p[pixel] << 8 | p[row] << 16 | std::uint32_t(p[row + pixel]) << 24;
  std::uint16_t upper, lower;
  std::memcpy(&upper, p, 2);
  std::memcpy(&lower, p + row, 2);
  return upper | std::uint32_t(lower) << 16;
}

template <bool Grey>
void read_row(const Shape& s, const std::uint8_t* framed, const float* x, const float* y, int count, std::uint8_t* out) {
  const std::ptrdiff_t row = framed_row(s);
  const int channels = Grey ? 1 : s.c;
  for (int i = 0; i < count; i += kLanes) {
    // In the coordinates of the frame. A NaN is taken for its beginning.
    const Batch column = min(max(Batch(0.0f), load(x + i) + Batch(float(kBefore))), Batch(float(s.w + kBefore)));
    const Batch line = min(max(Batch(0.0f), load(y + i) + Batch(float(kBefore))), Batch(float(s.h + kBefore)));
    const Batch left = floor(column), top = floor(line);
    const Batch right_share = column - left, bottom_share = line - top;
    std::int32_t place[kLanes];
    (to_int(top) * IntBatch(static_cast<std::int32_t>(row)) + to_int(left) * IntBatch(channels)).store_unaligned(place);
    const int lanes = std::min(kLanes, count - i);
    for (int c = 0; c < channels; ++c) {
      std::int32_t four[kLanes];
      unroll<kLanes>([&](auto l) {
        four[l] = static_cast<std::int32_t>(corners<Grey>(framed + place[l] + c, channels, row));
      });
      const IntBatch all = IntBatch::load_unaligned(four);
      const Batch a = byte(all, 0), b = byte(all, 8), d = byte(all, 16), e = byte(all, 24);
      const Batch upper = a + (b - a) * right_share, lower = d + (e - d) * right_share;
      std::int32_t bytes[kLanes];
      to_int(upper + (lower - upper) * bottom_share).store_unaligned(bytes);
      if (lanes == kLanes) {
        unroll<kLanes>([&](auto l) { out[l * channels + c] = static_cast<std::uint8_t>(bytes[l]); });
      } else {
        for (int l = 0; l < lanes; ++l) out[l * channels + c] = static_cast<std::uint8_t>(bytes[l]);
      }
    }
    out += kLanes * channels;
  }
}

}  // namespace

std::size_t warp_room(int count) { return static_cast<std::size_t>(count) + kStepRoom; }

std::size_t warp_frame_size(const Shape& s) { return static_cast<std::size_t>(s.h + kBefore + kBehind) * framed_row(s); }

void warp_frame(const Shape& s, const std::uint8_t* picture, std::uint8_t* framed) {
  const std::ptrdiff_t row = framed_row(s), width = static_cast<std::ptrdiff_t>(s.w) * s.c;
  std::memset(framed, 0, warp_frame_size(s));
  framed += kBefore * (row + s.c);
  for (int y = 0; y < s.h; ++y, picture += width, framed += row) std::memcpy(framed, picture, width);
}

void warp_row(const Shape& s, const std::uint8_t* framed, const float* x, const float* y, int count, std::uint8_t* out) {
  (s.c == 1 ? read_row<true> : read_row<false>)(s, framed, x, y, count, out);
}

void warp_line(float slope, float start, int count, float* x) {
  static constexpr float kFirst[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  Batch place = load(kFirst);
  for (int i = 0; i < count; i += kLanes) {
    store(x + i, Batch(slope) * place + Batch(start));
    place = place + Batch(static_cast<float>(kLanes));
  }
}

int spline_nodes(int count) { return (count + kSplineStep - 1) / kSplineStep + 3; }

float spline_weight(int node, int phase) { return kSpline.of[node][phase]; }

void add_spline(const float* nodes, int count, float* x) {
  for (int i = 0; i < count; i += kSplineStep, ++nodes) {
    for (int j = 0; j < kStepRoom; j += kLanes) {
      Batch sum = load(x + i + j);
      unroll<4>([&](auto k) { sum = sum + Batch(nodes[k]) * load(kSpline.of[k] + j); });
      store(x + i + j, sum);
    }
  }
}

}  // namespace cnn::kernels
