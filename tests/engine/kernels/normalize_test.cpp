#include "engine/kernels/normalize.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {

namespace {

void compare(kernels::NormSets s, Random& random) {
  CAPTURE(s.images, s.rows, s.channels, s.groups, s.centred);
  const int channels = s.channels, statistics = s.images * channels;
  const std::size_t count = s.images * s.rows * channels;
  // A mean well away from 0, which is only taken off where the sets are centred.
  auto x = test::random_values(count, random, s.centred ? 2.0f : -1.0f, s.centred ? 4.0f : 1.0f);
  std::vector<float> mean(statistics), variance(statistics);
  std::vector<double> mean_wide(statistics), variance_wide(statistics);
  kernels::reference::norm_moments(s, test::widen(x).data(), mean_wide.data(), variance_wide.data());
  kernels::norm_moments(s, x.data(), mean.data(), variance.data());
  test::require_close(mean, mean_wide);
  test::require_close(variance, variance_wide);

  // The same number for all channels of a group, as statistics are.
  auto inv_std = test::random_values(statistics, random, 0.5f, 2.0f);
  const int width = channels / s.groups;
  for (int i = 0; i < statistics; ++i) inv_std[i] = inv_std[i / width * width];
  const auto gamma = test::random_values(channels, random), beta = test::random_values(channels, random);
  const auto inv_wide = test::widen(inv_std), gamma_wide = test::widen(gamma);
  mean_wide = test::widen(mean);
  std::vector<float> y(count);
  std::vector<double> y_wide(count), linear;
  for (const bool rectify : {false, true}) {
    CAPTURE(rectify);
    s.rectify = rectify;
    kernels::reference::norm_apply(s, test::widen(x).data(), mean_wide.data(), inv_wide.data(), gamma_wide.data(),
                                   test::widen(beta).data(), y_wide.data());
    for (std::size_t i = 0; rectify && i < count; ++i) REQUIRE(y_wide[i] == std::max(0.0, linear[i]));
    linear = y_wide;
    kernels::norm_apply(s, x.data(), mean.data(), inv_std.data(), gamma.data(), beta.data(), y.data());
    test::require_close(y, y_wide);
  }

  const auto dy = test::random_values(count, random);
  std::vector<float> scratch(2 * channels);
  for (const bool accumulate : {false, true}) {
    CAPTURE(accumulate);
    auto dgamma = test::random_values(channels, random), dbeta = test::random_values(channels, random);
    auto dx = test::random_values(count, random);
    auto dgamma_wide = test::widen(dgamma), dbeta_wide = test::widen(dbeta), dx_wide = test::widen(dx);
    kernels::reference::norm_backward(s, test::widen(x).data(), mean_wide.data(), inv_wide.data(), gamma_wide.data(),
                                      test::widen(dy).data(), dgamma_wide.data(), dbeta_wide.data(), dx_wide.data(),
                                      accumulate);
    kernels::norm_backward(s, x.data(), mean.data(), inv_std.data(), gamma.data(), dy.data(), dgamma.data(),
                           dbeta.data(), dx.data(), accumulate, scratch.data());
    // Sums over the rows: their rounding grows with the number of terms.
    const double rounding = 1e-5 + 1e-7 * static_cast<double>(s.images * s.rows);
    test::require_close(dgamma, dgamma_wide, 1.3e-6, rounding);
    test::require_close(dbeta, dbeta_wide, 1.3e-6, rounding);
    test::require_close(dx, dx_wide);
  }
  // y is the rectified one.
  kernels::norm_apply(s, x.data(), mean.data(), inv_std.data(), gamma.data(), beta.data(), x.data());
  REQUIRE(x == y);
}

}  // namespace

TEST_CASE("normalize: vectorised matches reference", "[kernels]") {
  Random random(13);
  for (const int images : {1, 3}) {
    for (const std::size_t rows : {1, 2, 50, 300}) {
      for (const int channels : {1, 3, 6, 10, 16, 17, 20, 64, 127, 128}) {
        for (const int groups : {channels, 1, channels % 2 == 0 ? channels / 2 : 1}) {
          compare({images, rows, channels, groups, true}, random);
          compare({images, rows, channels, groups, false}, random);
        }
      }
    }
  }
}

TEST_CASE("normalize: a large mean does not eat the variance", "[kernels]") {
  for (const int groups : {1, 17}) {
    std::vector<float> x(200 * 17);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1000.0f + ((i / 17) % 2 == 0 ? 0.5f : -0.5f);
    std::vector<float> mean(17), variance(17);
    kernels::norm_moments({1, 200, 17, groups, true}, x.data(), mean.data(), variance.data());
    for (int c = 0; c < 17; ++c) {
      REQUIRE(mean[c] == Approx(1000.0f));
      REQUIRE(variance[c] == Approx(0.25f));
    }
  }
}

}  // namespace cnn
