#include "engine/kernels/batch_norm.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {

TEST_CASE("batch norm: vectorised matches reference", "[kernels]") {
  Random random(13);
  for (const int rows : {1, 2, 50, 300}) {
    for (const int channels : {1, 3, 6, 10, 16, 17, 20, 64, 127, 128}) {
      CAPTURE(rows, channels);
      const std::size_t count = static_cast<std::size_t>(rows) * channels;
      auto x = test::random_values(count, random, 2.0f, 4.0f);  // a mean well away from 0
      std::vector<float> mean(channels), variance(channels);
      std::vector<double> mean_wide(channels), variance_wide(channels);
      kernels::reference::channel_moments(rows, channels, test::widen(x).data(), mean_wide.data(), variance_wide.data());
      kernels::channel_moments(rows, channels, x.data(), mean.data(), variance.data());
      test::require_close(mean, mean_wide);
      test::require_close(variance, variance_wide);

      const auto inv_std = test::random_values(channels, random, 0.5f, 2.0f);
      const auto gamma = test::random_values(channels, random), beta = test::random_values(channels, random);
      const auto inv_wide = test::widen(inv_std), gamma_wide = test::widen(gamma);
      mean_wide = test::widen(mean);
      std::vector<float> y(count);
      std::vector<double> y_wide(count);
      kernels::reference::batch_norm_apply(rows, channels, test::widen(x).data(), mean_wide.data(), inv_wide.data(),
                                           gamma_wide.data(), test::widen(beta).data(), y_wide.data());
      kernels::batch_norm_apply(rows, channels, x.data(), mean.data(), inv_std.data(), gamma.data(), beta.data(),
                                y.data());
      test::require_close(y, y_wide);

      const auto dy = test::random_values(count, random);
      std::vector<float> scratch(2 * channels);
      for (const bool accumulate : {false, true}) {
        CAPTURE(accumulate);
        auto dgamma = test::random_values(channels, random), dbeta = test::random_values(channels, random);
        auto dx = test::random_values(count, random);
        auto dgamma_wide = test::widen(dgamma), dbeta_wide = test::widen(dbeta), dx_wide = test::widen(dx);
        kernels::reference::batch_norm_backward(rows, channels, test::widen(x).data(), mean_wide.data(), inv_wide.data(),
                                                gamma_wide.data(), test::widen(dy).data(), dgamma_wide.data(),
                                                dbeta_wide.data(), dx_wide.data(), accumulate);
        kernels::batch_norm_backward(rows, channels, x.data(), mean.data(), inv_std.data(), gamma.data(), dy.data(),
                                     dgamma.data(), dbeta.data(), dx.data(), accumulate, scratch.data());
        test::require_close(dgamma, dgamma_wide);
        test::require_close(dbeta, dbeta_wide);
        test::require_close(dx, dx_wide);
      }
      kernels::batch_norm_apply(rows, channels, x.data(), mean.data(), inv_std.data(), gamma.data(), beta.data(),
                                x.data());
      REQUIRE(x == y);
    }
  }
}

TEST_CASE("batch norm: a large mean does not eat the variance", "[kernels]") {
  std::vector<float> x(200 * 17);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1000.0f + ((i / 17) % 2 == 0 ? 0.5f : -0.5f);
  std::vector<float> mean(17), variance(17);
  kernels::channel_moments(200, 17, x.data(), mean.data(), variance.data());
  for (int c = 0; c < 17; ++c) {
    REQUIRE(mean[c] == Approx(1000.0f));
    REQUIRE(variance[c] == Approx(0.25f));
  }
}

}  // namespace cnn
