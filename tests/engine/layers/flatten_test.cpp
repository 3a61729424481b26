#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("flatten: shape") {
  const Json json = R"({"type": "flatten"})"_json;
  CHECK(output_shape(json, {Shape{7, 7, 64}}) == Shape{1, 1, 3136});
  CHECK(output_shape(json, {Shape{1, 1, 5}}) == Shape{1, 1, 5});
  CHECK(error_text(json, {Shape{4096, 4096, 4096}}) == "[flatten] input is too large. Got 4096x4096x4096.");
  CHECK(make_layer(json)->is_view());
}

TEST_CASE("flatten: forward matches literals") {
  LayerRun run(R"({"type": "flatten"})"_json, {Shape{2, 2, 2}}, 1);
  run.set_input(0, {1, 2, 3, 4, 5, 6, 7, 8});  // rows, columns, channels
  run.forward(Mode::inference);
  check_close("vector", run.output, std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("flatten: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_reference(R"({"type": "flatten"})"_json, {Shape{2, 3, extent}}, [](Numbers& n) {
      n.output = n.input[0];
      n.input_gradient[0] = n.output_gradient;
    });
  }
}

TEST_CASE("flatten: gradient matches finite differences") {
  check_gradients(R"({"type": "flatten"})"_json, {Shape{3, 2, 5}});
  check_gradients(R"({"type": "flatten"})"_json, {Shape{1, 1, 1}}, Mode::inference, 1);
}

TEST_CASE("flatten: definition round trip") { check_round_trip(R"({"type": "flatten"})"_json); }
