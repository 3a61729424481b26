#include <cmath>

#include "engine/kernels/normalize.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// Both normalisations by themselves, mixed.
void check(const Shape& shape) {
  check_reference(R"({"type": "batch_instance_norm", "epsilon": 0.1})"_json, {shape}, [&](Numbers& n) {
    const std::size_t cells = static_cast<std::size_t>(shape.h) * shape.w;
    const kernels::NormSets sets[] = {{1, n.batch * cells, shape.c, shape.c, true}, {n.batch, cells, shape.c, shape.c, true}};
    const std::vector<Oracle>&gamma = n.parameter[0], &beta = n.parameter[1], &rho = n.parameter[2];
    for (const bool image : {false, true}) {
      const kernels::NormSets& s = sets[image];
      std::vector<Oracle> mean(s.images * shape.c), inv_std(mean.size()), share(shape.c), factor(shape.c), none(shape.c);
      std::vector<Oracle> sum(shape.c), dbeta(shape.c), y(n.output.size());
      for (int c = 0; c < shape.c; ++c) {
        share[c] = image ? 1 - rho[c] : rho[c];
        factor[c] = gamma[c] * share[c];
      }
      const Oracle* x = n.input[0].data();
      kernels::reference::norm_moments(s, x, mean.data(), inv_std.data());
      for (Oracle& value : inv_std) value = 1 / std::sqrt(value + Oracle(0.1));
      kernels::reference::norm_apply(s, x, mean.data(), inv_std.data(), factor.data(), none.data(), y.data());
      for (std::size_t i = 0; i < y.size(); ++i) n.output[i] += y[i] + (image ? beta[i % shape.c] : 0);
      kernels::reference::norm_backward(s, x, mean.data(), inv_std.data(), factor.data(), n.output_gradient.data(),
                                        sum.data(), dbeta.data(), n.input_gradient[0].data(), image);
      for (int c = 0; c < shape.c; ++c) {
        n.parameter_gradient[0][c] += share[c] * sum[c];
        n.parameter_gradient[1][c] = dbeta[c];
        n.parameter_gradient[2][c] += (image ? -1 : 1) * gamma[c] * sum[c];
      }
    }
  });
}

}  // namespace

TEST_CASE("batch_instance_norm: shape") {
  const Json json = R"({"type": "batch_instance_norm"})"_json;
  const Shape in{5, 7, 16};
  CHECK(output_shape(json, {in}) == in);
  const auto specs = make_layer(json)->parameters({{&in, 1}});
  REQUIRE(specs.size() == 5);
  const char* names[] = {"gamma", "beta", "rho", "running_mean", "running_variance"};
  for (int i = 0; i < 5; ++i) {
    CHECK(specs[i].name == names[i]);
    CHECK(specs[i].shape == std::vector<int>{16});
    CHECK(specs[i].trainable == (i < 3));
    CHECK_FALSE(specs[i].decays);
  }
  CHECK(specs[2].constant == 1);
  CHECK(make_layer(json)->receptive_step({{&in, 1}}, in).whole);
  const Json bare = R"({"type": "batch_instance_norm", "scale": false, "shift": false})"_json;
  CHECK(make_layer(bare)->parameters({{&in, 1}}).size() == 3);
}

TEST_CASE("batch_instance_norm: forward matches literals") {
  // One map, two images: 0 2 (mean 1, deviation 1) and 4 6 (5, 1). The batch has mean 3 and variance 5.
  LayerRun run(R"({"type": "batch_instance_norm", "epsilon": 1e-12})"_json, {Shape{1, 2, 1}}, 2);
  run.set_input(0, {0, 2, 4, 6});
  run.set_parameter(0, {10});
  run.set_parameter(1, {100});
  run.set_parameter(3, {0});
  run.set_parameter(4, {1});
  const double r = std::sqrt(5.0);
  SECTION("rho 1 is batch normalisation") {
    run.set_parameter(2, {1});
    run.forward(Mode::training);
    check_close("y", run.output, std::vector<double>{100 - 30 / r, 100 - 10 / r, 100 + 10 / r, 100 + 30 / r});
    check_close("running mean", run.parameter[3], std::vector<double>{0.3});
    check_close("running variance", run.parameter[4], std::vector<double>{1.4});
  }
  SECTION("rho 0 is instance normalisation") {
    run.set_parameter(2, {0});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{90, 110, 90, 110});
  }
  SECTION("between them they are mixed") {
    run.set_parameter(2, {0.25});
    run.forward(Mode::training);
    check_close("y", run.output, std::vector<double>{92.5 - 7.5 / r, 107.5 - 2.5 / r, 92.5 + 2.5 / r, 107.5 + 7.5 / r});
  }
  SECTION("inference takes the running averages for the batch") {
    run.set_parameter(2, {0.5});
    run.set_parameter(3, {2});
    run.set_parameter(4, {4});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{90, 105, 100, 115});
  }
  SECTION("a training pass puts rho back between 0 and 1") {
    run.set_parameter(2, {1.5});
    run.forward(Mode::training);
    check_close("rho", run.parameter[2], std::vector<double>{1});
    run.set_parameter(2, {-0.5});
    run.forward(Mode::training);
    check_close("rho", run.parameter[2], std::vector<double>{0});
    check_close("y", run.output, std::vector<double>{90, 110, 90, 110});
  }
}

TEST_CASE("batch_instance_norm: vectorised matches reference") {
  for (const int extent : kExtents) {
    check({3, 2, extent});
    check({2, extent, 3});
    check({1, extent, 17});
  }
}

TEST_CASE("batch_instance_norm: gradient matches finite differences") {
  for (const Mode mode : {Mode::training, Mode::inference}) {
    for (const int learnt : {0, 1, 2, 3}) {
      const Json json{{"type", "batch_instance_norm"}, {"scale", (learnt & 1) != 0}, {"shift", (learnt & 2) != 0}};
      check_gradients(json, {Shape{3, 2, 4}}, mode);
    }
    check_gradients(R"({"type": "batch_instance_norm", "epsilon": 0.1})"_json, {Shape{2, 2, 17}}, mode, 3);
  }
}

TEST_CASE("batch_instance_norm: definition round trip") {
  check_round_trip(R"({"type": "batch_instance_norm"})"_json);
  check_round_trip(
      R"({"type": "batch_instance_norm", "momentum": 0.99, "epsilon": 1e-3, "scale": false, "shift": false})"_json);
}
