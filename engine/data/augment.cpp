#include "engine/data/augment.h"

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

// Old → new is: mirror, shear, turn, scale about the centre, then shift; this is its inverse.
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

}  // namespace

void augment(const AugmentOptions& options, const Shape& shape, const std::uint8_t* image, Random& random,
             std::uint8_t* out) {
  if (options.none()) {
    std::memcpy(out, image, shape.size());
    return;
  }
  const Affine affine = draw_affine(options, shape, random);
  if (options.elastic == 0) {
    warp(affine, shape, image, out);
    return;
  }
  ElasticField field(static_cast<float>(options.elastic), shape.w, random);
  warp_elastic(affine, field, shape, image, out);
}

}  // namespace cnn
