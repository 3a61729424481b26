#include "engine/kernels/softmax.h"

#include <cmath>
#include <limits>

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {
const Json kSoftmax = R"({"type": "softmax"})"_json;
}

TEST_CASE("softmax: shape") {
  CHECK(output_shape(kSoftmax, {Shape{1, 1, 10}}) == Shape{1, 1, 10});
  CHECK(error_text(kSoftmax, {Shape{2, 1, 10}}) == "[softmax] input must be a vector of logits. Got 2x1x10.");
  CHECK(error_text(R"({"type": "softmax", "weight": -1})"_json, {Shape{1, 1, 10}}) ==
        "[softmax] weight must be between 0 and 1000. Got -1. (at /layers/0/weight)");
}

TEST_CASE("softmax: forward matches literals") {
  SECTION("probabilities and loss") {
    LayerRun run(kSoftmax, {Shape{1, 1, 3}}, 2);
    run.set_input(0, {0, std::log(2.0), std::log(5.0), 7, 7, 7});
    run.labels = {1, 0};
    run.forward(Mode::training);
    check_close("p", run.output, std::vector<double>{0.125, 0.25, 0.625, 1.0 / 3, 1.0 / 3, 1.0 / 3});
    int correct = -1;
    CHECK(run.head()->loss(run.pass, &correct) == Approx((std::log(4.0) + std::log(3.0)) / 2));
    CHECK(correct == 1);  // of equal logits the first counts
    run.backward();       // (p − onehot) / batch
    check_close("gradient", run.input_gradient[0],
                std::vector<double>{0.0625, -0.375, 0.3125, -1.0 / 3, 1.0 / 6, 1.0 / 6});
  }
  SECTION("large logits stay finite") {
    LayerRun run(kSoftmax, {Shape{1, 1, 2}}, 1);
    run.set_input(0, {1000, -1000});
    run.labels = {1};
    run.forward(Mode::training);
    check_close("p", run.output, std::vector<double>{1, 0});
    int correct = -1;
    CHECK(run.head()->loss(run.pass, &correct) == Approx(2000));
    CHECK(correct == 0);
  }
  SECTION("label smoothing spreads a share of the aim over all classes") {
    LayerRun run(R"({"type": "softmax", "label_smoothing": 0.3})"_json, {Shape{1, 1, 3}}, 1);
    run.set_input(0, {0, std::log(2.0), std::log(5.0)});
    run.labels = {1};
    run.forward(Mode::training);
    int correct = -1;  // 0.1, 0.8, 0.1
    CHECK(run.head()->loss(run.pass, &correct) ==
          Approx(0.1 * std::log(8.0) + 0.8 * std::log(4.0) + 0.1 * std::log(1.6)));
    run.backward();
    check_close("gradient", run.input_gradient[0], std::vector<double>{0.025, -0.55, 0.525});
  }
  SECTION("the weight scales the gradient, not the reported loss") {
    LayerRun run(R"({"type": "softmax", "weight": 0.5})"_json, {Shape{1, 1, 2}}, 1);
    run.set_input(0, {3, 3});
    run.labels = {0};
    run.forward(Mode::training);
    int correct = -1;
    CHECK(run.head()->loss(run.pass, &correct) == Approx(std::log(2.0)));
    run.backward();
    check_close("gradient", run.input_gradient[0], std::vector<double>{-0.25, 0.25});
  }
}

TEST_CASE("softmax: vectorised matches reference") {
  for (const int extent : kExtents) {
    const double smoothing = extent % 2 == 0 ? 0 : 0.2;
    check_reference(
        Json{{"type", "softmax"}, {"label_smoothing", smoothing}}, {Shape{1, 1, extent}},
        [&](Numbers& n) {
          for (int i = 0; i < n.batch; ++i) {
            const Oracle* x = n.input[0].data() + i * extent;
            Oracle sum = 0;
            for (int c = 0; c < extent; ++c) sum += std::exp(x[c]);
            for (int c = 0; c < extent; ++c) {
              const Oracle p = std::exp(x[c]) / sum;
              const Oracle aim = Oracle(c == n.labels[i] ? 1 - smoothing : 0) + Oracle(smoothing / extent);
              n.output[i * extent + c] = p;
              n.input_gradient[0][i * extent + c] = (p - aim) / n.batch;
            }
          }
        },
        Mode::training, 3);
  }
}

TEST_CASE("softmax: gradient matches finite differences") {
  check_gradients(kSoftmax, {Shape{1, 1, 10}}, Mode::training, 4);
  check_gradients(R"({"type": "softmax", "weight": 0.3})"_json, {Shape{1, 1, 17}});
  check_gradients(R"({"type": "softmax", "weight": 0.3, "label_smoothing": 0.2})"_json, {Shape{1, 1, 17}});
  check_gradients(R"({"type": "softmax", "label_smoothing": 1})"_json, {Shape{1, 1, 5}});
  check_gradients(kSoftmax, {Shape{1, 1, 1}}, Mode::inference, 1);
}

TEST_CASE("softmax: definition round trip") {
  check_round_trip(kSoftmax);
  check_round_trip(R"({"type": "softmax", "weight": 0.25, "label_smoothing": 0.1})"_json);
}
