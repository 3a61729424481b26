#include <cmath>

#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("sigmoid: shape") {
  CHECK(output_shape(R"({"type": "sigmoid"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "sigmoid"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("sigmoid: forward matches literals") {
  check_pointwise_literals(R"({"type": "sigmoid"})"_json,
                           {{0, 0.5}, {std::log(3.0), 0.75}, {-std::log(3.0), 0.25}, {100, 1}, {-100, 0}});
}

TEST_CASE("sigmoid: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "sigmoid"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::sigmoid_forward(count, x, y); },
      [](std::size_t count, const Oracle* /*x*/, const Oracle* y, const Oracle* dy, Oracle* dx) {
        kernels::reference::sigmoid_backward(count, y, dy, dx, false);
      });
}

TEST_CASE("sigmoid: gradient matches finite differences") {
  check_gradients(R"({"type": "sigmoid"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "sigmoid"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("sigmoid: definition round trip") { check_round_trip(R"({"type": "sigmoid"})"_json); }
