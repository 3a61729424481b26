#include "engine/data/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace cnn {

namespace {

// ---- the random field: a coarse grid of uniform displacements, smoothed by cubic B-splines. The weights of a B-spline are
// positive and sum to 1, so no pixel moves further than a node does; its standard deviation is about 0.28 of that.

constexpr int kGrid = 7;       // pixels between nodes
constexpr int kMostNodes = 4096 / kGrid + 4;

using SplineWeights = std::array<std::array<float, 4>, kGrid>;

SplineWeights spline_weights() {
  SplineWeights weights{};
  for (int phase = 0; phase < kGrid; ++phase) {
    const float t = static_cast<float>(phase) / kGrid;
    const float u = 1 - t;
    weights[phase] = {u * u * u / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * u * u + 3 * u * u * u) / 6,
                      t * t * t / 6};
  }
  return weights;
}

int nodes_over(int extent) { return (extent + kGrid - 1) / kGrid + 3; }

struct Displacement {
  float x, y;
};

// Keeps four rows of nodes: all that a row of pixels depends on, so that pictures of any height need no memory.
class ElasticField {
 public:
  ElasticField(float amplitude, int width, Random& random)
      : amplitude_(amplitude), count_(nodes_over(width)), random_(random), weights_(spline_weights()) {
    for (auto& row : rows_) fill(row);
  }

  // Rows come in order from 0.
  void enter_row(int y) {
    const int cell = y / kGrid;  // its first row of nodes; row n lies in rows_[n % 4]
    if (y > 0 && y % kGrid == 0) fill(rows_[(cell + 3) % 4]);
    const std::array<float, 4>& w = weights_[y % kGrid];
    const Displacement* a = rows_[cell % 4];
    const Displacement* b = rows_[(cell + 1) % 4];
    const Displacement* c = rows_[(cell + 2) % 4];
    const Displacement* d = rows_[(cell + 3) % 4];
    for (int i = 0; i < count_; ++i) {
      line_[i].x = w[0] * a[i].x + w[1] * b[i].x + w[2] * c[i].x + w[3] * d[i].x;
      line_[i].y = w[0] * a[i].y + w[1] * b[i].y + w[2] * c[i].y + w[3] * d[i].y;
    }
  }

  Displacement at(int cell, int phase) const {
    const std::array<float, 4>& w = weights_[phase];
    const Displacement* n = line_ + cell;
    return {w[0] * n[0].x + w[1] * n[1].x + w[2] * n[2].x + w[3] * n[3].x,
            w[0] * n[0].y + w[1] * n[1].y + w[2] * n[2].y + w[3] * n[3].y};
  }

 private:
  void fill(Displacement* row) {
    for (int i = 0; i < count_; ++i) {
      row[i].x = amplitude_ * (2 * random_.uniform() - 1);
      row[i].y = amplitude_ * (2 * random_.uniform() - 1);
    }
  }

  float amplitude_;
  int count_;
  Random& random_;
  SplineWeights weights_;
  Displacement rows_[4][kMostNodes];
  Displacement line_[kMostNodes];
};

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

// ---- bilinear reading; outside the picture everything is 0

class Reader {
 public:
  Reader(const Shape& shape, const std::uint8_t* image)
      : image_(image),
        h_(shape.h),
        w_(shape.w),
        c_(shape.c),
        row_(static_cast<std::ptrdiff_t>(shape.w) * shape.c),
        last_x_(static_cast<float>(shape.w)),
        last_y_(static_cast<float>(shape.h)) {}

  // All channels at (x, y).
  void read(float x, float y, std::uint8_t* out) const {
    if (!(x > -1 && x < last_x_ && y > -1 && y < last_y_)) {
      for (int c = 0; c < c_; ++c) out[c] = 0;
      return;
    }
    // Both are above −1: shifting by 1 makes truncation the floor.
    const int left = static_cast<int>(x + 1) - 1;
    const int top = static_cast<int>(y + 1) - 1;
    const float right_share = x - static_cast<float>(left);
    const float bottom_share = y - static_cast<float>(top);
    const std::uint8_t* corner = image_ + top * row_ + static_cast<std::ptrdiff_t>(left) * c_;
    const bool inside = left >= 0 && top >= 0 && left < w_ - 1 && top < h_ - 1;
    for (int c = 0; c < c_; ++c, ++corner) {
      float a, b, d, e;
      if (inside) {
        a = corner[0];
        b = corner[c_];
        d = corner[row_];
        e = corner[row_ + c_];
      } else {
        const bool has_left = left >= 0, has_right = left < w_ - 1;
        const bool has_top = top >= 0, has_bottom = top < h_ - 1;
        a = has_top && has_left ? corner[0] : 0;
        b = has_top && has_right ? corner[c_] : 0;
        d = has_bottom && has_left ? corner[row_] : 0;
        e = has_bottom && has_right ? corner[row_ + c_] : 0;
      }
      const float upper = a + (b - a) * right_share;
      const float lower = d + (e - d) * right_share;
      out[c] = static_cast<std::uint8_t>(upper + (lower - upper) * bottom_share + 0.5f);
    }
  }

 private:
  const std::uint8_t* image_;
  int h_, w_, c_;
  std::ptrdiff_t row_;
  float last_x_, last_y_;
};

void warp(const Affine& a, const Shape& shape, const std::uint8_t* image, std::uint8_t* out) {
  const Reader reader(shape, image);
  for (int y = 0; y < shape.h; ++y) {
    const float x0 = a.xy * static_cast<float>(y) + a.x0;
    const float y0 = a.yy * static_cast<float>(y) + a.y0;
    for (int x = 0; x < shape.w; ++x, out += shape.c) {
      reader.read(a.xx * static_cast<float>(x) + x0, a.yx * static_cast<float>(x) + y0, out);
    }
  }
}

void warp_elastic(const Affine& a, ElasticField& field, const Shape& shape, const std::uint8_t* image, std::uint8_t* out) {
  const Reader reader(shape, image);
  for (int y = 0; y < shape.h; ++y) {
    field.enter_row(y);
    const float x0 = a.xy * static_cast<float>(y) + a.x0;
    const float y0 = a.yy * static_cast<float>(y) + a.y0;
    int cell = 0, phase = 0;
    for (int x = 0; x < shape.w; ++x, out += shape.c) {
      const Displacement d = field.at(cell, phase);
      reader.read(a.xx * static_cast<float>(x) + x0 + d.x, a.yx * static_cast<float>(x) + y0 + d.y, out);
      if (++phase < kGrid) continue;
      phase = 0;
      ++cell;
    }
  }
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

void move(const AugmentOptions& options, const Shape& shape, const std::uint8_t* image, Random& random, std::uint8_t* out) {
  const Affine affine = draw_affine(options, shape, random);
  if (options.elastic == 0) {
    warp(affine, shape, image, out);
    return;
  }
  ElasticField field(static_cast<float>(options.elastic), shape.w, random);
  warp_elastic(affine, field, shape, image, out);
}

}  // namespace

void augment(const AugmentOptions& options, const Shape& shape, const std::uint8_t* image, Random& random,
             std::uint8_t* out) {
  if (options.moves()) {
    move(options, shape, image, random, out);
  } else {
    std::memcpy(out, image, shape.size());
  }
  if (options.recolours()) recolour(options, shape, random, out);
  if (options.cutout > 0) cut_out(options.cutout, shape, random, out);
}

}  // namespace cnn
