#include "tests/engine/layers/resampling_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("crop: shape") {
  const Shape in{5, 7, 3};
  CHECK(output_shape(R"({"type": "crop"})"_json, {in}) == Shape{3, 5, 3});
  CHECK(output_shape(R"({"type": "crop", "margin": [0, 1, 2, 3]})"_json, {in}) == Shape{4, 2, 3});
  CHECK(error_text(R"({"type": "crop", "margin": [2, 3, 0, 0]})"_json, {in}) ==
        "[crop] margin leaves nothing. Got input 5x7x3, margin [2, 3, 0, 0].");
  CHECK(error_text(R"({"type": "crop", "margin": "full"})"_json, {in}) ==
        "[crop] has no window: give a number of cells or [top, bottom, left, right].");
  const ReceptiveStep step =
      make_layer(R"({"type": "crop", "margin": [1, 0, 2, 0]})"_json)->receptive_step({{&in, 1}}, {4, 5, 3});
  CHECK((step.pad_top == -1 && step.pad_left == -2 && step.kernel_h == 1));
}

TEST_CASE("crop: forward matches literals") {
  LayerRun run(R"({"type": "crop", "margin": [1, 0, 0, 1]})"_json, {Shape{2, 3, 1}}, 1);
  run.set_input(0, {1, 2, 3, 4, 5, 6});
  run.set_output_gradient({10, 20});
  run.forward(Mode::training);
  check_close("rest", run.output, std::vector<double>{4, 5});
  run.backward();
  check_close("gradient", run.input_gradient[0], std::vector<double>{0, 0, 0, 10, 20, 0});
}

TEST_CASE("crop: vectorised matches reference") {
  for (const int extent : kExtents) {
    kernels::Resample parameters;
    parameters.h.before = -1;
    parameters.w.before = -2;
    check_resampling_reference(R"({"type": "crop", "margin": [1, 0, 2, 1]})"_json, {3, 5, extent}, parameters);
    check_resampling_reference(R"({"type": "crop", "margin": [1, 0, 2, 1]})"_json, {3, extent + 3, 2}, parameters);
  }
}

TEST_CASE("crop: gradient matches finite differences") {
  check_gradients(R"({"type": "crop"})"_json, {Shape{4, 5, 2}});
  check_gradients(R"({"type": "crop", "margin": [0, 1, 2, 0]})"_json, {Shape{3, 4, 17}}, Mode::inference, 1);
}

TEST_CASE("crop: definition round trip") {
  check_round_trip(R"({"type": "crop"})"_json);
  check_round_trip(R"({"type": "crop", "margin": [1, 2, 3, 4]})"_json);
}
