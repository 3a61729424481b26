#include "engine/data/preprocess.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/engine/core/expect_error.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("preprocess: without settings a byte becomes byte / 255, exactly") {
  std::vector<std::uint8_t> bytes(256);
  for (int i = 0; i < 256; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  std::vector<Real> out(256);
  preprocess({}, {16, 16, 1}, bytes.data(), out.data());
  int wrong = 0;
  for (int i = 0; i < 256; ++i) wrong += static_cast<float>(out[i]) != static_cast<float>(i) / 255.0f;
  CHECK(wrong == 0);
}

TEST_CASE("preprocess: (byte / divide − mean) / std") {
  Preprocessing p;
  p.divide = 100;
  p.mean = 0.5;
  p.std = 0.25;
  const std::vector<std::uint8_t> bytes = {0, 50, 100, 200};
  std::vector<Real> out(4);
  preprocess(p, {2, 2, 1}, bytes.data(), out.data());
  const double expected[] = {-2, 0, 2, 6};
  for (int i = 0; i < 4; ++i) CHECK(out[i] == Approx(expected[i]).margin(1e-6));
}

TEST_CASE("preprocess: a drawn pixel of 1 is a byte of 255") {
  Preprocessing p;
  p.mean = 0.1307;
  p.std = 0.3081;
  std::vector<std::uint8_t> bytes(256);
  std::vector<float> drawn(256);
  for (int i = 0; i < 256; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i);
    drawn[i] = static_cast<float>(i) / 255.0f;
  }
  std::vector<Real> a(256), b(256);
  preprocess(p, {16, 16, 1}, bytes.data(), a.data());
  preprocess(p, {16, 16, 1}, drawn.data(), b.data());
  for (int i = 0; i < 256; ++i) CHECK(b[i] == Approx(a[i]).margin(1e-6));
}

TEST_CASE("preprocess: the middle is cut out, all channels with it") {
  // 4×5 pixels of 2 channels; value = 10·row + column (+100 in the second channel).
  std::vector<std::uint8_t> bytes;
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 5; ++x) {
      bytes.push_back(static_cast<std::uint8_t>(10 * y + x));
      bytes.push_back(static_cast<std::uint8_t>(10 * y + x + 100));
    }
  }
  Preprocessing p;
  p.divide = 1;
  p.crop_h = 2;
  p.crop_w = 3;
  REQUIRE(preprocessed_shape(p, {4, 5, 2}) == Shape{2, 3, 2});
  std::vector<Real> out(12);
  preprocess(p, {4, 5, 2}, bytes.data(), out.data());
  CHECK(out == std::vector<Real>{11, 111, 12, 112, 13, 113, 21, 121, 22, 122, 23, 123});

  p.crop_h = 0;  // the whole height
  CHECK(preprocessed_shape(p, {4, 5, 2}) == Shape{4, 3, 2});
}

TEST_CASE("preprocess: a crop larger than the picture is an error") {
  Preprocessing p;
  p.crop_h = 29;
  expect_error([&] { preprocessed_shape(p, {28, 28, 1}); }, ErrorCode::shape_mismatch,
               "[preprocessing] the crop is larger than the picture. Got crop 29x28, picture 28x28x1. "
               "(at /preprocessing)");
}
