#include "tests/engine/layers/masking_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("stochastic_depth: shape") { check_masking_shape("stochastic_depth"); }

TEST_CASE("stochastic_depth: forward matches literals") {
  const auto group = [](std::size_t i) { return i / 30; };
  SECTION("whole images are dropped, the rest is scaled by 1 / (1 − rate)") {
    check_mask(R"({"type": "stochastic_depth", "rate": 0.25})"_json, {3, 5, 2}, 2000, 4 / 3.0, group);
  }
  SECTION("or by 1 − rate in inference") {
    const Json json = R"({"type": "stochastic_depth", "rate": 0.25, "scale_in": "inference"})"_json;
    check_mask(json, {3, 5, 2}, 2000, 1, group);
    LayerRun run(json, {Shape{1, 1, 4}}, 1);
    run.set_input(0, {1, -2, 3, 4});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{0.75, -1.5, 2.25, 3});
  }
  SECTION("inference changes nothing") {
    LayerRun run(R"({"type": "stochastic_depth", "rate": 0.25})"_json, {Shape{2, 2, 3}});
    run.forward(Mode::inference);
    CHECK(values(run.output) == values(run.input[0]));
  }
}

TEST_CASE("stochastic_depth: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_masking_reference(R"({"type": "stochastic_depth", "rate": 0.5})"_json, {2, 3, extent});
    check_masking_reference(R"({"type": "stochastic_depth", "rate": 0.5, "scale_in": "inference"})"_json, {2, extent, 3});
  }
}

TEST_CASE("stochastic_depth: gradient matches finite differences") { check_masking_gradients("stochastic_depth"); }

TEST_CASE("stochastic_depth: definition round trip") { check_masking_round_trip("stochastic_depth"); }
