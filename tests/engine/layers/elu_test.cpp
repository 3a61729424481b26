#include <cmath>

#include "engine/kernels/elementwise.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("elu: shape") {
  CHECK(output_shape(R"({"type": "elu"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "elu"})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
  CHECK(error_text(R"({"type": "elu", "alpha": "1"})"_json, {Shape{1, 1, 1}}) ==
        "[elu] alpha must be a number. Got \"1\". (at /layers/0/alpha)");
}

TEST_CASE("elu: forward matches literals") {
  check_pointwise_literals(R"({"type": "elu"})"_json,
                           {{-std::log(2.0), -0.5}, {-std::log(4.0), -0.75}, {-100, -1}, {0, 0}, {2, 2}});
}

TEST_CASE("elu: vectorised matches reference") {
  check_pointwise_reference(
      Json({{"type", "elu"}, {"alpha", 0.75}}),
      [](std::size_t count, const Oracle* x, Oracle* y) { kernels::reference::elu_forward(count, Oracle(0.75), x, y); },
      [](std::size_t count, const Oracle* x, const Oracle* y, const Oracle* dy, Oracle* dx) {
        kernels::reference::elu_backward(count, Oracle(0.75), x, y, dy, dx, false);
      });
}

TEST_CASE("elu: gradient matches finite differences") {
  check_gradients(R"({"type": "elu"})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "elu"})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
  check_gradients(R"({"type": "elu", "alpha": 0.3})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "elu", "alpha": 0.3})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
  check_gradients(R"({"type": "elu", "alpha": 0})"_json, {Shape{3, 4, 5}});
  check_gradients(R"({"type": "elu", "alpha": 0})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("elu: definition round trip") {
  check_round_trip(R"({"type": "elu"})"_json);
  check_round_trip(R"({"type": "elu", "alpha": 0.5})"_json);
}
