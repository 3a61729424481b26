#include <cmath>

#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("tanh: shape") {
  CHECK(output_shape(R"({"type": "tanh"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "tanh"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("tanh: forward matches literals") {
  check_pointwise_literals(R"({"type": "tanh"})"_json,
                           {{0, 0}, {std::log(2.0), 0.6}, {-std::log(3.0), -0.8}, {100, 1}, {-100, -1}});
}

TEST_CASE("tanh: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "tanh"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::tanh_forward(count, x, y); },
      [](std::size_t count, const Oracle* /*x*/, const Oracle* y, const Oracle* dy, Oracle* dx) {
        kernels::reference::tanh_backward(count, y, dy, dx, false);
      });
}

TEST_CASE("tanh: gradient matches finite differences") {
  check_gradients(R"({"type": "tanh"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "tanh"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("tanh: definition round trip") { check_round_trip(R"({"type": "tanh"})"_json); }
