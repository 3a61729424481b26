#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("squared_error: shape") {
  const Json json{{"type", "squared_error"}};
  CHECK(output_shape(json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
  CHECK(error_text(json, {Shape{2, 1, 10}}) == "[squared_error] input must be a vector of logits. Got 2x1x10.");
}

TEST_CASE("squared_error: forward matches literals") {
  LayerRun run(R"({"type": "squared_error", "weight": 0.5})"_json, {Shape{1, 1, 3}}, 2);
  run.set_input(0, {0.5, 2, -1, 0, 0, 1});
  run.labels = {0, 2};
  run.forward(Mode::training);
  check_close("y", run.output, std::vector<double>{0.5, 2, -1, 0, 0, 1});
  int correct = -1;  // ½·(0.25 + 4 + 1) and 0
  CHECK(run.head()->loss(run.pass, &correct) == Approx(1.3125));
  CHECK(correct == 1);
  run.backward();
  check_close("gradient", run.input_gradient[0], std::vector<double>{-0.125, 0.5, -0.25, 0, 0, 0});
}

TEST_CASE("squared_error: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_reference(
        Json{{"type", "squared_error"}}, {Shape{1, 1, extent}},
        [&](Numbers& n) {
          for (int i = 0; i < n.batch; ++i) {
            const Oracle* x = n.input[0].data() + i * extent;
            for (int c = 0; c < extent; ++c) {
              Oracle* dx = n.input_gradient[0].data() + i * extent;
              n.output[i * extent + c] = x[c];
              dx[c] = (x[c] - (c == n.labels[i] ? 1 : 0)) / n.batch;
            }
          }
        },
        Mode::training, 3);
  }
}

TEST_CASE("squared_error: gradient matches finite differences") {
  check_gradients(R"({"type": "squared_error"})"_json, {Shape{1, 1, 10}}, Mode::training, 4);
  check_gradients(R"({"type": "squared_error", "weight": 0.3})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("squared_error: definition round trip") {
  check_round_trip(R"({"type": "squared_error"})"_json);
  check_round_trip(R"({"type": "squared_error", "weight": 0.25})"_json);
}
