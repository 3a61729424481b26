#include "engine/kernels/pool2d.h"

#include <algorithm>
#include <limits>

#include "tests/engine/kernels/compare.h"

namespace cnn {
namespace {

using kernels::Pool2dShape;

Pool2dShape shape(int batch, int in_h, int in_w, int channels, int kernel, int stride, int before = 0, int after = 0,
                  bool count_padding = false) {
  Pool2dShape s;
  s.batch = batch;
  s.in_h = in_h;
  s.in_w = in_w;
  s.channels = channels;
  s.kernel_h = s.kernel_w = kernel;
  s.stride_h = s.stride_w = stride;
  s.pad_top = s.pad_left = before;
  s.count_padding = count_padding;
  s.out_h = (in_h + before + after - kernel) / stride + 1;
  s.out_w = (in_w + before + after - kernel) / stride + 1;
  return s;
}

void check(const Pool2dShape& s) {
  CAPTURE(s.batch, s.in_h, s.in_w, s.channels, s.kernel_h, s.stride_h, s.pad_top, s.out_h, s.out_w, s.count_padding);
  Random random(5);
  const std::size_t in = static_cast<std::size_t>(s.batch) * s.in_h * s.in_w * s.channels;
  const std::size_t out = static_cast<std::size_t>(s.batch) * s.out_h * s.out_w * s.channels;
  auto x = test::random_values(in, random);
  for (float& v : x) v = std::round(v * 4);  // many equal cells: the first must win
  const auto dy = test::random_values(out, random);
  const auto wide_x = test::widen(x), wide_dy = test::widen(dy);

  std::vector<float> y(out);
  std::vector<double> expected(out);
  std::vector<std::int32_t> winners(out), expected_winners(out);
  kernels::reference::max_pool_forward(s, wide_x.data(), expected.data(), expected_winners.data());
  kernels::max_pool_forward(s, x.data(), y.data(), winners.data());
  test::require_close(y, expected, 0, 0);
  REQUIRE(winners == expected_winners);
  std::fill(y.begin(), y.end(), 99.0f);
  kernels::max_pool_forward<float>(s, x.data(), y.data(), nullptr);
  test::require_close(y, expected, 0, 0);

  for (const bool average : {true, false}) {
    CAPTURE(average);
    kernels::reference::sum_pool_forward(s, average, wide_x.data(), expected.data());
    kernels::sum_pool_forward(s, average, x.data(), y.data());
    test::require_close(y, expected);
  }
  for (const bool accumulate : {true, false}) {
    CAPTURE(accumulate);
    auto dx = test::random_values(in, random);
    auto expected_dx = test::widen(dx);
    kernels::reference::max_pool_backward(s, wide_dy.data(), winners.data(), expected_dx.data(), accumulate);
    kernels::max_pool_backward(s, dy.data(), winners.data(), dx.data(), accumulate);
    test::require_close(dx, expected_dx);
    for (const bool average : {true, false}) {
      CAPTURE(average);
      auto sum_dx = test::random_values(in, random);
      auto expected_sum = test::widen(sum_dx);
      kernels::reference::sum_pool_backward(s, average, wide_dy.data(), expected_sum.data(), accumulate);
      kernels::sum_pool_backward(s, average, dy.data(), sum_dx.data(), accumulate);
      test::require_close(sum_dx, expected_sum);
    }
  }
}

}  // namespace

TEST_CASE("pooling: vectorised matches reference", "[kernels]") {
  for (const int channels : {1, 3, 6, 16, 17, 64, 127}) {
    check(shape(2, 8, 6, channels, 2, 2));
    check(shape(2, 9, 7, channels, 2, 2));
    check(shape(2, 9, 6, channels, 3, 3));
    check(shape(2, 9, 7, channels, 3, 2));
    check(shape(2, 9, 7, channels, 3, 2, 1, 1));
    check(shape(2, 9, 7, channels, 3, 1, 1, 1, true));
    check(shape(1, 7, 5, channels, 3, 3, 0, 2));
    check(shape(1, 4, 4, channels, 4, 4));
    check(shape(1, 5, 5, channels, 1, 2));
    check(shape(1, 6, 6, channels, 2, 2, 1, 1));
    check(shape(1, 6, 6, channels, 2, 2, 1, 1, true));
  }
}

TEST_CASE("pool2d: matches literals", "[kernels]") {
  const Pool2dShape s = shape(1, 4, 4, 1, 2, 2);
  const float x[] = {1, 2, 0, 0, 4, 3, 0, -1, -5, -6, 7, 7, -7, -8, 7, 7};
  float y[4];
  std::int32_t winners[4];
  kernels::max_pool_forward(s, x, y, winners);
  REQUIRE(std::vector<float>(y, y + 4) == std::vector<float>{4, 0, -5, 7});
  REQUIRE(std::vector<std::int32_t>(winners, winners + 4) == std::vector<std::int32_t>{4, 2, 8, 10});
  kernels::sum_pool_forward(s, true, x, y);
  REQUIRE(std::vector<float>(y, y + 4) == std::vector<float>{2.5f, -0.25f, -6.5f, 7});
  const float dy[] = {1, 2, 3, 4};
  float dx[16];
  kernels::max_pool_backward(s, dy, winners, dx, false);
  REQUIRE(std::vector<float>(dx, dx + 16) == std::vector<float>{0, 0, 2, 0, 1, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0});
}

TEST_CASE("pool2d: a very negative picture beats the padding", "[kernels]") {
  const Pool2dShape s = shape(1, 2, 2, 17, 3, 1, 1, 1);
  std::vector<float> x(4 * 17, std::numeric_limits<float>::lowest()), y(s.out_h * s.out_w * 17);
  std::vector<std::int32_t> winners(y.size());
  kernels::max_pool_forward(s, x.data(), y.data(), winners.data());
  REQUIRE(y == std::vector<float>(y.size(), std::numeric_limits<float>::lowest()));
}

}  // namespace cnn
