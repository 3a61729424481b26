#include "tests/engine/layers/resampling_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("upsample: shape") {
  const Shape in{5, 7, 3};
  CHECK(output_shape(R"({"type": "upsample"})"_json, {in}) == Shape{10, 14, 3});
  CHECK(output_shape(R"({"type": "upsample", "factor": [3, 1], "mode": "bilinear"})"_json, {in}) == Shape{15, 7, 3});
  CHECK(error_text(R"({"type": "upsample", "factor": 64})"_json, {Shape{1 << 17, 1, 1}}) ==
        "[upsample] output is too large. Input 131072x1x1.");
  const ReceptiveStep step = make_layer(R"({"type": "upsample", "factor": [3, 1], "mode": "bilinear"})"_json)
                                 ->receptive_step({{&in, 1}}, {15, 7, 3});
  CHECK((step.growth_h == 3 && step.kernel_h == 2 && step.pad_top == 1));
  CHECK((step.growth_w == 1 && step.kernel_w == 1 && step.pad_left == 0));
}

TEST_CASE("upsample: forward matches literals") {
  LayerRun nearest(R"({"type": "upsample", "factor": [1, 3]})"_json, {Shape{1, 2, 1}}, 1);
  nearest.set_input(0, {1, 2});
  nearest.set_output_gradient({1, 2, 3, 4, 5, 6});
  nearest.forward(Mode::training);
  check_close("repeated", nearest.output, std::vector<double>{1, 1, 1, 2, 2, 2});
  nearest.backward();
  check_close("gradient", nearest.input_gradient[0], std::vector<double>{6, 15});

  LayerRun linear(R"({"type": "upsample", "factor": [1, 2], "mode": "bilinear"})"_json, {Shape{1, 3, 1}}, 1);
  linear.set_input(0, {0, 4, 16});
  linear.set_output_gradient({1, 0, 4, 0, 0, 8});
  linear.forward(Mode::training);
  check_close("mixed", linear.output, std::vector<double>{0, 1, 3, 7, 13, 16});
  linear.backward();
  check_close("gradient", linear.input_gradient[0], std::vector<double>{2, 3, 8});
}

TEST_CASE("upsample: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const bool bilinear : {false, true}) {
      kernels::Resample parameters;
      parameters.h.factor = 2;
      parameters.w.factor = 3;
      parameters.linear = bilinear;
      const Json json{{"type", "upsample"}, {"factor", {2, 3}}, {"mode", bilinear ? "bilinear" : "nearest"}};
      check_resampling_reference(json, {3, 2, extent}, parameters);
      check_resampling_reference(json, {1, extent, 2}, parameters);
    }
  }
}

TEST_CASE("upsample: gradient matches finite differences") {
  for (const char* mode : {"nearest", "bilinear"}) {
    for (const Json& factor : {Json(2), Json{3, 1}, Json{1, 4}}) {
      check_gradients(Json{{"type", "upsample"}, {"factor", factor}, {"mode", mode}}, {Shape{2, 3, 2}});
    }
    check_gradients(Json{{"type", "upsample"}, {"mode", mode}}, {Shape{1, 1, 17}}, Mode::inference, 1);
  }
}

TEST_CASE("upsample: definition round trip") {
  check_round_trip(R"({"type": "upsample"})"_json);
  check_round_trip(R"({"type": "upsample", "factor": [3, 2], "mode": "bilinear"})"_json);
}
