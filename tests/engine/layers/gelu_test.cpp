#include <cmath>

#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("gelu: shape") {
  CHECK(output_shape(R"({"type": "gelu"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "gelu"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("gelu: forward matches literals") {
  check_pointwise_literals(R"({"type": "gelu"})"_json,
                           {{0, 0}, {1, (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * 1.044715)) / 2}, {100, 100}, {-100, 0}});
}

TEST_CASE("gelu: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "gelu"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::gelu_forward(count, x, y); },
      [](std::size_t count, const Oracle* x, const Oracle* /*y*/, const Oracle* dy, Oracle* dx) {
        kernels::reference::gelu_backward(count, x, dy, dx, false);
      });
}

TEST_CASE("gelu: gradient matches finite differences") {
  check_gradients(R"({"type": "gelu"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "gelu"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("gelu: definition round trip") { check_round_trip(R"({"type": "gelu"})"_json); }
