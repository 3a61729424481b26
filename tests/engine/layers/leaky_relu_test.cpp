#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("leaky_relu: shape") {
  CHECK(output_shape(R"({"type": "leaky_relu"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "leaky_relu"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
  CHECK(error_text(R"({"type": "leaky_relu", "slope": -0.1})"_json, {Shape{1, 1, 1}}) ==
        "[leaky_relu] slope must be between 0 and 1. Got -0.1. (at /layers/0/slope)");
}

TEST_CASE("leaky_relu: forward matches literals") {
  check_pointwise_literals(R"({"type": "leaky_relu"})"_json,
                           {{-100, -1}, {-0.5, -0.005}, {0, 0}, {0.5, 0.5}, {100, 100}});
}

TEST_CASE("leaky_relu: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "leaky_relu"}, {"slope", 0.2f}}),
      [](std::size_t count, const Oracle* x, Oracle* y) {
        kernels::reference::leaky_relu_forward(count, Oracle(0.2f), x, y);
      },
      [](std::size_t count, const Oracle* x, const Oracle* /*y*/, const Oracle* dy, Oracle* dx) {
        kernels::reference::leaky_relu_backward(count, Oracle(0.2f), x, dy, dx, false);
      });
}

TEST_CASE("leaky_relu: gradient matches finite differences") {
  check_gradients(R"({"type": "leaky_relu"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "leaky_relu"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
  check_gradients(R"({"type": "leaky_relu", "slope": 0.3})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "leaky_relu", "slope": 0.3})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
  check_gradients(R"({"type": "leaky_relu", "slope": 0})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "leaky_relu", "slope": 0})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
  check_gradients(R"({"type": "leaky_relu", "slope": 1})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "leaky_relu", "slope": 1})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("leaky_relu: definition round trip") {
  check_round_trip(R"({"type": "leaky_relu"})"_json);
  check_round_trip(R"({"type": "leaky_relu", "slope": 0.25})"_json);
}
