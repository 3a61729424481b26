#include "engine/kernels/normalize.h"

#include <cmath>

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

void check(const Shape& shape, Mode mode) {
  check_reference(
      R"({"type": "batch_norm"})"_json, {shape},
      [&](Numbers& n) {
        const kernels::NormSets sets{1, n.output.size() / shape.c, shape.c, shape.c, true};
        std::vector<Oracle> mean = n.parameter[2], variance = n.parameter[3], inv_std(shape.c);
        if (mode == Mode::training) {
          kernels::reference::norm_moments(sets, n.input[0].data(), mean.data(), variance.data());
        }
        for (int c = 0; c < shape.c; ++c) inv_std[c] = 1 / std::sqrt(variance[c] + Oracle(1e-3));
        const Oracle* gamma = n.parameter[0].data();
        kernels::reference::norm_apply(sets, n.input[0].data(), mean.data(), inv_std.data(), gamma,
                                       n.parameter[1].data(), n.output.data());
        kernels::reference::norm_backward(sets, n.input[0].data(), mean.data(), inv_std.data(), gamma,
                                          n.output_gradient.data(), n.parameter_gradient[0].data(),
                                          n.parameter_gradient[1].data(), n.input_gradient[0].data(), false);
        if (mode == Mode::training) return;
        for (std::size_t i = 0; i < n.output.size(); ++i) {
          n.input_gradient[0][i] = n.output_gradient[i] * gamma[i % shape.c] * inv_std[i % shape.c];
        }
      },
      mode);
}

}  // namespace

TEST_CASE("batch_norm: shape") {
  const Json json = R"({"type": "batch_norm"})"_json;
  CHECK(output_shape(json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  const Shape in[] = {{5, 7, 16}};
  const auto specs = make_layer(json)->parameters({{in, 1}});
  REQUIRE(specs.size() == 4);  // four numbers a map
  const char* names[] = {"gamma", "beta", "running_mean", "running_variance"};
  for (int i = 0; i < 4; ++i) {
    CHECK(specs[i].name == names[i]);
    CHECK(specs[i].shape == std::vector<int>{16});
    CHECK(specs[i].trainable == (i < 2));
    CHECK_FALSE(specs[i].decays);
    CHECK(specs[i].initializer == (i == 0 || i == 3 ? Initializer::ones : Initializer::zeros));
  }
  const Json bare = R"({"type": "batch_norm", "scale": false, "shift": false})"_json;
  CHECK(make_layer(bare)->parameters({{in, 1}}).size() == 2);
  CHECK(error_text(R"({"type": "batch_norm", "epsilon": 0})"_json, {in[0]}) ==
        "[batch_norm] epsilon must be between 1e-12 and 1. Got 0. (at /layers/0/epsilon)");
}

TEST_CASE("batch_norm: forward matches literals") {
  // Mean 3, biased variance 4 for the first map; 0 and 1 for the second; epsilon too small to matter in float.
  LayerRun run(R"({"type": "batch_norm", "momentum": 0.9, "epsilon": 1e-12})"_json, {Shape{1, 2, 2}}, 2);
  run.set_input(0, {1, -1, 5, 1, 1, -1, 5, 1});
  run.set_parameter(0, {10, 1});
  run.set_parameter(1, {100, 0.5});
  run.set_parameter(2, {0, 0});
  run.set_parameter(3, {1, 1});
  SECTION("training uses the batch and moves the running averages by μ ← α·μ + (1 − α)·μ_B") {
    run.forward(Mode::training);
    check_close("y", run.output, std::vector<double>{90, -0.5, 110, 1.5, 90, -0.5, 110, 1.5});
    check_close("running mean", run.parameter[2], std::vector<double>{0.3, 0});
    check_close("running variance", run.parameter[3], std::vector<double>{1.3, 1});
    run.forward(Mode::training);
    check_close("running mean", run.parameter[2], std::vector<double>{0.57, 0});
    check_close("running variance", run.parameter[3], std::vector<double>{1.57, 1});
  }
  SECTION("inference uses the running averages, whatever the batch, and leaves them alone") {
    run.set_parameter(2, {2, 0});
    run.set_parameter(3, {0.25, 4});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{80, 0, 160, 1, 80, 0, 160, 1});
    check_close("running mean", run.parameter[2], std::vector<double>{2, 0});
    check_close("running variance", run.parameter[3], std::vector<double>{0.25, 4});
  }
  SECTION("a map without contrast becomes beta, not NaN") {
    run.set_input(0, {7, 7, 7, 7, 7, 7, 7, 7});
    run.forward(Mode::training);
    check_close("y", run.output, std::vector<double>{100, 0.5, 100, 0.5, 100, 0.5, 100, 0.5});
  }
}

TEST_CASE("batch_norm: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const Mode mode : {Mode::training, Mode::inference}) {
      check({5, 4, extent}, mode);
      check({3, extent, 3}, mode);
      check({1, extent, 17}, mode);
    }
  }
}

TEST_CASE("batch_norm: gradient matches finite differences") {
  for (const Mode mode : {Mode::training, Mode::inference}) {
    check_gradients(R"({"type": "batch_norm"})"_json, {Shape{3, 2, 4}}, mode);
    check_gradients(R"({"type": "batch_norm", "scale": false})"_json, {Shape{2, 3, 3}}, mode);
    check_gradients(R"({"type": "batch_norm", "shift": false, "epsilon": 0.1})"_json, {Shape{2, 3, 3}}, mode);
    check_gradients(R"({"type": "batch_norm", "scale": false, "shift": false})"_json, {Shape{2, 2, 17}}, mode);
    check_gradients(R"({"type": "batch_norm"})"_json, {Shape{1, 1, 5}}, mode, 4);
  }
}

TEST_CASE("batch_norm: definition round trip") {
  check_round_trip(R"({"type": "batch_norm"})"_json);
  check_round_trip(R"({"type": "batch_norm", "momentum": 0.99, "epsilon": 1e-5, "scale": false, "shift": false})"_json);
}
