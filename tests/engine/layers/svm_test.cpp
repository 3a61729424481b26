#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("svm: shape") {
  const Json json{{"type", "svm"}};
  CHECK(output_shape(json, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
  CHECK(error_text(json, {Shape{2, 1, 10}}) == "[svm] input must be a vector of logits. Got 2x1x10.");
}

TEST_CASE("svm: forward matches literals") {
  LayerRun run(R"({"type": "svm", "margin": 2, "weight": 3})"_json, {Shape{1, 1, 3}}, 2);
  run.set_input(0, {1, 2.5, -4, 5, 1, 7});
  run.labels = {0, 2};
  run.forward(Mode::training);
  check_close("scores", run.output, std::vector<double>{1, 2.5, -4, 5, 1, 7});
  int correct = -1;  // (3.5 + 0) and (0 + 0: exactly the margin costs nothing)
  CHECK(run.head()->loss(run.pass, &correct) == Approx(1.75));
  CHECK(correct == 1);
  run.backward();
  check_close("gradient", run.input_gradient[0], std::vector<double>{-1.5, 1.5, 0, 0, 0, 0});
}

TEST_CASE("svm: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_reference(
        R"({"type": "svm", "margin": 0.3})"_json, {Shape{1, 1, extent}},
        [&](Numbers& n) {
          for (int i = 0; i < n.batch; ++i) {
            const Oracle* x = n.input[0].data() + i * extent;
            const Oracle at_label = x[n.labels[i]];
            for (int c = 0; c < extent; ++c) {
              Oracle* dx = n.input_gradient[0].data() + i * extent;
              n.output[i * extent + c] = x[c];
              if (c == n.labels[i] || !(x[c] - at_label + Oracle(0.3) > 0)) continue;
              dx[c] += Oracle(1) / n.batch;
              dx[n.labels[i]] -= Oracle(1) / n.batch;
            }
          }
        },
        Mode::training, 3);
  }
}

TEST_CASE("svm: gradient matches finite differences") {
  for (const double margin : {0.0, 0.3, 1.0}) {
    check_gradients(Json{{"type", "svm"}, {"margin", margin}}, {Shape{1, 1, 10}}, Mode::training, 4);
    check_gradients(Json{{"type", "svm"}, {"margin", margin}, {"weight", 0.3}}, {Shape{1, 1, 17}}, Mode::inference);
  }
}

TEST_CASE("svm: definition round trip") {
  check_round_trip(R"({"type": "svm"})"_json);
  check_round_trip(R"({"type": "svm", "weight": 0.25, "margin": 2})"_json);
}
