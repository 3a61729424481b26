#include "engine/kernels/softmax.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {

TEST_CASE("softmax: matches double and sums to one", "[kernels]") {
  Random random(6);
  for (const int columns : {1, 2, 3, 10, 16, 17, 127, 128, 1000}) {
    for (const float size : {1.0f, 30.0f}) {
      CAPTURE(columns, size);
      const int rows = 5;
      auto x = test::random_values(static_cast<std::size_t>(rows) * columns, random, -size, size);
      std::vector<float> p(x.size());
      std::vector<double> expected(x.size());
      kernels::softmax_forward(rows, columns, test::widen(x).data(), expected.data());
      kernels::softmax_forward(rows, columns, x.data(), p.data());
      test::require_close(p, expected);
      for (int r = 0; r < rows; ++r) {
        double total = 0;
        for (int c = 0; c < columns; ++c) total += static_cast<double>(p[r * columns + c]);
        REQUIRE(total == Approx(1.0).epsilon(1e-5));
      }
      kernels::softmax_forward(rows, columns, x.data(), x.data());
      REQUIRE(x == p);
    }
  }
}

TEST_CASE("softmax: matches literals", "[kernels]") {
  const float x[] = {0.0f, std::log(3.0f), 1000.0f, 1000.0f};
  float p[4];
  kernels::softmax_forward(2, 2, x, p);
  REQUIRE(p[0] == Approx(0.25));
  REQUIRE(p[1] == Approx(0.75));
  REQUIRE(p[2] == Approx(0.5));
  REQUIRE(p[3] == Approx(0.5));
}

TEST_CASE("cross entropy: matches double, stays finite, counts hits", "[kernels]") {
  Random random(8);
  for (const int columns : {2, 10, 17, 128}) {
    CAPTURE(columns);
    const int rows = 9;
    const auto x = test::random_values(static_cast<std::size_t>(rows) * columns, random, -20, 20);
    std::vector<std::int32_t> labels(rows);
    for (auto& label : labels) label = static_cast<std::int32_t>(random.below(columns));
    int hits = -1, expected_hits = -1;
    for (const double smoothing : {0.0, 0.1}) {
      const double loss = kernels::cross_entropy(rows, columns, x.data(), labels.data(), smoothing, &hits);
      const double expected =
          kernels::cross_entropy(rows, columns, test::widen(x).data(), labels.data(), smoothing, &expected_hits);
      REQUIRE(loss == Approx(expected).epsilon(1e-6));
      REQUIRE(hits == expected_hits);
    }

    std::vector<float> p(x.size());
    kernels::softmax_forward(rows, columns, x.data(), p.data());
    for (const bool accumulate : {false, true}) {
      const float smoothing = accumulate ? 0.25f : 0.0f;
      auto dx = test::random_values(x.size(), random);
      auto expected_dx = test::widen(dx);
      for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
          const int i = r * columns + c;
          const double d = 0.125 * (static_cast<double>(p[i]) - (c == labels[r] ? 1 - smoothing : 0) - smoothing / columns);
          expected_dx[i] = accumulate ? expected_dx[i] + d : d;
        }
      }
      kernels::cross_entropy_backward(rows, columns, p.data(), labels.data(), smoothing, 0.125f, dx.data(), accumulate);
      test::require_close(dx, expected_dx);
    }
  }
  const float extreme[] = {-3e4f, 3e4f};
  const std::int32_t label[] = {0};
  int hits = 1;
  REQUIRE(kernels::cross_entropy(1, 2, extreme, label, 0, &hits) == Approx(6e4));
  REQUIRE(hits == 0);
  const float equal[] = {1, 1, 1};
  const std::int32_t second[] = {1};
  kernels::cross_entropy(1, 3, equal, second, 0, &hits);
  REQUIRE(hits == 0);
}

}  // namespace cnn
