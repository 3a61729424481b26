#include "tests/engine/layers/image_norm_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("group_norm: shape") {
  check_image_norm_shape(R"({"type": "group_norm"})"_json, {5, 7, 16});
  check_image_norm_shape(R"({"type": "group_norm", "groups": 3})"_json, {1, 1, 6});
  CHECK(error_text(R"({"type": "group_norm", "groups": 4})"_json, {Shape{5, 7, 6}}) ==
        "[group_norm] groups must divide input channels. Got groups 4, input channels 6.");
}

TEST_CASE("group_norm: forward matches literals") {
  // Maps 0 and 1 together have mean 3 and deviation 2, maps 2 and 3 mean 0 and deviation 10.
  LayerRun run(R"({"type": "group_norm", "groups": 2, "epsilon": 1e-12})"_json, {Shape{1, 2, 4}}, 1);
  run.set_input(0, {1, 5, 10, 10, 1, 5, -10, -10});
  run.set_parameter(0, {10, 1, 1, 2});
  run.set_parameter(1, {100, 0.5, 0, 0});
  for (const Mode mode : {Mode::training, Mode::inference}) {
    run.forward(mode);
    check_close("y", run.output, std::vector<double>{90, 1.5, 1, 2, 90, 1.5, -1, -2});
  }
}

TEST_CASE("group_norm: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const Shape& shape : {Shape{3, 2, extent}, Shape{3, 2, 2 * extent}, Shape{1, extent, 34}}) {
      const int groups = shape.c % 2 == 0 ? 2 : 1;
      check_image_norm_reference(Json{{"type", "group_norm"}, {"groups", groups}, {"epsilon", 0.1}}, shape, groups);
    }
    check_image_norm_reference(Json{{"type", "group_norm"}, {"groups", extent}, {"epsilon", 0.1}}, {2, 3, 3 * extent},
                               extent);
  }
}

TEST_CASE("group_norm: gradient matches finite differences") {
  for (const int groups : {1, 2, 3, 6}) {
    check_image_norm_gradients(Json{{"type", "group_norm"}, {"groups", groups}}, {2, 2, 6});
  }
  check_image_norm_gradients(R"({"type": "group_norm", "groups": 2, "epsilon": 0.1})"_json, {1, 1, 34});
}

TEST_CASE("group_norm: definition round trip") {
  check_round_trip(R"({"type": "group_norm"})"_json);
  check_round_trip(R"({"type": "group_norm", "groups": 4, "epsilon": 1e-3, "scale": false, "shift": false})"_json);
}
