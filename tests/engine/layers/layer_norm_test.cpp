#include "tests/engine/layers/image_norm_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("layer_norm: shape") { check_image_norm_shape(R"({"type": "layer_norm"})"_json, {5, 7, 3}); }

TEST_CASE("layer_norm: forward matches literals") {
  // The first image has mean 3 and deviation 2 over all its values; the second is the first, brighter and in more contrast.
  LayerRun run(R"({"type": "layer_norm", "epsilon": 1e-12})"_json, {Shape{1, 2, 2}}, 2);
  run.set_input(0, {1, 5, 5, 1, 110, 150, 150, 110});
  run.set_parameter(0, {10, 1});
  run.set_parameter(1, {100, 0.5});
  for (const Mode mode : {Mode::training, Mode::inference}) {
    run.forward(mode);
    check_close("y", run.output, std::vector<double>{90, 1.5, 110, -0.5, 90, 1.5, 110, -0.5});
  }
  run.set_input(0, {7, 7, 7, 7, 0, 0, 0, 0});
  run.forward(Mode::training);
  check_close("no contrast", run.output, std::vector<double>{100, 0.5, 100, 0.5, 100, 0.5, 100, 0.5});
}

TEST_CASE("layer_norm: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const Shape& shape : {Shape{3, 2, extent}, Shape{2, extent, 3}, Shape{1, extent, 17}}) {
      check_image_norm_reference(R"({"type": "layer_norm", "epsilon": 0.1})"_json, shape, 1);
    }
  }
}

TEST_CASE("layer_norm: gradient matches finite differences") {
  check_image_norm_gradients(R"({"type": "layer_norm"})"_json, {3, 2, 4});
  check_image_norm_gradients(R"({"type": "layer_norm", "epsilon": 0.1})"_json, {1, 1, 17});
}

TEST_CASE("layer_norm: definition round trip") {
  check_round_trip(R"({"type": "layer_norm"})"_json);
  check_round_trip(R"({"type": "layer_norm", "epsilon": 1e-3, "scale": false, "shift": false})"_json);
}
