#include "engine/kernels/local_response_norm.h"

#include <cmath>

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("local_response_norm: shape") {
  CHECK(output_shape(R"({"type": "local_response_norm"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(error_text(R"({"type": "local_response_norm", "size": 4})"_json, {Shape{5, 7, 3}}) ==
        "[local_response_norm] size must be odd. Got 4.");
}

TEST_CASE("local_response_norm: forward matches literals") {
  // Squares 1 4 16 4 0; sums of three 5 21 24 20 4; with offset 4 and alpha 1: 9 25 28 24 8; beta 0.5 takes the root.
  LayerRun run(R"({"type": "local_response_norm", "size": 3, "offset": 4, "alpha": 1, "beta": 0.5})"_json,
               {Shape{1, 1, 5}}, 1);
  run.set_input(0, {1, -2, 4, 2, 0});
  run.forward(Mode::inference);
  check_close("y", run.output,
              std::vector<double>{1 / 3.0, -2 / 5.0, 4 / std::sqrt(28.0), 2 / std::sqrt(24.0), 0});
  // AlexNet's numbers; the neighbourhood is wider than there are channels.
  LayerRun alex(R"({"type": "local_response_norm"})"_json, {Shape{1, 1, 2}}, 1);
  alex.set_input(0, {100, 200});
  alex.forward(Mode::training);
  const double power = std::pow(2 + 1e-4 * 50000, 0.75);
  check_close("y", alex.output, std::vector<double>{100 / power, 200 / power});
}

TEST_CASE("local_response_norm: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const double beta : {0.75, 0.6}) {
      const Json json{{"type", "local_response_norm"}, {"size", 5}, {"offset", 1}, {"alpha", 0.5}, {"beta", beta}};
      check_reference(json, {Shape{2, 3, extent}}, [&](Numbers& n) {
        const kernels::LocalResponse p{2, 1, 0.5, beta};
        const std::size_t pixels = n.output.size() / extent;
        kernels::reference::local_response_forward(p, pixels, extent, n.input[0].data(), n.output.data());
        kernels::reference::local_response_backward(p, pixels, extent, n.input[0].data(), n.output_gradient.data(),
                                                    n.input_gradient[0].data(), false);
      });
    }
  }
}

TEST_CASE("local_response_norm: gradient matches finite differences") {
  for (const int size : {1, 3, 5, 9}) {
    for (const double beta : {0.0, 0.5, 0.75, 2.0}) {
      const Json json{{"type", "local_response_norm"}, {"size", size}, {"offset", 0.5}, {"alpha", 0.7}, {"beta", beta}};
      check_gradients(json, {Shape{2, 3, 4}});
      check_gradients(json, {Shape{1, 1, 17}}, Mode::inference, 1);
    }
  }
  check_gradients(R"({"type": "local_response_norm"})"_json, {Shape{2, 3, 6}});
}

TEST_CASE("local_response_norm: definition round trip") {
  check_round_trip(R"({"type": "local_response_norm"})"_json);
  check_round_trip(R"({"type": "local_response_norm", "size": 7, "offset": 1, "alpha": 0.001, "beta": 0.5})"_json);
}
