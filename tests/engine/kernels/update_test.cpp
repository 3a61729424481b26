#include "engine/kernels/update.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {

TEST_CASE("update: vectorised matches reference over several steps", "[kernels]") {
  Random random(12);
  for (const int count : {1, 3, 16, 17, 127, 128}) {
    for (const float decay : {0.0f, 0.01f}) {
      CAPTURE(count, decay);
      const auto start = test::random_values(count, random);
      auto sgd = start, momentum = start, nesterov = start, adam = start;
      auto sgd_wide = test::widen(start), momentum_wide = sgd_wide, nesterov_wide = sgd_wide, adam_wide = sgd_wide;
      std::vector<float> v(count), v_nesterov(count), m(count), s(count);
      std::vector<double> vd(count), vd_nesterov(count), md(count), sd(count);
      // The parameters are given as the floats they are, so that both sides compute with the same numbers.
      const auto wide = [](float f) { return static_cast<double>(f); };
      for (long step = 1; step <= 5; ++step) {
        const auto g = test::random_values(count, random);
        const auto gd = test::widen(g);
        kernels::sgd_update(count, 0.1f, decay, g.data(), sgd.data());
        kernels::reference::sgd_update(count, wide(0.1f), wide(decay), gd.data(), sgd_wide.data());
        kernels::momentum_update(count, 0.1f, 0.9f, false, decay, g.data(), v.data(), momentum.data());
        kernels::reference::momentum_update(count, wide(0.1f), wide(0.9f), false, wide(decay), gd.data(), vd.data(),
                                            momentum_wide.data());
        kernels::momentum_update(count, 0.1f, 0.9f, true, decay, g.data(), v_nesterov.data(), nesterov.data());
        kernels::reference::momentum_update(count, wide(0.1f), wide(0.9f), true, wide(decay), gd.data(),
                                            vd_nesterov.data(), nesterov_wide.data());
        kernels::adam_update(count, 0.01f, 0.9f, 0.999f, 1e-8f, step, decay, g.data(), m.data(), s.data(), adam.data());
        kernels::reference::adam_update(count, wide(0.01f), wide(0.9f), wide(0.999f), wide(1e-8f), step, wide(decay),
                                        gd.data(), md.data(), sd.data(), adam_wide.data());
      }
      test::require_close(sgd, sgd_wide);
      test::require_close(momentum, momentum_wide);
      test::require_close(nesterov, nesterov_wide);
      test::require_close(adam, adam_wide);
    }
  }
}

TEST_CASE("update: matches literals", "[kernels]") {
  float p[] = {1.0f};
  const float g[] = {0.5f};
  kernels::sgd_update(1, 0.1f, 0.0f, g, p);
  REQUIRE(p[0] == Approx(0.95));
  float v[] = {1.0f};
  kernels::momentum_update(1, 0.1f, 0.5f, true, 0.0f, g, v, p);  // v = 1, p −= 0.1·(0.5 + 0.5·1)
  REQUIRE(v[0] == Approx(1.0));
  REQUIRE(p[0] == Approx(0.85));
  float m[] = {0.0f}, s[] = {0.0f};
  kernels::adam_update(1, 0.1f, 0.9f, 0.999f, 1e-8f, 1, 0.0f, g, m, s, p);  // the first step is rate · sign(g)
  REQUIRE(p[0] == Approx(0.75));
}

TEST_CASE("update: moments stay out of the denormal range", "[kernels]") {
  std::vector<float> p(17, 1.0f), m(17, 1e-20f), v(17, 1e-20f), s(17, 1e-20f), g(17, 0.0f);
  for (long step = 1; step <= 2000; ++step) {
    kernels::adam_update(17, 0.01f, 0.9f, 0.9f, 1e-8f, step, 0.0f, g.data(), m.data(), s.data(), p.data());
    kernels::momentum_update(17, 0.01f, 0.9f, false, 0.0f, g.data(), v.data(), p.data());
    for (int i = 0; i < 17; ++i) {
      REQUIRE(std::fpclassify(m[i]) != FP_SUBNORMAL);
      REQUIRE(std::fpclassify(s[i]) != FP_SUBNORMAL);
      REQUIRE(std::fpclassify(v[i]) != FP_SUBNORMAL);
    }
  }
  REQUIRE(m[0] == 0.0f);
  REQUIRE(v[0] == 0.0f);
}

}  // namespace cnn
