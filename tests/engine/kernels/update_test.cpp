#include "engine/kernels/update.h"

#include <algorithm>

#include "tests/engine/kernels/compare.h"

namespace cnn {

using kernels::Rule;

namespace {

constexpr Rule kRules[] = {Rule::sgd,      Rule::momentum, Rule::nesterov, Rule::adagrad,
                           Rule::adadelta, Rule::rmsprop,  Rule::adam,     Rule::adamw};

kernels::Update<float> step_of(Rule rule) {
  kernels::Update<float> u;
  u.rule = rule;
  u.rate = 0.01f;
  u.momentum = u.beta1 = u.rho = 0.9f;
  u.beta2 = 0.999f;
  u.epsilon = 1e-6f;
  return u;
}

// The numbers as the floats they are, so that both sides compute with the same ones.
kernels::Update<double> widen(const kernels::Update<float>& u) {
  kernels::Update<double> wide;
  wide.rule = u.rule;
  wide.rate = u.rate;
  wide.scale = u.scale;
  wide.most = u.most;
  wide.l2 = u.l2;
  wide.l1 = u.l1;
  wide.momentum = u.momentum;
  wide.rho = u.rho;
  wide.beta1 = u.beta1;
  wide.beta2 = u.beta2;
  wide.epsilon = u.epsilon;
  wide.step = u.step;
  return wide;
}

// One parameter of 1 after steps with these gradients.
float follow(kernels::Update<float> u, std::initializer_list<float> gradients) {
  float p = 1, first = 0, second = 0;
  for (const float g : gradients) {
    kernels::update(u, 1, &g, &first, &second, &p);
    ++u.step;
  }
  return p;
}

}  // namespace

TEST_CASE("update: vectorised matches reference over several steps", "[kernels]") {
  Random random(12);
  for (const Rule rule : kRules) {
    for (const int count : {1, 3, 16, 17, 127, 128, 1300}) {
      for (const bool treated : {false, true}) {
        CAPTURE(static_cast<int>(rule), count, treated);
        kernels::Update<float> u = step_of(rule);
        if (treated) {
          u.scale = 0.5f;
          u.most = 0.3f;
          u.l2 = 0.01f;
          u.l1 = 0.02f;
        }
        auto p = test::random_values(count, random);
        std::vector<float> first(count), second(count);
        auto p_wide = test::widen(p), first_wide = test::widen(first), second_wide = test::widen(second);
        for (u.step = 1; u.step <= 5; ++u.step) {
          const auto g = test::random_values(count, random);
          const auto g_wide = test::widen(g);
          kernels::update(u, count, g.data(), first.data(), second.data(), p.data());
          kernels::reference::update(widen(u), count, g_wide.data(), first_wide.data(), second_wide.data(),
                                     p_wide.data());
        }
        test::require_close(p, p_wide);
        test::require_close(first, first_wide);
        test::require_close(second, second_wide);
      }
    }
  }
}

TEST_CASE("update: matches literals", "[kernels]") {
  const auto with = [](Rule rule, float rate) {
    kernels::Update<float> u = step_of(rule);
    u.rate = rate;
    u.momentum = u.rho = 0.5f;
    return u;
  };
  CHECK(follow(with(Rule::sgd, 0.1f), {0.5f, 0.5f}) == Approx(0.9));
  CHECK(follow(with(Rule::momentum, 0.1f), {1, 1}) == Approx(1 - 0.1 - 0.15));
  CHECK(follow(with(Rule::nesterov, 0.1f), {1, 1}) == Approx(1 - 0.15 - 0.175));
  CHECK(follow(with(Rule::adagrad, 0.1f), {3, 4}) == Approx(1 - 0.1 - 0.08));  // 4 / √(9 + 16)
  CHECK(follow(with(Rule::rmsprop, 0.1f), {4, 4}) == Approx(1 - 0.1 * std::sqrt(2) - 0.1 / std::sqrt(0.75)));
  CHECK(follow(with(Rule::adam, 0.1f), {0.5f}) == Approx(0.9));  // the first step is rate · sign(g)
  // v = 2, so d = √(ε / 2)·2, whatever the gradient's size.
  CHECK(1 - follow(with(Rule::adadelta, 1), {2}) == Approx(std::sqrt(2e-6)).epsilon(1e-3));
}

TEST_CASE("update: decay, cut and scale by hand", "[kernels]") {
  kernels::Update<float> u = step_of(Rule::sgd);
  u.rate = 0.1f;
  u.scale = 0.25f;
  CHECK(follow(u, {2}) == Approx(0.95));
  u.most = 0.1f;
  CHECK(follow(u, {2}) == Approx(0.99));
  CHECK(follow(u, {-2}) == Approx(1.01));
  u.l2 = 0.5f;
  CHECK(follow(u, {2}) == Approx(1 - 0.1 * (0.1 + 0.5)));  // decay is not cut
  u.l1 = 0.25f;
  CHECK(follow(u, {2}) == Approx(1 - 0.1 * (0.1 + 0.5 + 0.25)));

  // L1 pulls towards zero from both sides and leaves zero alone.
  kernels::Update<float> lasso = step_of(Rule::sgd);
  lasso.rate = 1;
  lasso.l1 = 0.25f;
  std::vector<float> p = {1, -1, 0}, g(3, 0.0f);
  kernels::update<float>(lasso, 3, g.data(), nullptr, nullptr, p.data());
  CHECK(p == std::vector<float>{0.75f, -0.75f, 0});

  // AdamW's decay is apart: with no gradient Adam would move by the whole rate.
  kernels::Update<float> apart = step_of(Rule::adamw);
  apart.rate = 0.1f;
  apart.l2 = 0.5f;
  CHECK(follow(apart, {0}) == Approx(0.95));
}

TEST_CASE("update: what is not a number is not cut away", "[kernels]") {
  kernels::Update<float> u = step_of(Rule::sgd);
  u.most = 1;
  CHECK(std::isnan(follow(u, {std::nanf("")})));
}

TEST_CASE("update: moments stay out of the denormal range", "[kernels]") {
  for (const Rule rule : {Rule::momentum, Rule::adadelta, Rule::rmsprop, Rule::adam}) {
    CAPTURE(static_cast<int>(rule));
    kernels::Update<float> u = step_of(rule);
    u.beta2 = 0.9f;
    std::vector<float> p(17, 1.0f), first(17, 1e-20f), second(17, 1e-20f), g(17, 0.0f);
    bool denormal = false;
    for (u.step = 1; u.step <= 2000; ++u.step) {
      kernels::update(u, 17, g.data(), first.data(), second.data(), p.data());
      for (int i = 0; i < 17; ++i) {
        denormal |= std::fpclassify(first[i]) == FP_SUBNORMAL || std::fpclassify(second[i]) == FP_SUBNORMAL;
      }
    }
    CHECK(!denormal);
    CHECK(first[0] == 0.0f);
  }
}

TEST_CASE("update: sum of squares", "[kernels]") {
  Random random(13);
  for (const int count : {0, 1, 3, 16, 17, 127, 128, 40000}) {
    const auto x = test::random_values(count, random);
    CHECK(kernels::sum_of_squares<float>(count, x.data()) ==
          Approx(kernels::reference::sum_of_squares<float>(count, x.data())).epsilon(1e-6));
  }
}

}  // namespace cnn
