#include "engine/kernels/conv2d.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {
namespace {

using kernels::Conv2dShape;
using kernels::PadMode;

// out extents for padding that may differ at the two ends.
Conv2dShape shape(int batch, int in_h, int in_w, int in_c, int out_c, int kernel_h, int kernel_w, int stride = 1,
                  int dilation = 1, int before = 0, int after = 0, int groups = 1, PadMode mode = PadMode::zero) {
  Conv2dShape s;
  s.batch = batch;
  s.in_h = in_h;
  s.in_w = in_w;
  s.in_c = in_c;
  s.out_c = out_c;
  s.kernel_h = kernel_h;
  s.kernel_w = kernel_w;
  s.stride_h = s.stride_w = stride;
  s.dilation_h = s.dilation_w = dilation;
  s.pad_top = s.pad_left = before;
  s.groups = groups;
  s.pad_mode = mode;
  s.out_h = (in_h + before + after - (kernel_h - 1) * dilation - 1) / stride + 1;
  s.out_w = (in_w + before + after - (kernel_w - 1) * dilation - 1) / stride + 1;
  REQUIRE(s.out_h > 0);
  REQUIRE(s.out_w > 0);
  return s;
}

// All three functions in float against the reference in double.
void check(Conv2dShape s) {
  CAPTURE(s.batch, s.in_h, s.in_w, s.in_c, s.out_h, s.out_w, s.out_c, s.kernel_h, s.kernel_w, s.stride_h, s.stride_w,
          s.dilation_h, s.dilation_w, s.pad_top, s.pad_left, s.groups, static_cast<int>(s.pad_mode));
  Random random(11);
  const std::size_t in = static_cast<std::size_t>(s.batch) * s.in_h * s.in_w * s.in_c;
  const std::size_t out = static_cast<std::size_t>(s.batch) * s.out_h * s.out_w * s.out_c;
  const std::size_t taps = static_cast<std::size_t>(s.kernel_h) * s.kernel_w * (s.in_c / s.groups) * s.out_c;
  const auto x = test::random_values(in, random);
  // Operands as a net has them: sums of about unit size, whatever their length.
  const float spread = 1.0f / std::sqrt(static_cast<float>(s.batch * s.out_h * s.out_w));
  const auto dy = test::random_values(out, random, -spread, spread);
  const float fan = 1.0f / std::sqrt(static_cast<float>(s.kernel_h * s.kernel_w * (s.in_c / s.groups)));
  const auto kernel = test::random_values(taps, random, -fan, fan);
  const auto bias = test::random_values(s.out_c, random);

  for (const bool with_bias : {true, false}) {
    s.rectify = !with_bias;
    INFO("forward, bias " << with_bias << ", rectified " << s.rectify);
    std::vector<float> y(out, 99.0f);
    std::vector<double> expected(out);
    test::Scratch scratch(kernels::conv2d_scratch<float>(s));
    const auto wide_bias = test::widen(bias);
    kernels::reference::conv2d_forward(s, test::widen(x).data(), test::widen(kernel).data(),
                                       with_bias ? wide_bias.data() : nullptr, expected.data());
    kernels::conv2d_forward(s, x.data(), kernel.data(), with_bias ? bias.data() : nullptr, y.data(), scratch.data());
    test::require_close(y, expected);
    REQUIRE(scratch.intact());
  }
  for (const bool accumulate : {true, false}) {
    INFO("backward input, accumulate " << accumulate);
    auto dx = test::random_values(in, random);
    auto expected = test::widen(dx);
    test::Scratch scratch(kernels::conv2d_scratch<float>(s));
    kernels::reference::conv2d_backward_input(s, test::widen(dy).data(), test::widen(kernel).data(), expected.data(),
                                              accumulate);
    kernels::conv2d_backward_input(s, dy.data(), kernel.data(), dx.data(), accumulate, scratch.data());
    test::require_close(dx, expected);
    REQUIRE(scratch.intact());
  }
  for (const bool with_bias : {true, false}) {
    INFO("backward kernel, bias " << with_bias);
    auto dkernel = test::random_values(taps, random);
    auto dbias = test::random_values(s.out_c, random);
    auto expected = test::widen(dkernel);
    auto expected_bias = test::widen(dbias);
    test::Scratch scratch(kernels::conv2d_scratch<float>(s));
    kernels::reference::conv2d_backward_kernel(s, test::widen(x).data(), test::widen(dy).data(), expected.data(),
                                               with_bias ? expected_bias.data() : nullptr);
    kernels::conv2d_backward_kernel(s, x.data(), dy.data(), dkernel.data(), with_bias ? dbias.data() : nullptr,
                                    scratch.data());
    test::require_close(dkernel, expected);
    test::require_close(dbias, expected_bias);
    REQUIRE(scratch.intact());
  }
}

}  // namespace

TEST_CASE("conv2d: matches literals", "[kernels]") {
  Conv2dShape s = shape(1, 3, 3, 1, 1, 2, 2);
  const float x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const float kernel[] = {1, 0, 0, -1};
  const float bias[] = {10};
  float y[4] = {};
  test::Scratch scratch(kernels::conv2d_scratch<float>(s));
  kernels::conv2d_forward(s, x, kernel, bias, y, scratch.data());
  REQUIRE(std::vector<float>(y, y + 4) == std::vector<float>{6, 6, 6, 6});
  const float dy[] = {1, 2, 3, 4};
  float dx[9] = {};
  kernels::conv2d_backward_input(s, dy, kernel, dx, false, scratch.data());
  REQUIRE(std::vector<float>(dx, dx + 9) == std::vector<float>{1, 2, 0, 3, 3, -2, 0, -3, -4});
  float dkernel[4] = {}, dbias[1] = {};
  kernels::conv2d_backward_kernel(s, x, dy, dkernel, dbias, scratch.data());
  REQUIRE(std::vector<float>(dkernel, dkernel + 4) == std::vector<float>{37, 47, 67, 77});
  REQUIRE(dbias[0] == 10);
}

TEST_CASE("conv2d: channel counts around the vector width", "[kernels]") {
  for (const int in_c : {1, 3, 16, 17}) {
    for (const int out_c : {1, 3, 6, 10, 16, 17, 20, 64}) check(shape(2, 7, 6, in_c, out_c, 3, 3, 1, 1, 1, 1));
  }
  check(shape(1, 5, 5, 127, 3, 3, 3, 1, 1, 1, 1));
  check(shape(1, 5, 5, 2, 128, 3, 3, 1, 1, 1, 1));
  check(shape(1, 4, 4, 128, 127, 1, 1));
}

TEST_CASE("conv2d: kernel extents", "[kernels]") {
  for (const int k : {1, 2, 3, 4, 5, 7}) {
    check(shape(2, 9, 8, 4, 8, k, k, 1, 1, k / 2, (k - 1) / 2));
    check(shape(1, 9, 8, 2, 5, k, 1));
    check(shape(1, 9, 8, 2, 5, 1, k));
  }
}

TEST_CASE("conv2d: strides and dilation", "[kernels]") {
  for (const int stride : {1, 2, 3, 4}) {
    for (const int dilation : {1, 2, 3}) {
      for (const int k : {1, 2, 3}) check(shape(2, 13, 11, 3, 6, k, k, stride, dilation, 1, 2));
    }
  }
  Conv2dShape uneven = shape(2, 12, 13, 5, 7, 3, 2, 1, 1, 1, 1);
  uneven.stride_w = 3;
  uneven.dilation_h = 2;
  uneven.out_h = (12 + 2 - 4 - 1) + 1;
  uneven.out_w = (13 + 2 - 1 - 1) / 3 + 1;
  check(uneven);
}

// Where a column of the gradient is spread over the columns around it.
TEST_CASE("conv2d: many taps of few channels", "[kernels]") {
  for (const int in_c : {1, 3, 6}) {
    check(shape(2, 14, 14, in_c, 16, 5, 5));
    check(shape(2, 9, 8, in_c, 20, 4, 7, 1, 1, 3, 1));
    check(shape(1, 6, 3, in_c, 24, 5, 5, 1, 1, 4, 4));
  }
  check(shape(40, 11, 11, 3, 17, 7, 7, 1, 1, 3, 3));  // several bands
  check(shape(2, 12, 12, 3, 16, 7, 7, 1, 1, 3, 3, 1, PadMode::nearest));
  Conv2dShape uneven = shape(3, 13, 9, 3, 16, 5, 5, 1, 1, 2, 2);
  uneven.stride_h = 2;
  uneven.dilation_h = 2;
  uneven.out_h = (13 + 4 - 8 - 1) / 2 + 1;
  check(uneven);
}

TEST_CASE("conv2d: padding that differs at the ends", "[kernels]") {
  check(shape(2, 6, 6, 3, 8, 3, 3, 2, 1, 0, 1));
  check(shape(2, 6, 7, 3, 8, 3, 3, 1, 1, 2, 0));
  check(shape(1, 5, 5, 2, 4, 3, 3, 1, 1, 4, 5));
  check(shape(1, 1, 1, 4, 4, 3, 3, 1, 1, 1, 1));
}

TEST_CASE("conv2d: nearest pixel outside", "[kernels]") {
  for (const int stride : {1, 2}) {
    check(shape(2, 6, 7, 3, 8, 3, 3, stride, 1, 1, 1, 1, PadMode::nearest));
    check(shape(2, 6, 7, 4, 4, 5, 5, stride, 1, 2, 2, 4, PadMode::nearest));
    check(shape(2, 6, 7, 4, 6, 3, 3, stride, 2, 2, 3, 2, PadMode::nearest));
  }
}

TEST_CASE("conv2d: groups and depthwise", "[kernels]") {
  for (const int stride : {1, 2}) {
    for (const int dilation : {1, 2}) {
      for (const int c : {2, 6, 16, 17, 36}) check(shape(2, 9, 8, c, c, 3, 3, stride, dilation, 1, 1, c));
      for (const int w : {3, 7, 8}) check(shape(2, 9, w, 20, 20, 5, 5, stride, dilation, 4, 4, 20));
      check(shape(2, 9, 8, 33, 33, 2, 5, stride, dilation, 1, 4, 33));
      check(shape(2, 9, 8, 8, 12, 3, 3, stride, dilation, 1, 1, 4));
      check(shape(2, 9, 8, 6, 12, 3, 3, stride, dilation, 1, 1, 6));
      check(shape(1, 9, 8, 40, 40, 3, 3, stride, dilation, 1, 1, 2));
    }
  }
}

TEST_CASE("conv2d: pictures that need several bands, batches that share one", "[kernels]") {
  check(shape(1, 70, 60, 17, 4, 3, 3, 1, 1, 1, 1));
  check(shape(1, 70, 60, 16, 16, 3, 3, 2, 1, 1, 1, 16));
  check(shape(1, 70, 61, 17, 17, 3, 3, 1, 1, 1, 1, 17));
  check(shape(9, 4, 3, 20, 20, 3, 3, 1, 1, 1, 1, 20));
  check(shape(9, 4, 4, 96, 8, 3, 3, 1, 1, 1, 1));
  check(shape(33, 3, 3, 2, 8, 2, 2));
}

TEST_CASE("conv2d: the same call gives the same bits", "[kernels]") {
  const Conv2dShape s = shape(4, 14, 14, 32, 64, 3, 3, 1, 1, 1, 1);
  Random random(3);
  const auto x = test::random_values(4 * 14 * 14 * 32, random);
  const auto dy = test::random_values(4 * 14 * 14 * 64, random);
  std::vector<float> first(9 * 32 * 64), second(9 * 32 * 64);
  test::Scratch scratch(kernels::conv2d_scratch<float>(s));
  kernels::conv2d_backward_kernel<float>(s, x.data(), dy.data(), first.data(), nullptr, scratch.data());
  kernels::conv2d_backward_kernel<float>(s, x.data(), dy.data(), second.data(), nullptr, scratch.data());
  REQUIRE(first == second);
}

}  // namespace cnn
