#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("hard_swish: shape") {
  CHECK(output_shape(R"({"type": "hard_swish"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "hard_swish"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("hard_swish: forward matches literals") {
  check_pointwise_literals(R"({"type": "hard_swish"})"_json,
                           {{0, 0}, {1.5, 1.125}, {-1.5, -0.375}, {3, 3}, {-3, 0}, {100, 100}, {-100, 0}});
}

TEST_CASE("hard_swish: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "hard_swish"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::hard_swish_forward(count, x, y); },
      [](std::size_t count, const Oracle* x, const Oracle* /*y*/, const Oracle* dy, Oracle* dx) {
        kernels::reference::hard_swish_backward(count, x, dy, dx, false);
      });
}

TEST_CASE("hard_swish: gradient matches finite differences") {
  check_gradients(R"({"type": "hard_swish"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "hard_swish"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("hard_swish: definition round trip") { check_round_trip(R"({"type": "hard_swish"})"_json); }
