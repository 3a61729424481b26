#include "engine/kernels/channelwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("prelu: shape") {
  const Json json = R"({"type": "prelu", "slope": 0.125})"_json;
  const Shape in{5, 7, 3};
  CHECK(output_shape(json, {in}) == in);
  const auto specs = make_layer(json)->parameters({{&in, 1}});
  REQUIRE(specs.size() == 1);
  CHECK(specs[0].name == "slope");
  CHECK(specs[0].shape == std::vector<int>{3});
  CHECK(specs[0].trainable);
  CHECK_FALSE(specs[0].decays);
  CHECK(specs[0].initializer == Initializer::constant);
  CHECK(specs[0].constant == 0.125);
}

TEST_CASE("prelu: forward matches literals") {
  LayerRun run(R"({"type": "prelu"})"_json, {Shape{1, 2, 2}}, 1);
  run.set_input(0, {1, -2, -3, 0});
  run.set_parameter(0, {0.5, -0.25});
  run.set_output_gradient({1, 2, 4, 8});
  run.forward(Mode::training);
  check_close("y", run.output, std::vector<double>{1, 0.5, -1.5, 0});
  run.backward();
  check_close("dx", run.input_gradient[0], std::vector<double>{1, -0.5, 2, -2});
  check_close("dslope", run.parameter_gradient[0], std::vector<double>{-12, -4});
}

TEST_CASE("prelu: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const Shape& shape : {Shape{3, 2, extent}, Shape{1, extent, 3}, Shape{1, extent, 17}}) {
      check_reference(R"({"type": "prelu"})"_json, {shape}, [&](Numbers& n) {
        const std::size_t rows = n.output.size() / shape.c;
        const Oracle *slope = n.parameter[0].data(), *x = n.input[0].data();
        kernels::reference::prelu_forward(rows, shape.c, slope, x, n.output.data());
        kernels::reference::prelu_backward(rows, shape.c, slope, x, n.output_gradient.data(),
                                           n.input_gradient[0].data(), false, n.parameter_gradient[0].data());
      });
    }
  }
}

TEST_CASE("prelu: gradient matches finite differences") {
  for (const Mode mode : {Mode::training, Mode::inference}) {
    check_gradients(R"({"type": "prelu"})"_json, {Shape{3, 4, 5}}, mode);
    check_gradients(R"({"type": "prelu"})"_json, {Shape{2, 1, 17}}, mode);
  }
}

TEST_CASE("prelu: definition round trip") {
  check_round_trip(R"({"type": "prelu"})"_json);
  check_round_trip(R"({"type": "prelu", "slope": 0.5})"_json);
}
