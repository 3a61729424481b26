#include "tests/engine/layers/masking_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("spatial_dropout: shape") { check_masking_shape("spatial_dropout"); }

TEST_CASE("spatial_dropout: forward matches literals") {
  const auto group = [](std::size_t i) { return i / 6000 * 400 + i % 400; };
  SECTION("whole maps are dropped, the rest is scaled by 1 / (1 − rate)") {
    check_mask(R"({"type": "spatial_dropout", "rate": 0.25})"_json, {3, 5, 400}, 5, 4 / 3.0, group);
  }
  SECTION("or by 1 − rate in inference") {
    const Json json = R"({"type": "spatial_dropout", "rate": 0.25, "scale_in": "inference"})"_json;
    check_mask(json, {3, 5, 400}, 5, 1, group);
    LayerRun run(json, {Shape{1, 1, 4}}, 1);
    run.set_input(0, {1, -2, 3, 4});
    run.forward(Mode::inference);
    check_close("y", run.output, std::vector<double>{0.75, -1.5, 2.25, 3});
  }
  SECTION("inference changes nothing") {
    LayerRun run(R"({"type": "spatial_dropout", "rate": 0.25})"_json, {Shape{2, 2, 3}});
    run.forward(Mode::inference);
    CHECK(values(run.output) == values(run.input[0]));
  }
}

TEST_CASE("spatial_dropout: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_masking_reference(R"({"type": "spatial_dropout", "rate": 0.5})"_json, {2, 3, extent});
    check_masking_reference(R"({"type": "spatial_dropout", "rate": 0.5, "scale_in": "inference"})"_json, {2, extent, 3});
  }
}

TEST_CASE("spatial_dropout: gradient matches finite differences") { check_masking_gradients("spatial_dropout"); }

TEST_CASE("spatial_dropout: definition round trip") { check_masking_round_trip("spatial_dropout"); }
