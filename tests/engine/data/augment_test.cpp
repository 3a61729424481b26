#include "engine/data/augment.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <vector>

using namespace cnn;

namespace {

using Picture = std::vector<std::uint8_t>;

const Shape kShape{28, 28, 1};

// A disc of `radius` about (x, y), soft at its edge so that its centre of mass is well defined.
Picture disc(double x, double y, double radius, const Shape& shape = kShape) {
  Picture picture(shape.size());
  for (int i = 0; i < shape.h; ++i) {
    for (int j = 0; j < shape.w; ++j) {
      const double away = std::hypot(i - y, j - x);
      const double ink = std::clamp(radius + 0.5 - away, 0.0, 1.0);
      for (int c = 0; c < shape.c; ++c) picture[(i * shape.w + j) * shape.c + c] = static_cast<std::uint8_t>(255 * ink);
    }
  }
  return picture;
}

Picture changed(const AugmentOptions& options, const Picture& picture, Random& random, const Shape& shape = kShape) {
  Augmenter augmenter(shape);
  const std::uint8_t* out = augmenter.change(options, picture.data(), random);
  return Picture(out, out + shape.size());
}

struct Mass {
  double total, x, y;
};

Mass mass(const Picture& picture) {
  Mass m{0, 0, 0};
  for (int i = 0; i < kShape.h; ++i) {
    for (int j = 0; j < kShape.w; ++j) {
      const double ink = picture[i * kShape.w + j];
      m.total += ink;
      m.x += ink * j;
      m.y += ink * i;
    }
  }
  m.x /= m.total;
  m.y /= m.total;
  return m;
}

// Least and greatest of f over many draws.
template <class F>
std::pair<double, double> range(const AugmentOptions& options, const Picture& picture, F f) {
  Random random(5);
  double least = 1e9, most = -1e9;
  for (int i = 0; i < 400; ++i) {
    const double value = f(changed(options, picture, random));
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return {least, most};
}

}  // namespace

TEST_CASE("augment: nothing asked, nothing changed, nothing drawn") {
  Random random(1);
  const Random::State before = random.state();
  const Picture picture = disc(10, 12, 5);
  CHECK(changed({}, picture, random) == picture);
  CHECK(random.state().state == before.state);
}

TEST_CASE("augment: a shift moves the picture by up to its limit both ways") {
  AugmentOptions options;
  options.shift = 3;
  const auto x = range(options, disc(13.5, 13.5, 5), [](const Picture& p) { return mass(p).x - 13.5; });
  CHECK(x.first >= -3.02);
  CHECK(x.first < -2.8);
  CHECK(x.second <= 3.02);
  CHECK(x.second > 2.8);
  const auto y = range(options, disc(13.5, 13.5, 5), [](const Picture& p) { return mass(p).y - 13.5; });
  CHECK(y.first < -2.8);
  CHECK(y.second > 2.8);
  // Bilinear reading keeps the ink where nothing leaves the picture.
  const double ink = mass(disc(13.5, 13.5, 5)).total;
  const auto total = range(options, disc(13.5, 13.5, 5), [](const Picture& p) { return mass(p).total; });
  CHECK(total.first == Approx(ink).epsilon(0.01));
  CHECK(total.second == Approx(ink).epsilon(0.01));
}

TEST_CASE("augment: a turn goes about the centre and up to its angle") {
  AugmentOptions options;
  options.rotate = 30;
  const Picture right = disc(13.5 + 8, 13.5, 2.5);
  const auto angle = [](const Picture& p) { return std::atan2(mass(p).y - 13.5, mass(p).x - 13.5) * 57.29578; };
  const auto angles = range(options, right, angle);
  CHECK(angles.first >= -30.5);
  CHECK(angles.first < -28);
  CHECK(angles.second <= 30.5);
  CHECK(angles.second > 28);
  const auto radius = range(options, right, [](const Picture& p) { return std::hypot(mass(p).x - 13.5, mass(p).y - 13.5); });
  CHECK(radius.first == Approx(8).margin(0.1));
  CHECK(radius.second == Approx(8).margin(0.1));
}

TEST_CASE("augment: scaling changes areas by the square, shear leaves them") {
  AugmentOptions scale;
  scale.scale = 0.2;
  const Picture picture = disc(13.5, 13.5, 6);
  const double ink = mass(picture).total;
  const auto areas = range(scale, picture, [&](const Picture& p) { return mass(p).total / ink; });
  CHECK(areas.first == Approx(0.64).margin(0.03));
  CHECK(areas.second == Approx(1.44).margin(0.04));

  AugmentOptions shear;
  shear.shear = 0.5;
  const Picture low = disc(13.5, 13.5 + 7, 2.5);  // below the centre: shear moves it along its row
  const auto moved = range(shear, low, [](const Picture& p) { return mass(p).x - 13.5; });
  CHECK(moved.first == Approx(-3.5).margin(0.15));
  CHECK(moved.second == Approx(3.5).margin(0.15));
  const auto row = range(shear, low, [](const Picture& p) { return mass(p).y - 20.5; });
  CHECK(std::abs(row.first) < 0.05);
  CHECK(std::abs(row.second) < 0.05);
}

TEST_CASE("augment: the elastic field bends smoothly and no further than its limit") {
  AugmentOptions options;
  options.elastic = 4;
  // A ramp shows the displacement along its slope: 6 grey levels a pixel.
  Picture ramp(kShape.size());
  for (int i = 0; i < 28 * 28; ++i) ramp[i] = static_cast<std::uint8_t>(40 + 6 * (i % 28));
  Random random(3);
  double most = 0, steepest = 0;
  for (int n = 0; n < 200; ++n) {
    const Picture bent = changed(options, ramp, random);
    for (int i = 5; i < 23; ++i) {
      double before = 0;
      for (int j = 5; j < 23; ++j) {
        const double moved = (bent[i * 28 + j] - ramp[i * 28 + j]) / 6.0;
        most = std::max(most, std::abs(moved));
        if (j > 5) steepest = std::max(steepest, std::abs(moved - before));
        before = moved;
      }
    }
  }
  CHECK(most <= 4.2);      // grey levels are rounded
  CHECK(most > 2);
  CHECK(steepest < 1.0);   // neighbours move together: no folds, no tears
}

TEST_CASE("augment: the same draws give the same picture, channels move together") {
  AugmentOptions options;
  options.shift = 2;
  options.rotate = 20;
  options.scale = 0.1;
  options.shear = 0.2;
  options.elastic = 2;
  Random a(9), b(9);
  const Picture picture = disc(12, 15, 6);
  const Picture first = changed(options, picture, a);
  CHECK(changed(options, picture, b) == first);
  CHECK(changed(options, picture, a) != first);

  Random c(9);
  const Shape colour{28, 28, 3};
  const Picture rgb = changed(options, disc(12, 15, 6, colour), c, colour);
  for (int channel = 0; channel < 3; ++channel) {
    int wrong = 0;
    for (int i = 0; i < 28 * 28; ++i) wrong += rgb[i * 3 + channel] != first[i];
    CHECK(wrong == 0);
  }
}

TEST_CASE("augment: the wildest settings stay inside the picture's memory") {
  AugmentOptions options;
  options.rotate = 180;
  options.scale = 0.9;
  options.shear = 2;
  Random random(2);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 9, 1}, Shape{9, 1, 2}, Shape{2, 2, 1}, Shape{33, 17, 3}}) {
    const Picture picture(shape.size(), 255);
    bool some = false;
    for (const double shift : {64.0, 0.5}) {
      options.shift = shift;
      options.elastic = shift / 4;
      for (int i = 0; i < 200; ++i) {
        const Picture out = changed(options, picture, random, shape);
        some = some || *std::max_element(out.begin(), out.end()) > 0;
      }
    }
    CHECK(some);
  }
}

TEST_CASE("augment: flip gives the mirror image, as often as it says") {
  AugmentOptions options;
  options.flip = 1;
  Random random(4);
  const Picture picture = disc(8, 15, 4);
  Picture mirrored(picture.size());
  for (int i = 0; i < 28; ++i) std::reverse_copy(&picture[i * 28], &picture[i * 28] + 28, &mirrored[i * 28]);
  CHECK(changed(options, picture, random) == mirrored);
  options.flip = 0.5;
  int flips = 0;
  for (int i = 0; i < 1000; ++i) {
    const Picture out = changed(options, picture, random);
    CHECK((out == picture || out == mirrored));
    flips += out == mirrored;
  }
  CHECK(flips > 430);
  CHECK(flips < 570);
}

TEST_CASE("augment: upside down, and cut out of a black frame") {
  AugmentOptions upside;
  upside.flip_v = 1;
  Random random(2);
  const Picture picture = disc(9, 6, 4);
  const Picture turned = changed(upside, picture, random);
  CHECK(mass(turned).x == Approx(mass(picture).x));
  CHECK(mass(turned).y == Approx(27 - mass(picture).y));

  AugmentOptions crop;
  crop.crop = 4;
  bool seen[9][9] = {};
  for (int n = 0; n < 1000; ++n) {
    const Picture moved = changed(crop, disc(13, 13, 5), random);
    const double x = mass(moved).x - 13, y = mass(moved).y - 13;
    REQUIRE(x == Approx(std::round(x)).margin(1e-6));  // whole pixels: nothing is blurred
    REQUIRE(std::max(std::abs(x), std::abs(y)) < 4.5);
    seen[static_cast<int>(std::round(y)) + 4][static_cast<int>(std::round(x)) + 4] = true;
  }
  CHECK(std::count(&seen[0][0], &seen[0][0] + 81, true) == 81);
}

TEST_CASE("augment: brightness adds, contrast spreads about the mean") {
  const Picture picture = [] {
    Picture p(kShape.size());
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = i % 2 ? 140 : 100;
    return p;
  }();
  AugmentOptions bright;
  bright.brightness = 0.2;
  const auto level = range(bright, picture, [](const Picture& p) { return double(p[1]); });
  CHECK(level.first == Approx(140 - 51).margin(2));
  CHECK(level.second == Approx(140 + 51).margin(2));
  CHECK(range(bright, picture, [](const Picture& p) { return double(p[1]) - p[0]; }) == std::pair<double, double>{40, 40});

  AugmentOptions contrast;
  contrast.contrast = 0.5;
  const auto spread = range(contrast, picture, [](const Picture& p) { return double(p[1]) - p[0]; });
  CHECK(spread.first == Approx(20).margin(2));
  CHECK(spread.second == Approx(60).margin(2));
  CHECK(range(contrast, picture, [](const Picture& p) { return double(p[1]) + p[0]; }).first == Approx(240).margin(1));

  // What leaves the range stays at its end.
  bright.brightness = 1;
  const Picture white(kShape.size(), 255);
  CHECK(range(bright, white, [](const Picture& p) { return double(p[0]); }).second == 255);
}

TEST_CASE("augment: saturation moves colours to and from their grey, and needs three channels") {
  const Shape shape{2, 2, 3};
  const Picture picture = {200, 100, 50, 10, 20, 30, 90, 90, 90, 0, 60, 0};
  AugmentOptions options;
  options.saturation = 0.5;
  Random random(4);
  double least = 1e9, most = -1e9;
  for (int n = 0; n < 300; ++n) {
    const Picture p = changed(options, picture, random, shape);
    const double grey = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
    CHECK(grey == Approx(124.2).margin(1.1));
    CHECK((p[6] == 90 && p[7] == 90 && p[8] == 90));
    least = std::min(least, (p[0] - grey) / (200 - 124.2));
    most = std::max(most, (p[0] - grey) / (200 - 124.2));
  }
  CHECK(least == Approx(0.5).margin(0.03));
  CHECK(most == Approx(1.5).margin(0.03));
  CHECK(changed(options, disc(10, 10, 5), random) == disc(10, 10, 5));
}

TEST_CASE("augment: what neighbours and epochs are changed by has nothing to do with each other") {
  constexpr int kPictures = 20000;
  const auto draws = [](int seed, std::uint64_t first) {
    std::vector<std::array<double, 4>> drawn(kPictures);
    for (int n = 0; n < kPictures; ++n) {
      Random random = random_changes(seed, first + n);
      for (double& value : drawn[n]) value = random.uniform() - 0.5;
    }
    return drawn;
  };
  const auto correlation = [](const auto& a, const auto& b, int apart, int i) {
    double sum = 0;
    for (int n = apart; n < kPictures; ++n) sum += a[n][i] * b[n - apart][i];
    return 12 * sum / kPictures;
  };
  const auto one = draws(1, 0), seed = draws(2, 0), epoch = draws(1, std::uint64_t(1) << 32);
  for (int i = 0; i < 4; ++i) {
    INFO("number " << i);
    CHECK(correlation(one, one, 0, i) == Approx(1).margin(0.03));
    for (int apart = 1; apart <= 16; ++apart) CHECK(std::abs(correlation(one, one, apart, i)) < 0.03);
    CHECK(std::abs(correlation(one, seed, 0, i)) < 0.03);
    CHECK(std::abs(correlation(one, epoch, 0, i)) < 0.03);
  }
}

TEST_CASE("augment: noise has its standard deviation") {
  AugmentOptions options;
  options.noise = 0.1;
  Random random(6);
  const Picture grey(kShape.size(), 128);
  double sum = 0, squares = 0;
  for (int n = 0; n < 20; ++n) {
    for (const std::uint8_t value : changed(options, grey, random)) {
      sum += value - 128.0;
      squares += (value - 128.0) * (value - 128.0);
    }
  }
  const double count = 20.0 * 28 * 28;
  CHECK(std::abs(sum / count) < 0.8);
  CHECK(std::sqrt(squares / count) == Approx(25.5).epsilon(0.03));
}

TEST_CASE("augment: cutout blackens one square and leaves the rest") {
  AugmentOptions options;
  options.cutout = 7;
  const Picture white(kShape.size(), 255);
  const auto black = range(options, white, [](const Picture& p) { return double(std::count(p.begin(), p.end(), 0)); });
  CHECK(black.first >= 16);  // in a corner
  CHECK(black.first <= 28);  // at an edge
  CHECK(black.second == 49);
  Random random(9);
  for (int n = 0; n < 100; ++n) {
    const Picture p = changed(options, white, random);
    int left = 28, right = -1, top = 28, bottom = -1;
    for (int i = 0; i < 28 * 28; ++i) {
      if (p[i] != 0) continue;
      left = std::min(left, i % 28), right = std::max(right, i % 28);
      top = std::min(top, i / 28), bottom = std::max(bottom, i / 28);
    }
    CHECK(std::count(p.begin(), p.end(), 0) == (right - left + 1) * (bottom - top + 1));
  }
  // Larger than the picture: nothing is left of it, and nothing behind it is touched.
  options.cutout = 256;
  CHECK(range(options, white, [](const Picture& p) { return double(std::count(p.begin(), p.end(), 255)); }).second == 0);
}
