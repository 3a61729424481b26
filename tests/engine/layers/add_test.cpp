#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {
const Json kAdd = R"({"type": "add"})"_json;
}

TEST_CASE("add: shape") {
  const Shape s{5, 7, 3};
  CHECK(output_shape(kAdd, {s, s}) == s);
  CHECK(output_shape(kAdd, {s, s, s, s}) == s);
  CHECK(make_layer(kAdd)->least_inputs() == 2);
  CHECK(make_layer(kAdd)->most_inputs() == kManyInputs);
  CHECK(error_text(kAdd, {s, s, Shape{5, 7, 4}}) == "[add] inputs must have the same shape. Got 5x7x3 and 5x7x4.");
}

TEST_CASE("add: forward matches literals") {
  LayerRun run(kAdd, {Shape{1, 1, 3}, Shape{1, 1, 3}, Shape{1, 1, 3}}, 1);
  run.set_input(0, {1, 2, 3});
  run.set_input(1, {10, 20, 30});
  run.set_input(2, {-100, 0, 100});
  run.set_output_gradient({5, 6, 7});
  run.forward(Mode::inference);
  check_close("sum", run.output, std::vector<double>{-89, 22, 133});
  run.backward();
  for (const Buffer<Real>& gradient : run.input_gradient) {
    check_close("gradient", gradient, std::vector<double>{5, 6, 7});
  }
}

TEST_CASE("add: vectorised matches reference") {
  for (const int extent : kExtents) {
    const Shape shape{3, 2, extent};
    check_reference(kAdd, {shape, shape, shape}, [](Numbers& n) {
      for (std::size_t i = 0; i < n.output.size(); ++i) {
        for (std::size_t k = 0; k < n.input.size(); ++k) {
          n.output[i] += n.input[k][i];
          n.input_gradient[k][i] = n.output_gradient[i];
        }
      }
    });
  }
}

TEST_CASE("add: gradient matches finite differences") {
  const Shape s{3, 4, 5};
  check_gradients(kAdd, {s, s});
  check_gradients(kAdd, {s, s, s});
  check_gradients(kAdd, {Shape{1, 1, 17}, Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("add: definition round trip") { check_round_trip(kAdd); }
