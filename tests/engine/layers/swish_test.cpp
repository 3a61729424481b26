#include <cmath>

#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("swish: shape") {
  CHECK(output_shape(R"({"type": "swish"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "swish"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("swish: forward matches literals") {
  check_pointwise_literals(
      R"({"type": "swish"})"_json,
      {{0, 0}, {std::log(3.0), 0.75 * std::log(3.0)}, {-std::log(3.0), -0.25 * std::log(3.0)}, {100, 100}, {-100, 0}});
}

TEST_CASE("swish: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "swish"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::swish_forward(count, x, y); },
      [](std::size_t count, const Oracle* x, const Oracle* /*y*/, const Oracle* dy, Oracle* dx) {
        kernels::reference::swish_backward(count, x, dy, dx, false);
      });
}

TEST_CASE("swish: gradient matches finite differences") {
  check_gradients(R"({"type": "swish"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "swish"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("swish: definition round trip") { check_round_trip(R"({"type": "swish"})"_json); }
