#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("reshape: shape") {
  const Json json = R"({"type": "reshape", "shape": [2, 3, 4]})"_json;
  CHECK(output_shape(json, {Shape{1, 1, 24}}) == Shape{2, 3, 4});
  CHECK(output_shape(json, {Shape{4, 6, 1}}) == Shape{2, 3, 4});
  CHECK(error_text(json, {Shape{5, 5, 1}}) ==
        "[reshape] shape must hold as many numbers as the input. Got 5x5x1 and 2x3x4.");
  CHECK(error_text(R"({"type": "reshape", "shape": [24]})"_json, {Shape{1, 1, 24}}) ==
        "[reshape] shape must be [height, width, channels]. Got 1 numbers.");
  CHECK(make_layer(json)->is_view());
}

TEST_CASE("reshape: forward matches literals") {
  LayerRun run(R"({"type": "reshape", "shape": [2, 1, 2]})"_json, {Shape{1, 4, 1}}, 1);
  run.set_input(0, {1, 2, 3, 4});
  run.forward(Mode::inference);
  check_close("maps", run.output, std::vector<double>{1, 2, 3, 4});  // rows, columns, channels
}

TEST_CASE("reshape: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_reference(Json{{"type", "reshape"}, {"shape", {extent, 1, 6}}}, {Shape{2, 3, extent}}, [](Numbers& n) {
      n.output = n.input[0];
      n.input_gradient[0] = n.output_gradient;
    });
  }
}

TEST_CASE("reshape: gradient matches finite differences") {
  check_gradients(R"({"type": "reshape", "shape": [5, 2, 3]})"_json, {Shape{3, 2, 5}});
  check_gradients(R"({"type": "reshape", "shape": [1, 17, 1]})"_json, {Shape{1, 1, 17}}, Mode::inference, 1);
}

TEST_CASE("reshape: definition round trip") { check_round_trip(R"({"type": "reshape", "shape": [2, 3, 4]})"_json); }
