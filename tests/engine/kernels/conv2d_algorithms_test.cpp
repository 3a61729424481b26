#include "engine/kernels/conv2d.h"
#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/simd.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {
namespace {

using kernels::Conv2dShape;
using kernels::ConvAlgorithm;

Conv2dShape strided(Conv2dShape s) {
  s.stride_h = s.stride_w = 2;
  s.out_h = (s.out_h + 1) / 2;
  s.out_w = (s.out_w + 1) / 2;
  return s;
}

Conv2dShape shape(int batch, int in_h, int in_w, int in_c, int out_c, int before, int after, int kernel = 3) {
  Conv2dShape s;
  s.batch = batch;
  s.in_h = in_h;
  s.in_w = in_w;
  s.in_c = in_c;
  s.out_c = out_c;
  s.kernel_h = s.kernel_w = kernel;
  s.pad_top = s.pad_left = before;
  s.out_h = in_h + before + after - kernel + 1;
  s.out_w = in_w + before + after - kernel + 1;
  return s;
}

double relative_l2(const std::vector<float>& got, const std::vector<double>& expected) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    error += std::pow(static_cast<double>(got[i]) - expected[i], 2);
    size += std::pow(expected[i], 2);
  }
  return std::sqrt(error / size);
}

void check(Conv2dShape s, ConvAlgorithm algorithm) {
  s.algorithm = algorithm;
  CAPTURE(s.batch, s.in_h, s.in_w, s.in_c, s.out_c, s.pad_top, s.out_h, static_cast<int>(algorithm));
  // Six and eight points of interpolation round a little worse than four.
  const bool exact = algorithm != ConvAlgorithm::automatic && algorithm != ConvAlgorithm::winograd_f4 &&
                     (algorithm != ConvAlgorithm::winograd_f2 || s.kernel_h == 3);
  const double rtol = exact ? 1.3e-6 : 1e-4, atol = exact ? 1e-5 : 1e-4;
  Random random(21);
  const std::size_t in = static_cast<std::size_t>(s.batch) * s.in_h * s.in_w * s.in_c;
  const std::size_t out = static_cast<std::size_t>(s.batch) * s.out_h * s.out_w * s.out_c;
  const std::size_t taps = static_cast<std::size_t>(s.kernel_h) * s.kernel_w * s.in_c * s.out_c;
  const float fan = 1.0f / std::sqrt(static_cast<float>(taps / s.out_c));
  const auto x = test::random_values(in, random), dy = test::random_values(out, random);
  const auto kernel = test::random_values(taps, random, -fan, fan);
  const auto bias = test::random_values(s.out_c, random);
  test::Scratch scratch(kernels::conv2d_scratch<float>(s));

  std::vector<double> expected(out), linear;
  for (const bool rectify : {false, true}) {
    CAPTURE(rectify);
    s.rectify = rectify;
    std::vector<float> y(out, 99.0f);
    kernels::reference::conv2d_forward(s, test::widen(x).data(), test::widen(kernel).data(), test::widen(bias).data(),
                                       expected.data());
    for (std::size_t i = 0; rectify && i < out; ++i) REQUIRE(expected[i] == std::max(0.0, linear[i]));
    linear = expected;
    kernels::conv2d_forward(s, x.data(), kernel.data(), bias.data(), y.data(), scratch.data());
    test::require_close(y, expected, rtol, atol);
    REQUIRE(relative_l2(y, expected) <= 5e-6);
  }

  for (const bool accumulate : {false, true}) {
    CAPTURE(accumulate);
    auto dx = test::random_values(in, random);
    auto expected_dx = test::widen(dx);
    kernels::reference::conv2d_backward_input(s, test::widen(dy).data(), test::widen(kernel).data(), expected_dx.data(),
                                              accumulate);
    kernels::conv2d_backward_input(s, dy.data(), kernel.data(), dx.data(), accumulate, scratch.data());
    test::require_close(dx, expected_dx, rtol, atol);
    REQUIRE(relative_l2(dx, expected_dx) <= 5e-6);
  }
  // Operands as a net has them: sums of about unit size, however many pixels.
  const float spread = 1.0f / std::sqrt(static_cast<float>(s.batch * s.out_h * s.out_w));
  const auto small_dy = test::random_values(out, random, -spread, spread);
  auto dkernel = test::random_values(taps, random);
  auto dbias = test::random_values(s.out_c, random);
  auto expected_dkernel = test::widen(dkernel), expected_dbias = test::widen(dbias);
  kernels::reference::conv2d_backward_kernel(s, test::widen(x).data(), test::widen(small_dy).data(), expected_dkernel.data(),
                                             expected_dbias.data());
  auto alone = dkernel;
  kernels::conv2d_backward_kernel(s, x.data(), small_dy.data(), dkernel.data(), dbias.data(), scratch.data());
  test::require_close(dkernel, expected_dkernel, rtol, atol);
  REQUIRE(relative_l2(dkernel, expected_dkernel) <= 5e-6);
  test::require_close(dbias, expected_dbias, rtol, atol);
  kernels::conv2d_backward_kernel<float>(s, x.data(), small_dy.data(), alone.data(), nullptr, scratch.data());
  REQUIRE(alone == dkernel);
  REQUIRE(scratch.intact());
}

}  // namespace

TEST_CASE("conv2d: every algorithm matches reference", "[kernels]") {
  constexpr int v = kernels::kLanes;
  for (const auto algorithm :
       {ConvAlgorithm::direct, ConvAlgorithm::im2col, ConvAlgorithm::winograd_f2, ConvAlgorithm::winograd_f4,
        ConvAlgorithm::fft}) {
    check(shape(2, 14, 14, 2 * v, 4 * v, 1, 1), algorithm);
    check(shape(1, 9, 7, v, 17, 1, 1), algorithm);
    check(shape(1, 9, 10, 3, 2 * v, 1, 1), algorithm);
    check(shape(3, 5, 6, v, v, 0, 0), algorithm);
    check(shape(1, 3, 3, v, 3 * v, 0, 0), algorithm);
    check(shape(1, 4, 8, v, v, 2, 2), algorithm);
    check(shape(1, 6, 6, v, v, 0, 1), algorithm);
    check(shape(1, 1, 1, v, v, 1, 1), algorithm);
    check(shape(1, 40, 37, v, v, 1, 1), algorithm);
    check(shape(1, 5, 150, 3, 5, 1, 1), algorithm);
    check(shape(3, 28, 28, 1, 2 * v, 1, 1), algorithm);
    check(shape(2, 9, 10, 1, v + 2, 1, 0), algorithm);
  }
}

TEST_CASE("conv2d: every algorithm of stride 2", "[kernels]") {
  constexpr int v = kernels::kLanes;
  for (const auto algorithm : {ConvAlgorithm::automatic, ConvAlgorithm::im2col, ConvAlgorithm::winograd_f4}) {
    for (int before = 0; before <= 3; ++before) {
      check(strided(shape(2, 16, 16, 2 * v, 4 * v, before, 1)), algorithm);
      check(strided(shape(1, 9, 12, 3, v + 1, before, 0)), algorithm);
      check(strided(shape(1, 3, 3, v, v, before, 2)), algorithm);
      check(strided(shape(1, 21, 70, v, 5, before, before)), algorithm);
    }
  }
  Conv2dShape s = strided(shape(3, 14, 14, 32, 64, 1, 1));
  s.pad_left = 0;
  check(s, ConvAlgorithm::winograd_f4);
  s.pad_mode = kernels::PadMode::nearest;
  check(s, ConvAlgorithm::winograd_f4);
}

TEST_CASE("conv2d: Winograd's products are as few as the picture allows", "[kernels]") {
  const auto rows = [](const Conv2dShape& s, int patch, bool backward) { return kernels::winograd_work(s, patch, backward).rows; };
  for (const bool backward : {false, true}) {
    CAPTURE(backward);
    REQUIRE(rows(shape(1, 16, 16, 4, 4, 1, 1), 4, backward) == 24 * 24);
    // Half patches for one or two cells, not for three.
    REQUIRE(rows(shape(3, 14, 13, 4, 4, 1, 1), 4, backward) == 3 * 22 * 22);
    REQUIRE(rows(shape(1, 15, 2, 4, 4, 1, 1), 4, backward) == 24 * 4);
    REQUIRE(rows(shape(1, 15, 15, 4, 4, 1, 1), 2, backward) == 32 * 32);
    // 64 for 16 results, and six instead of eight along an axis for one or two.
    REQUIRE(rows(shape(2, 16, 12, 4, 4, 2, 2, 5), 4, backward) == 2 * 32 * 24);
    REQUIRE(rows(shape(1, 14, 13, 4, 4, 2, 2, 5), 4, backward) == 30 * 30);
    // 81 for 16 results.
    REQUIRE(rows(strided(shape(2, 16, 32, 4, 4, 1, 1)), 4, backward) == 2 * 81 * 2 * 4);
  }
  Conv2dShape s = strided(shape(1, 9, 9, 4, 4, 1, 1));
  s.algorithm = ConvAlgorithm::winograd_f4;
  REQUIRE(kernels::conv2d_misfit(s) == nullptr);
}

TEST_CASE("conv2d: every algorithm with larger kernels", "[kernels]") {
  constexpr int v = kernels::kLanes;
  for (const auto algorithm : {ConvAlgorithm::automatic, ConvAlgorithm::im2col, ConvAlgorithm::winograd_f2,
                               ConvAlgorithm::winograd_f4, ConvAlgorithm::fft}) {
    check(shape(2, 14, 14, 2 * v, 20, 2, 2, 5), algorithm);
    check(shape(1, 9, 7, 6, 16, 0, 0, 5), algorithm);
    check(shape(3, 5, 6, v, v, 1, 2, 5), algorithm);
    check(shape(1, 40, 37, v, 3, 2, 2, 5), algorithm);
    check(shape(1, 5, 70, 1, v, 0, 0, 5), algorithm);
    check(shape(3, 28, 28, 1, 6, 2, 2, 5), algorithm);
    check(shape(1, 8, 8, 1, 2 * v, 0, 0, 5), algorithm);
  }
  check(shape(2, 20, 19, 3, 5, 2, 1, 11), ConvAlgorithm::fft);
  check(shape(1, 35, 35, 1, 2, 3, 3, 33), ConvAlgorithm::fft);
}

TEST_CASE("conv2d: sums over a whole batch round no worse than those of a few pictures", "[kernels]") {
  for (const int kernel : {3, 5}) check(shape(64, 28, 28, 1, 8, kernel / 2, kernel / 2, kernel), ConvAlgorithm::winograd_f4);
  check(shape(64, 28, 28, 4, 8, 1, 1), ConvAlgorithm::im2col);
  check(shape(64, 28, 28, 4, 8, 2, 2, 5), ConvAlgorithm::winograd_f2);
  check(shape(64, 28, 28, 4, 8, 2, 2, 5), ConvAlgorithm::winograd_f4);
}

TEST_CASE("conv2d: many channels and borders of nearest pixels", "[kernels]") {
  Conv2dShape s = shape(3, 14, 14, 32, 64, 1, 1);
  check(s, ConvAlgorithm::winograd_f4);
  check(s, ConvAlgorithm::winograd_f2);
  s.pad_mode = kernels::PadMode::nearest;
  check(s, ConvAlgorithm::winograd_f4);
  check(s, ConvAlgorithm::fft);
  s = shape(4, 14, 12, 32, 32, 2, 2, 5);
  check(s, ConvAlgorithm::winograd_f2);
  check(s, ConvAlgorithm::winograd_f4);
  s.pad_mode = kernels::PadMode::nearest;
  check(s, ConvAlgorithm::winograd_f4);
  for (const int kernel : {3, 5}) {
    s = shape(2, 11, 12, 1, 5, 2, 2, kernel);
    s.pad_mode = kernels::PadMode::nearest;
    check(s, ConvAlgorithm::winograd_f4);
  }
}

TEST_CASE("conv2d: an algorithm that cannot compute a shape says why", "[kernels]") {
  Conv2dShape s = shape(1, 9, 9, 4, 4, 1, 1, 7);
  for (const auto algorithm : {ConvAlgorithm::winograd_f2, ConvAlgorithm::winograd_f4}) {
    s.algorithm = algorithm;
    s.kernel_h = s.kernel_w = 7;
    REQUIRE(kernels::conv2d_misfit(s) != nullptr);
    s.kernel_h = s.kernel_w = 5;
    REQUIRE(kernels::conv2d_misfit(s) == nullptr);
  }
  s.stride_h = 2;
  for (const auto algorithm : {ConvAlgorithm::winograd_f2, ConvAlgorithm::winograd_f4, ConvAlgorithm::fft}) {
    s.algorithm = algorithm;
    REQUIRE(kernels::conv2d_misfit(s) != nullptr);
  }
  s.algorithm = ConvAlgorithm::im2col;
  REQUIRE(kernels::conv2d_misfit(s) == nullptr);
}

}  // namespace cnn
