#include "engine/core/random.h"

#include "tests/engine/layers/masking_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("dropout: shape") { check_masking_shape("dropout"); }

TEST_CASE("dropout: forward matches literals") {
  SECTION("values are dropped one by one") {
    check_masking_forward("dropout", {10, 10, 100}, 1, [](std::size_t i) { return i; });
  }
  SECTION("the mask is that of the generator, value by value") {
    LayerRun run(R"({"type": "dropout", "rate": 0.25})"_json, {Shape{1, 1, 100}}, 2);
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

TEST_CASE("dropout: vectorised matches reference") { check_masking_vectorised("dropout"); }

TEST_CASE("dropout: gradient matches finite differences") { check_masking_gradients("dropout"); }

TEST_CASE("dropout: definition round trip") { check_masking_round_trip("dropout"); }
