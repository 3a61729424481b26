#include "engine/kernels/warp.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/core/random.h"

namespace cnn {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes random_picture(const Shape& s, Random& random) {
  Bytes picture(static_cast<std::size_t>(s.h) * s.w * s.c);
  for (std::uint8_t& v : picture) v = static_cast<std::uint8_t>(random.below(256));
  return picture;
}

// The definition: every pixel is a tent of height 1 about its place.
double expected(const Shape& s, const Bytes& picture, double x, double y, int c) {
  double sum = 0;
  for (int i = 0; i < s.h; ++i) {
    for (int j = 0; j < s.w; ++j) {
      const double share = std::max(0.0, 1 - std::abs(x - j)) * std::max(0.0, 1 - std::abs(y - i));
      sum += share * picture[(i * s.w + j) * s.c + c];
    }
  }
  return sum;
}

std::vector<float> room(int count, float value) { return std::vector<float>(kernels::warp_room(count), value); }

}  // namespace

TEST_CASE("warp: a row of places is read bilinearly, among zeros", "[kernels]") {
  Random random(3);
  for (const Shape& s : {Shape{28, 28, 1}, Shape{1, 1, 1}, Shape{5, 3, 1}, Shape{7, 9, 3}, Shape{2, 40, 2}}) {
    CAPTURE(s.h, s.w, s.c);
    const Bytes picture = random_picture(s, random);
    Bytes framed(kernels::warp_frame_size(s), 99);
    kernels::warp_frame(s, picture.data(), framed.data());
    for (const int count : {1, 4, 7, 16, 61}) {
      auto x = room(count, std::numeric_limits<float>::quiet_NaN()), y = x;
      for (int i = 0; i < count; ++i) {
        x[i] = (random.uniform() * 1.3f - 0.15f) * static_cast<float>(s.w + 2) - 1.5f;
        y[i] = (random.uniform() * 1.3f - 0.15f) * static_cast<float>(s.h + 2) - 1.5f;
        if (i % 5 == 0) x[i] = std::round(x[i]), y[i] = std::round(y[i]);
      }
      Bytes out(static_cast<std::size_t>(count) * s.c + 1, 77);
      kernels::warp_row(s, framed.data(), x.data(), y.data(), count, out.data());
      for (int i = 0; i < count; ++i) {
        for (int c = 0; c < s.c; ++c) {
          CAPTURE(count, x[i], y[i], c);
          REQUIRE(std::abs(out[i * s.c + c] - expected(s, picture, x[i], y[i], c)) < 0.502);
        }
      }
      REQUIRE(out.back() == 77);
    }
  }
}

TEST_CASE("warp: places far outside and places that are none read 0", "[kernels]") {
  const Shape s{3, 4, 1};
  const Bytes picture(12, 200);
  Bytes framed(kernels::warp_frame_size(s));
  kernels::warp_frame(s, picture.data(), framed.data());
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> places{-1, 4, 1e30f, -1e30f, inf, -inf, std::numeric_limits<float>::quiet_NaN()};
  const int count = static_cast<int>(places.size());
  auto x = room(count, 0), y = room(count, 1);
  std::copy(places.begin(), places.end(), x.begin());
  Bytes out(count, 77);
  kernels::warp_row(s, framed.data(), x.data(), y.data(), count, out.data());
  CHECK(out == Bytes(count, 0));
  kernels::warp_row(s, framed.data(), y.data(), x.data(), count, out.data());
  // Row 4 and column 1: outside as well.
  CHECK(out == Bytes(count, 0));
}

TEST_CASE("warp: lines and splines", "[kernels]") {
  for (const int count : {1, 6, 7, 8, 28, 50}) {
    CAPTURE(count);
    auto x = room(count, 0);
    kernels::warp_line(0.75f, -2.5f, count, x.data());
    for (int i = 0; i < count; ++i) REQUIRE(x[i] == 0.75f * static_cast<float>(i) - 2.5f);
    // A spline goes through values of a line where its nodes lie on it.
    std::vector<float> nodes(kernels::spline_nodes(count));
    for (std::size_t n = 0; n < nodes.size(); ++n) nodes[n] = 3 * (static_cast<float>(n) - 1);
    kernels::add_spline(nodes.data(), count, x.data());
    for (int i = 0; i < count; ++i) {
      const double added = 3.0 * i / kernels::kSplineStep;
      REQUIRE(x[i] == Approx(0.75 * i - 2.5 + added).margin(1e-4));
    }
    // A single node is felt by four steps, and as its weights say.
    std::fill(nodes.begin(), nodes.end(), 0.0f);
    nodes[1] = 1;
    x = room(count, 0);
    kernels::add_spline(nodes.data(), count, x.data());
    for (int i = 0; i < count; ++i) {
      const int step = i / kernels::kSplineStep;
      const float weight = step < 2 ? kernels::spline_weight(1 - step, i % kernels::kSplineStep) : 0;
      REQUIRE(x[i] == Approx(weight));
    }
  }
  for (int phase = 0; phase < kernels::kSplineStep; ++phase) {
    float sum = 0;
    for (int k = 0; k < 4; ++k) sum += kernels::spline_weight(k, phase);
    CHECK(sum == Approx(1));
  }
}

}  // namespace cnn
