#include "tests/engine/layers/resampling_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("pad: shape") {
  const Shape in{5, 7, 3};
  CHECK(output_shape(R"({"type": "pad"})"_json, {in}) == Shape{7, 9, 3});
  CHECK(output_shape(R"({"type": "pad", "padding": [0, 1, 2, 3]})"_json, {in}) == Shape{6, 12, 3});
  CHECK(error_text(R"({"type": "pad", "padding": "same"})"_json, {in}) ==
        "[pad] has no window: give a number of cells or [top, bottom, left, right].");
  CHECK(error_text(R"({"type": "pad", "padding": 5, "mode": "reflect"})"_json, {in}) ==
        "[pad] a mirrored border must be smaller than the input. Got padding [5, 5, 5, 5], input 5x7.");
  const ReceptiveStep step =
      make_layer(R"({"type": "pad", "padding": [1, 0, 2, 0]})"_json)->receptive_step({{&in, 1}}, {6, 9, 3});
  CHECK((step.pad_top == 1 && step.pad_left == 2 && step.kernel_h == 1));
}

TEST_CASE("pad: forward matches literals") {
  const std::pair<const char*, std::vector<double>> results[] = {{"zero", {0, 0, 1, 2, 3, 0}},
                                                                 {"nearest", {1, 1, 1, 2, 3, 3}},
                                                                 {"reflect", {3, 2, 1, 2, 3, 2}}};
  const std::vector<double> gradients[] = {{3, 4, 5}, {6, 4, 11}, {3, 12, 6}};
  for (int i = 0; i < 3; ++i) {
    LayerRun run(Json{{"type", "pad"}, {"padding", {0, 0, 2, 1}}, {"mode", results[i].first}}, {Shape{1, 3, 1}}, 1);
    run.set_input(0, {1, 2, 3});
    run.set_output_gradient({1, 2, 3, 4, 5, 6});
    run.forward(Mode::training);
    check_close(results[i].first, run.output, results[i].second);
    run.backward();
    check_close("gradient", run.input_gradient[0], gradients[i]);
  }
}

TEST_CASE("pad: vectorised matches reference") {
  for (const int extent : kExtents) {
    int i = 0;
    for (const char* mode : {"zero", "nearest", "reflect"}) {
      kernels::Resample parameters;
      parameters.h.before = 1;
      parameters.w.before = 2;
      parameters.border = static_cast<kernels::Border>(i++);
      const Json json{{"type", "pad"}, {"padding", {1, 2, 2, 0}}, {"mode", mode}};
      check_resampling_reference(json, {3, 4, extent}, parameters);
      check_resampling_reference(json, {3, extent + 2, 2}, parameters);
    }
  }
}

TEST_CASE("pad: gradient matches finite differences") {
  for (const char* mode : {"zero", "nearest", "reflect"}) {
    check_gradients(Json{{"type", "pad"}, {"padding", {1, 0, 2, 3}}, {"mode", mode}}, {Shape{3, 4, 2}});
    check_gradients(Json{{"type", "pad"}, {"padding", 1}, {"mode", mode}}, {Shape{2, 2, 17}}, Mode::inference, 1);
  }
}

TEST_CASE("pad: definition round trip") {
  check_round_trip(R"({"type": "pad"})"_json);
  check_round_trip(R"({"type": "pad", "padding": [1, 2, 3, 4], "mode": "reflect"})"_json);
}
