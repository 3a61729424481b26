#include "engine/data/fit_picture.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace cnn;

namespace {

// An upright bar of `ink` on `paper`.
Picture bar(int h, int w, int top, int left, int bar_h, int bar_w, float ink, float paper) {
  Picture p{h, w, std::vector<float>(static_cast<std::size_t>(h) * w, paper)};
  for (int y = top; y < top + bar_h; ++y) {
    for (int x = left; x < left + bar_w; ++x) p.pixels[static_cast<std::size_t>(y) * w + x] = ink;
  }
  return p;
}

double sum(const Picture& p) {
  double total = 0;
  for (const float pixel : p.pixels) total += pixel;
  return total;
}

}  // namespace

TEST_CASE("a picture's ink is framed as MNIST frames it, dark on light or light on dark") {
  // 160 × 32 becomes 20 × 4, its middle in the middle.
  const Picture dark = fit_picture(bar(300, 400, 40, 300, 160, 32, 0.1f, 0.9f), DrawingOptions());
  const Picture light = fit_picture(bar(300, 400, 100, 20, 160, 32, 0.9f, 0.1f), DrawingOptions());
  REQUIRE(dark.h == 28);
  REQUIRE(dark.w == 28);
  CHECK(sum(dark) == Approx(80).margin(1e-3));
  double x = 0, y = 0;
  for (int r = 0; r < 28; ++r) {
    for (int c = 0; c < 28; ++c) {
      x += c * dark.pixels[r * 28 + c] / sum(dark);
      y += r * dark.pixels[r * 28 + c] / sum(dark);
      CHECK(light.pixels[r * 28 + c] == Approx(dark.pixels[r * 28 + c]).margin(1e-4));
    }
  }
  CHECK(x == Approx(13.5).margin(1e-3));
  CHECK(y == Approx(13.5).margin(1e-3));
  CHECK(*std::max_element(dark.pixels.begin(), dark.pixels.end()) == Approx(1));
}

TEST_CASE("a small picture is enlarged") {
  const Picture small = fit_picture(bar(8, 8, 2, 3, 4, 1, 1, 0), DrawingOptions());
  CHECK(sum(small) == Approx(20 * 5).margin(1e-3));
}

TEST_CASE("an even picture has no ink, and thin lines are not lost") {
  CHECK(sum(fit_picture(bar(50, 50, 0, 0, 0, 0, 0, 0.7f), DrawingOptions())) == 0);
  CHECK(sum(fit_picture(bar(50, 50, 0, 0, 0, 0, 0, 0), DrawingOptions())) == 0);
  const Picture thin = fit_picture(bar(400, 400, 50, 200, 300, 2, 0, 1), DrawingOptions());
  CHECK(*std::max_element(thin.pixels.begin(), thin.pixels.end()) == Approx(1));
}

TEST_CASE("resize keeps the mean, and ink_of only turns dark on light around") {
  const Picture picture = bar(30, 50, 5, 10, 7, 9, 0.8f, 0.2f);
  const Picture smaller = resize(picture, 11, 13);
  CHECK(sum(smaller) / (11 * 13) == Approx(sum(picture) / (30 * 50)).epsilon(1e-5));
  CHECK(ink_of(picture).pixels == picture.pixels);
  const Picture turned = ink_of(bar(4, 4, 1, 1, 1, 1, 0.25f, 1));
  CHECK(turned.pixels[5] == Approx(0.75f));
  CHECK(turned.pixels[0] == 0);
}
