#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("softsign: shape") {
  CHECK(output_shape(R"({"type": "softsign"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "softsign"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
}

TEST_CASE("softsign: forward matches literals") {
  check_pointwise_literals(R"({"type": "softsign"})"_json, {{0, 0}, {1, 0.5}, {-3, -0.75}, {9, 0.9}, {-1e30, -1}});
}

TEST_CASE("softsign: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "softsign"}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::softsign_forward(count, x, y); },
      [](std::size_t count, const Oracle* x, const Oracle* /*y*/, const Oracle* dy, Oracle* dx) {
        kernels::reference::softsign_backward(count, x, dy, dx, false);
      });
}

TEST_CASE("softsign: gradient matches finite differences") {
  check_gradients(R"({"type": "softsign"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "softsign"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("softsign: definition round trip") { check_round_trip(R"({"type": "softsign"})"_json); }
