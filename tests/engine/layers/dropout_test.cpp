#include "engine/core/random.h"

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("dropout: shape") {
  CHECK(output_shape(R"({"type": "dropout"})"_json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(error_text(R"({"type": "dropout", "rate": 1})"_json, {Shape{5, 7, 3}}) ==
        "[dropout] rate must be between 0 and 0.99. Got 1. (at /layers/0/rate)");
}

TEST_CASE("dropout: forward matches literals") {
  const Json json = R"({"type": "dropout", "rate": 0.25})"_json;
  SECTION("inference changes nothing") {
    LayerRun run(json, {Shape{1, 1, 4}}, 1);
    run.set_input(0, {1, -2, 3, 4});
    run.forward(Mode::inference);
    CHECK(values(run.output) == values(run.input[0]));
  }
  SECTION("training drops the share asked for and scales the rest by 1 / (1 − rate)") {
    LayerRun run(json, {Shape{10, 10, 100}}, 1);
    for (Real& x : run.input[0]) x = 3;
    run.forward(Mode::training);
    std::size_t dropped = 0, kept = 0;
    for (const Real y : run.output) {
      dropped += y == 0 ? 1 : 0;
      kept += y == Real(4) ? 1 : 0;
    }
    CHECK(dropped + kept == 10000);
    CHECK(dropped > 2300);  // 2500 ± 4.6 standard deviations of a binomial
    CHECK(dropped < 2700);
  }
  SECTION("the mask is that of the generator, value by value") {
    LayerRun run(json, {Shape{1, 1, 100}}, 2);
    for (Real& x : run.input[0]) x = 3;
    Random random(42), same(42);
    run.pass.mode = Mode::training;
    run.pass.random = &random;
    run.layer->forward(run.pass);
    for (const Real y : run.output) CHECK(y == (same.uniform() < 0.25f ? Real(0) : Real(4)));
  }
  SECTION("rate 0 keeps all") {
    LayerRun run(R"({"type": "dropout", "rate": 0})"_json, {Shape{3, 3, 3}});
    run.forward(Mode::training);
    CHECK(values(run.output) == values(run.input[0]));
  }
}

TEST_CASE("dropout: vectorised matches reference") {
  for (const int extent : kExtents) {
    const Json json = R"({"type": "dropout", "rate": 0.5})"_json;
    const Shape shape{2, 3, extent};
    // The mask is told from a pass over ones.
    LayerRun ones(json, {shape});
    for (Real& x : ones.input[0]) x = 1;
    ones.forward(Mode::training);
    check_reference(json, {shape}, [&](Numbers& n) {
      for (std::size_t i = 0; i < n.output.size(); ++i) {
        n.output[i] = n.input[0][i] * ones.output[i];
        n.input_gradient[0][i] = n.output_gradient[i] * ones.output[i];
      }
    });
  }
}

TEST_CASE("dropout: gradient matches finite differences") {
  for (const double rate : {0.0, 0.3, 0.9}) {
    check_gradients(Json{{"type", "dropout"}, {"rate", rate}}, {Shape{3, 4, 5}});
    check_gradients(Json{{"type", "dropout"}, {"rate", rate}}, {Shape{1, 1, 17}}, Mode::inference, 1);
  }
}

TEST_CASE("dropout: definition round trip") {
  check_round_trip(R"({"type": "dropout"})"_json);
  check_round_trip(R"({"type": "dropout", "rate": 0.25})"_json);
}
