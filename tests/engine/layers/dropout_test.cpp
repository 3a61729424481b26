#include "engine/core/random.h"

#include "tests/engine/layers/masking_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("dropout: shape") { check_masking_shape("dropout"); }

TEST_CASE("dropout: forward matches literals") {
  const Json json = R"({"type": "dropout", "rate": 0.25})"_json;
  SECTION("inference changes nothing") {
    LayerRun run(json, {Shape{1, 1, 4}}, 1);
    run.set_input(0, {1, -2, 3, 4});
    run.forward(Mode::inference);
    CHECK(values(run.output) == values(run.input[0]));
  }
  SECTION("training drops the share asked for and scales the rest by 1 / (1 − rate)") {
    check_mask(json, {10, 10, 100}, 1, 4 / 3.0, [](std::size_t i) { return i; });
  }
  SECTION("or, as first published, inference scales by the share that training keeps") {
    const Json first = R"({"type": "dropout", "rate": 0.25, "scale_in": "inference"})"_json;
    check_mask(first, {10, 10, 100}, 1, 1, [](std::size_t i) { return i; });
    LayerRun run(first, {Shape{1, 1, 4}}, 1);
    run.set_input(0, {1, -2, 3, 4});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{0.75, -1.5, 2.25, 3});
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
    check_masking_reference(R"({"type": "dropout", "rate": 0.5})"_json, {2, 3, extent});
    check_masking_reference(R"({"type": "dropout", "rate": 0.5, "scale_in": "inference"})"_json, {2, 3, extent});
  }
}

TEST_CASE("dropout: gradient matches finite differences") { check_masking_gradients("dropout"); }

TEST_CASE("dropout: definition round trip") { check_masking_round_trip("dropout"); }
