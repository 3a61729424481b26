#include "engine/kernels/channelwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {
const Json kMultiply = R"({"type": "multiply"})"_json;
}

TEST_CASE("multiply: shape") {
  const Shape s{5, 7, 3};
  CHECK(output_shape(kMultiply, {s, s}) == s);
  CHECK(output_shape(kMultiply, {s, Shape{1, 1, 3}}) == s);
  CHECK(make_layer(kMultiply)->least_inputs() == 2);
  CHECK(make_layer(kMultiply)->most_inputs() == 2);
  CHECK(error_text(kMultiply, {Shape{1, 1, 3}, s}) ==
        "[multiply] the second input must have the shape of the first or be a vector with a number for each of its maps. "
        "Got 3 and 5x7x3.");
}

TEST_CASE("multiply: forward matches literals") {
  SECTION("a gate for each map of each image") {
    LayerRun run(kMultiply, {Shape{1, 2, 2}, Shape{1, 1, 2}}, 2);
    run.set_input(0, {1, 2, 3, 4, 5, 6, 7, 8});
    run.set_input(1, {10, 0, -1, 0.5});
    run.set_output_gradient({1, 1, 1, 1, 1, 2, 3, 4});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{10, 0, 30, 0, -5, 3, -7, 4});
    run.backward();
    check_close("dx", run.input_gradient[0], std::vector<double>{10, 0, 10, 0, -1, 1, -3, 2});
    check_close("dgate", run.input_gradient[1], std::vector<double>{4, 6, 26, 44});
  }
  SECTION("value by value") {
    LayerRun run(kMultiply, {Shape{1, 2, 2}, Shape{1, 2, 2}}, 1);
    run.set_input(0, {1, 2, 3, 4});
    run.set_input(1, {10, 0, -1, 0.5});
    run.forward(Mode::training);
    check_close("y", run.output, std::vector<double>{10, 0, -3, 2});
  }
}

TEST_CASE("multiply: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const Shape& shape : {Shape{3, 5, extent}, Shape{1, extent, 3}, Shape{20, 10, extent}}) {
      check_reference(kMultiply, {shape, Shape{1, 1, shape.c}}, [&](Numbers& n) {
        const std::size_t rows = static_cast<std::size_t>(shape.h) * shape.w;
        const Oracle *x = n.input[0].data(), *gate = n.input[1].data(), *dy = n.output_gradient.data();
        kernels::reference::gate_maps(n.batch, rows, shape.c, x, gate, n.output.data(), false);
        kernels::reference::gate_maps(n.batch, rows, shape.c, dy, gate, n.input_gradient[0].data(), false);
        kernels::reference::gate_maps_backward(n.batch, rows, shape.c, x, dy, n.input_gradient[1].data(), false);
      });
    }
    check_reference(kMultiply, {Shape{2, 3, extent}, Shape{2, 3, extent}}, [](Numbers& n) {
      for (std::size_t i = 0; i < n.output.size(); ++i) {
        n.output[i] = n.input[0][i] * n.input[1][i];
        n.input_gradient[0][i] = n.input[1][i] * n.output_gradient[i];
        n.input_gradient[1][i] = n.input[0][i] * n.output_gradient[i];
      }
    });
  }
}

TEST_CASE("multiply: gradient matches finite differences") {
  check_gradients(kMultiply, {Shape{3, 4, 5}, Shape{1, 1, 5}});
  check_gradients(kMultiply, {Shape{3, 4, 1}, Shape{1, 1, 1}});
  check_gradients(kMultiply, {Shape{2, 3, 4}, Shape{2, 3, 4}});
  check_gradients(kMultiply, {Shape{1, 1, 17}, Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("multiply: definition round trip") { check_round_trip(kMultiply); }
