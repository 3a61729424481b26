#include <cmath>

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("binary_cross_entropy: shape") {
  const Json json{{"type", "binary_cross_entropy"}};
  CHECK(output_shape(json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
  CHECK(error_text(json, {Shape{2, 1, 10}}) == "[binary_cross_entropy] input must be a vector of logits. Got 2x1x10.");
}

TEST_CASE("binary_cross_entropy: forward matches literals") {
  LayerRun run(R"({"type": "binary_cross_entropy"})"_json, {Shape{1, 1, 2}}, 2);
  run.set_input(0, {std::log(3.0), 0, 1000, -1000});
  run.labels = {0, 1};
  run.forward(Mode::training);
  check_close("p", run.output, std::vector<double>{0.75, 0.5, 1, 0});
  int correct = -1;  // far off the loss stays finite: 1000 for each of the two classes
  CHECK(run.head()->loss(run.pass, &correct) == Approx((std::log(4.0 / 3) + std::log(2.0) + 2000) / 2));
  CHECK(correct == 1);
  run.backward();
  check_close("gradient", run.input_gradient[0], std::vector<double>{-0.125, 0.25, 0.5, -0.5});
}

TEST_CASE("binary_cross_entropy: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_reference(
        Json{{"type", "binary_cross_entropy"}}, {Shape{1, 1, extent}},
        [&](Numbers& n) {
          for (int i = 0; i < n.batch; ++i) {
            const Oracle* x = n.input[0].data() + i * extent;
            for (int c = 0; c < extent; ++c) {
              Oracle* dx = n.input_gradient[0].data() + i * extent;
              const Oracle p = 1 / (1 + std::exp(-x[c]));
              n.output[i * extent + c] = p;
              dx[c] = (p - (c == n.labels[i] ? 1 : 0)) / n.batch;
            }
          }
        },
        Mode::training, 3);
  }
}

TEST_CASE("binary_cross_entropy: gradient matches finite differences") {
  check_gradients(R"({"type": "binary_cross_entropy"})"_json, {Shape{1, 1, 10}}, Mode::training, 4);
  check_gradients(R"({"type": "binary_cross_entropy", "weight": 0.3})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("binary_cross_entropy: definition round trip") {
  check_round_trip(R"({"type": "binary_cross_entropy"})"_json);
  check_round_trip(R"({"type": "binary_cross_entropy", "weight": 0.25})"_json);
}
