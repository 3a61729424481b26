#include "engine/data/augment.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "engine/kernels/elementwise.h"
#include "engine/kernels/warp.h"

namespace cnn {

namespace {

// ---- the affine map, from a place in the new picture back to one in the old

struct Affine {
  float xx, xy, x0;  // x_old = xx·x + xy·y + x0
  float yx, yy, y0;
};

float spread(double most, Random& random) { return static_cast<float>(most) * (2 * random.uniform() - 1); }

// A whole number between −most and most.
float whole_spread(int most, Random& random) {
  return static_cast<float>(static_cast<int>(random.below(static_cast<std::uint32_t>(2 * most + 1))) - most);
}

// Old → new is: mirror, shear, turn, scale about the centre, then shift and cut out; this is its inverse.
Affine draw_affine(const AugmentOptions& options, const Shape& shape, Random& random) {
  const float shift_x = spread(options.shift, random);
  const float shift_y = spread(options.shift, random);
  const float angle = spread(options.rotate, random) * 0.017453292519943295f;
  const float shrink = 1 / (1 + spread(options.scale, random));
  const float shear = spread(options.shear, random);
  const float cosine = std::cos(angle) * shrink;
  const float sine = std::sin(angle) * shrink;
  Affine a{};
  a.yx = -sine;
  a.yy = cosine;
  a.xx = cosine - shear * a.yx;
  a.xy = sine - shear * a.yy;
  const float centre_x = 0.5f * static_cast<float>(shape.w - 1);
  const float centre_y = 0.5f * static_cast<float>(shape.h - 1);
  a.x0 = centre_x - a.xx * (centre_x + shift_x) - a.xy * (centre_y + shift_y);
  a.y0 = centre_y - a.yx * (centre_x + shift_x) - a.yy * (centre_y + shift_y);
  if (options.flip > 0 && random.uniform() < options.flip) {
    a.xx = -a.xx;
    a.xy = -a.xy;
    a.x0 = 2 * centre_x - a.x0;
  }
  if (options.flip_v > 0 && random.uniform() < options.flip_v) {
    a.yx = -a.yx;
    a.yy = -a.yy;
    a.y0 = 2 * centre_y - a.y0;
  }
  if (options.crop > 0) {
    const float left = whole_spread(options.crop, random);
    const float top = whole_spread(options.crop, random);
    a.x0 += a.xx * left + a.xy * top;
    a.y0 += a.yx * left + a.yy * top;
  }
  return a;
}

// ---- colour, on what the map made

float mean_of(const std::uint8_t* values, std::size_t count) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += values[i];
  return static_cast<float>(sum) / static_cast<float>(count);
}

std::uint8_t to_byte(float value) { return static_cast<std::uint8_t>(std::min(std::max(value, 0.0f), 255.0f) + 0.5f); }

void recolour(const AugmentOptions& options, const Shape& shape, Random& random, std::uint8_t* picture) {
  const std::size_t count = shape.size();
  const auto draw = [&](double most) { return most > 0 ? spread(most, random) : 0.0f; };
  const float gain = 1 + draw(options.contrast);
  // v ← gain·(v − mean) + mean + brightness
  const float offset = (1 - gain) * mean_of(picture, count) + 255 * draw(options.brightness);
  const bool colour = options.saturation > 0 && shape.c == 3;
  const float vivid = colour ? 1 + draw(options.saturation) : 1.0f;
  const float deviation = 255 * static_cast<float>(options.noise);
  for (std::size_t i = 0; i < count; i += shape.c) {
    std::uint8_t* pixel = picture + i;
    // Luma of ITU-R BT.601.
    const float grey = colour ? 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2] : 0.0f;
    for (int c = 0; c < shape.c; ++c) {
      const float value = grey + vivid * (pixel[c] - grey);
      const float noise = deviation > 0 ? deviation * random.normal() : 0.0f;
      pixel[c] = to_byte(gain * value + offset + noise);
    }
  }
}

// The square's centre may lie anywhere in the picture, so that it can reach over the border.
void cut_out(int side, const Shape& shape, Random& random, std::uint8_t* picture) {
  const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(shape.h))) - side / 2;
  const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(shape.w))) - side / 2;
  const int from = std::max(left, 0), to = std::min(left + side, shape.w);
  for (int y = std::max(top, 0); y < std::min(top + side, shape.h); ++y) {
    std::uint8_t* row = picture + (static_cast<std::size_t>(y) * shape.w + from) * shape.c;
    std::memset(row, 0, static_cast<std::size_t>(to - from) * shape.c);
  }
}

}  // namespace

// Seeds of neighbours are to have nothing to do with each other: a step of SplitMix64 (Steele, Lea & Flood 2014).
Random random_changes(int seed, std::uint64_t number) {
  constexpr std::uint64_t kStream = 3;  // see train/trainer_state.h
  std::uint64_t mixed = static_cast<std::uint64_t>(seed) + number * 0x9E3779B97F4A7C15ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  return Random(mixed, kStream);
}

Augmenter::Augmenter(const Shape& shape)
    : shape_(shape),
      framed_(kernels::warp_frame_size(shape)),
      x_(kernels::warp_room(shape.w)),
      y_(kernels::warp_room(shape.w)),
      out_(shape.size()) {}

// The random field of a row of pixels: a coarse grid of uniform displacements, smoothed by cubic B-splines. The weights of a
// B-spline are positive and sum to 1, so no pixel moves further than a node does; its standard deviation is about 0.28 of that.
// Four rows of nodes are kept: all that a row of pixels depends on. Rows come in order from 0.
void Augmenter::add_field(float most, int y, Random& random) {
  const std::size_t count = kernels::spline_nodes(shape_.w);
  const int cell = y / kernels::kSplineStep, phase = y % kernels::kSplineStep;  // row n of the nodes lies at n % 4
  nodes_.resize(2 * 5 * count);
  const auto row = [&](int n) { return nodes_.data() + n % 4 * 2 * count; };
  const auto draw = [&](int n) {
    float* nodes = row(n);
    for (std::size_t i = 0; i < count; ++i) {
      nodes[i] = spread(most, random);
      nodes[count + i] = spread(most, random);
    }
  };
  if (y == 0) {
    for (int n = 0; n < 3; ++n) draw(n);
  }
  if (phase == 0) draw(cell + 3);
  float* line = nodes_.data() + 4 * 2 * count;
  for (int k = 0; k < 4; ++k) {
    kernels::add_scaled(2 * count, kernels::spline_weight(k, phase), row(cell + k), line, k > 0);
  }
  kernels::add_spline(line, shape_.w, x_.data());
  kernels::add_spline(line + count, shape_.w, y_.data());
}

void Augmenter::move(const AugmentOptions& options, const std::uint8_t* image, Random& random) {
  const Affine a = draw_affine(options, shape_, random);
  kernels::warp_frame(shape_, image, framed_.data());
  std::uint8_t* out = out_.data();
  for (int y = 0; y < shape_.h; ++y, out += static_cast<std::size_t>(shape_.w) * shape_.c) {
    kernels::warp_line(a.xx, a.xy * static_cast<float>(y) + a.x0, shape_.w, x_.data());
    kernels::warp_line(a.yx, a.yy * static_cast<float>(y) + a.y0, shape_.w, y_.data());
    if (options.elastic > 0) add_field(static_cast<float>(options.elastic), y, random);
    kernels::warp_row(shape_, framed_.data(), x_.data(), y_.data(), shape_.w, out);
  }
}

const std::uint8_t* Augmenter::change(const AugmentOptions& options, const std::uint8_t* image, Random& random) {
  if (options.moves()) {
    move(options, image, random);
  } else {
    std::memcpy(out_.data(), image, shape_.size());
  }
  if (options.recolours()) recolour(options, shape_, random, out_.data());
  if (options.cutout > 0) cut_out(options.cutout, shape_, random, out_.data());
  return out_.data();
}

}  // namespace cnn
