#include <cmath>

#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("softplus: shape") {
  CHECK(output_shape(R"({"type": "softplus"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "softplus"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("softplus: forward matches literals") {
  check_pointwise_literals(R"({"type": "softplus"})"_json, {{0, std::log(2.0)},
                                                            {std::log(std::exp(1.0) - 1), 1},
                                                            {-std::log(3.0), std::log(4.0 / 3)},
                                                            {100, 100},
                                                            {-100, 0}});
}

TEST_CASE("softplus: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "softplus"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::softplus_forward(count, x, y); },
      [](std::size_t count, const Oracle* x, const Oracle* /*y*/, const Oracle* dy, Oracle* dx) {
        kernels::reference::softplus_backward(count, x, dy, dx, false);
      });
}

TEST_CASE("softplus: gradient matches finite differences") {
  check_gradients(R"({"type": "softplus"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "softplus"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("softplus: definition round trip") { check_round_trip(R"({"type": "softplus"})"_json); }
