#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("relu: shape") {
  CHECK(output_shape(R"({"type": "relu"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "relu"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("relu: forward matches literals") {
  check_pointwise_literals(R"({"type": "relu"})"_json,
                           {{-2, 0}, {-1e-30, 0}, {0, 0}, {1e-30, 1e-30}, {0.5, 0.5}, {1e30, 1e30}});
}

TEST_CASE("relu: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "relu"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::relu_forward(count, x, y); },
      [](std::size_t count, const Oracle* /*x*/, const Oracle* y, const Oracle* dy, Oracle* dx) {
        kernels::reference::relu_backward(count, y, dy, dx, false);
      });
}

TEST_CASE("relu: gradient matches finite differences") {
  check_gradients(R"({"type": "relu"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "relu"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("relu: definition round trip") { check_round_trip(R"({"type": "relu"})"_json); }
