#include "tests/engine/layers/image_norm_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("instance_norm: shape") { check_image_norm_shape(R"({"type": "instance_norm"})"_json, {5, 7, 3}); }

TEST_CASE("instance_norm: forward matches literals") {
  // Each map of each image by itself: contrast and brightness are gone, what is brighter where stays.
  LayerRun run(R"({"type": "instance_norm", "epsilon": 1e-12})"_json, {Shape{1, 2, 2}}, 2);
  run.set_input(0, {1, -1, 5, 1, 900, 4, 700, 2});
  run.set_parameter(0, {10, 1});
  run.set_parameter(1, {100, 0.5});
  for (const Mode mode : {Mode::training, Mode::inference}) {
    run.forward(mode);
    check_close("y", run.output, std::vector<double>{90, -0.5, 110, 1.5, 110, 1.5, 90, -0.5});
  }
}

TEST_CASE("instance_norm: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const Shape& shape : {Shape{3, 2, extent}, Shape{2, extent, 3}, Shape{1, extent, 17}}) {
      check_image_norm_reference(R"({"type": "instance_norm", "epsilon": 0.1})"_json, shape, shape.c);
    }
  }
}

TEST_CASE("instance_norm: gradient matches finite differences") {
  check_image_norm_gradients(R"({"type": "instance_norm"})"_json, {3, 2, 4});
  check_image_norm_gradients(R"({"type": "instance_norm", "epsilon": 0.1})"_json, {2, 2, 17});
}

TEST_CASE("instance_norm: definition round trip") {
  check_round_trip(R"({"type": "instance_norm"})"_json);
  check_round_trip(R"({"type": "instance_norm", "epsilon": 1e-3, "scale": false, "shift": false})"_json);
}
