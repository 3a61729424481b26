#include "engine/kernels/elementwise.h"

#include <limits>

#include "tests/engine/kernels/compare.h"

namespace cnn {
namespace {

constexpr int kCounts[] = {1, 3, 16, 17, 127, 128, 1000};

// forward(x, y) in float and double, not in place and in place.
template <class F, class G>
void check_forward(F vectorised, G reference, float low = -6, float high = 6) {
  Random random(1);
  for (const int count : kCounts) {
    CAPTURE(count);
    auto x = test::random_values(count, random, low, high);
    if (count > 2) x[1] = 0.0f;
    std::vector<double> expected(count);
    reference(count, test::widen(x).data(), expected.data());
    std::vector<float> y(count + 1, 99.0f);
    vectorised(count, x.data(), y.data());
    REQUIRE(y.back() == 99.0f);
    y.pop_back();
    test::require_close(y, expected);
    vectorised(count, x.data(), x.data());
    REQUIRE(x == y);
  }
}

// backward(a, dy, dx, accumulate), where `a` is whichever of x and y the function needs.
template <class F, class G>
void check_backward(F vectorised, G reference, float low = -6, float high = 6) {
  Random random(2);
  for (const int count : kCounts) {
    for (const bool accumulate : {false, true}) {
      CAPTURE(count, accumulate);
      auto a = test::random_values(count, random, low, high);
      if (count > 2) a[1] = 0.0f;
      const auto dy = test::random_values(count, random);
      auto dx = test::random_values(count + 1, random);
      const float guard = dx.back();
      auto expected = test::widen(dx);
      expected.pop_back();
      reference(count, test::widen(a).data(), test::widen(dy).data(), expected.data(), accumulate);
      vectorised(count, a.data(), dy.data(), dx.data(), accumulate);
      REQUIRE(dx.back() == guard);
      dx.pop_back();
      test::require_close(dx, expected);
      if (!accumulate) {
        auto in_place = dy;
        vectorised(count, a.data(), in_place.data(), in_place.data(), false);
        REQUIRE(in_place == dx);
      }
    }
  }
}

}  // namespace

TEST_CASE("elementwise: forward matches reference", "[kernels]") {
  check_forward(kernels::relu_forward<float>, kernels::reference::relu_forward<double>);
  check_forward([](std::size_t n, const float* x, float* y) { kernels::leaky_relu_forward(n, 0.1f, x, y); },
                [](std::size_t n, const double* x, double* y) {
                  kernels::reference::leaky_relu_forward(n, static_cast<double>(0.1f), x, y);
                });
  check_forward([](std::size_t n, const float* x, float* y) { kernels::elu_forward(n, 1.5f, x, y); },
                [](std::size_t n, const double* x, double* y) { kernels::reference::elu_forward(n, 1.5, x, y); });
  check_forward(kernels::sigmoid_forward<float>, kernels::reference::sigmoid_forward<double>);
  check_forward(kernels::sigmoid_forward<float>, kernels::reference::sigmoid_forward<double>, -200, 200);
  check_forward(kernels::tanh_forward<float>, kernels::reference::tanh_forward<double>);
  check_forward(kernels::tanh_forward<float>, kernels::reference::tanh_forward<double>, -100, 100);
  check_forward(kernels::softplus_forward<float>, kernels::reference::softplus_forward<double>);
  check_forward(kernels::softplus_forward<float>, kernels::reference::softplus_forward<double>, -200, 200);
  check_forward(kernels::softsign_forward<float>, kernels::reference::softsign_forward<double>);
  check_forward(kernels::swish_forward<float>, kernels::reference::swish_forward<double>);
  check_forward(kernels::swish_forward<float>, kernels::reference::swish_forward<double>, -200, 200);
}

TEST_CASE("elementwise: small arguments keep their relative accuracy", "[kernels]") {
  Random random(9);
  const auto x = test::random_values(64, random, -1e-3f, 1e-3f);
  std::vector<float> y(64);
  std::vector<double> expected(64);
  kernels::tanh_forward(64, x.data(), y.data());
  kernels::reference::tanh_forward(64, test::widen(x).data(), expected.data());
  test::require_close(y, expected, 3e-7, 0);
  kernels::elu_forward(64, 1.0f, x.data(), y.data());
  kernels::reference::elu_forward(64, 1.0, test::widen(x).data(), expected.data());
  test::require_close(y, expected, 3e-7, 0);
}

TEST_CASE("elementwise: backward matches reference", "[kernels]") {
  check_backward(kernels::relu_backward<float>, kernels::reference::relu_backward<double>);
  check_backward(
      [](std::size_t n, const float* x, const float* dy, float* dx, bool add) {
        kernels::leaky_relu_backward(n, 0.1f, x, dy, dx, add);
      },
      [](std::size_t n, const double* x, const double* dy, double* dx, bool add) {
        kernels::reference::leaky_relu_backward(n, static_cast<double>(0.1f), x, dy, dx, add);
      });
  check_backward(
      [](std::size_t n, const float* x, const float* dy, float* dx, bool add) {
        std::vector<float> y(n);
        kernels::elu_forward(n, 1.5f, x, y.data());
        kernels::elu_backward(n, 1.5f, x, y.data(), dy, dx, add);
      },
      [](std::size_t n, const double* x, const double* dy, double* dx, bool add) {
        std::vector<double> y(n);
        kernels::reference::elu_forward(n, 1.5, x, y.data());
        kernels::reference::elu_backward(n, 1.5, x, y.data(), dy, dx, add);
      });
  check_backward(kernels::sigmoid_backward<float>, kernels::reference::sigmoid_backward<double>, 0, 1);
  check_backward(kernels::tanh_backward<float>, kernels::reference::tanh_backward<double>, -1, 1);
  check_backward(kernels::softplus_backward<float>, kernels::reference::softplus_backward<double>);
  check_backward(kernels::softsign_backward<float>, kernels::reference::softsign_backward<double>);
  check_backward(kernels::swish_backward<float>, kernels::reference::swish_backward<double>);
  check_backward(kernels::swish_backward<float>, kernels::reference::swish_backward<double>, -200, 200);
}

TEST_CASE("elementwise: not a number stays visible", "[kernels]") {
  std::vector<float> x(21, std::numeric_limits<float>::quiet_NaN()), y(21);
  kernels::relu_forward(x.size(), x.data(), y.data());
  for (const float v : y) REQUIRE(std::isnan(v));
  kernels::sigmoid_forward(x.size(), x.data(), y.data());
  for (const float v : y) REQUIRE(std::isnan(v));
  kernels::tanh_forward(x.size(), x.data(), y.data());
  for (const float v : y) REQUIRE(std::isnan(v));
}

TEST_CASE("elementwise: sums, products and bias", "[kernels]") {
  Random random(4);
  for (const int count : kCounts) {
    CAPTURE(count);
    const auto x = test::random_values(count, random), mask = test::random_values(count, random);
    for (const bool accumulate : {false, true}) {
      auto y = test::random_values(count, random), z = y;
      std::vector<double> scaled(count), masked(count);
      for (int i = 0; i < count; ++i) {
        const double before = accumulate ? static_cast<double>(y[i]) : 0.0;
        scaled[i] = before + 0.5 * static_cast<double>(x[i]);
        masked[i] = before + static_cast<double>(x[i]) * static_cast<double>(mask[i]);
      }
      kernels::add_scaled(count, 0.5f, x.data(), y.data(), accumulate);
      test::require_close(y, scaled);
      kernels::multiply(count, x.data(), mask.data(), z.data(), accumulate);
      test::require_close(z, masked);
    }
  }
  for (const int rows : {1, 7, 300}) {
    for (const int columns : {1, 3, 4, 6, 10, 16, 17, 20, 64, 127}) {
      CAPTURE(rows, columns);
      auto x = test::random_values(static_cast<std::size_t>(rows) * columns, random);
      const auto start = test::random_values(columns, random);
      auto sums = start;
      auto expected_sums = test::widen(start), expected = test::widen(x);
      for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
          expected_sums[c] += static_cast<double>(x[r * columns + c]);
          expected[r * columns + c] += static_cast<double>(start[c]);
        }
      }
      kernels::add_column_sums(rows, columns, x.data(), sums.data());
      test::require_close(sums, expected_sums);
      kernels::add_bias(rows, columns, start.data(), x.data());
      test::require_close(x, expected);
    }
  }
}

}  // namespace cnn
