#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("hard_sigmoid: shape") {
  CHECK(output_shape(R"({"type": "hard_sigmoid"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "hard_sigmoid"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("hard_sigmoid: forward matches literals") {
  check_pointwise_literals(R"({"type": "hard_sigmoid"})"_json,
                           {{0, 0.5}, {1.5, 0.75}, {-1.5, 0.25}, {3, 1}, {-3, 0}, {100, 1}, {-100, 0}});
}

TEST_CASE("hard_sigmoid: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "hard_sigmoid"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::hard_sigmoid_forward(count, x, y); },
      [](std::size_t count, const Oracle* /*x*/, const Oracle* y, const Oracle* dy, Oracle* dx) {
        kernels::reference::hard_sigmoid_backward(count, y, dy, dx, false);
      });
}

TEST_CASE("hard_sigmoid: gradient matches finite differences") {
  check_gradients(R"({"type": "hard_sigmoid"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "hard_sigmoid"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("hard_sigmoid: definition round trip") { check_round_trip(R"({"type": "hard_sigmoid"})"_json); }
