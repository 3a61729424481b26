#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {
const Json kConcat = R"({"type": "concat"})"_json;
}

TEST_CASE("concat: shape") {
  CHECK(output_shape(kConcat, {Shape{5, 7, 3}, Shape{5, 7, 4}}) == Shape{5, 7, 7});
  CHECK(output_shape(kConcat, {Shape{28, 28, 64}, Shape{28, 28, 128}, Shape{28, 28, 32}, Shape{28, 28, 32}}) ==
        Shape{28, 28, 256});
  CHECK(make_layer(kConcat)->least_inputs() == 2);
  CHECK(error_text(kConcat, {Shape{5, 7, 3}, Shape{5, 6, 3}}) ==
        "[concat] inputs must have the same height and width. Got 5x7x3 and 5x6x3.");
  CHECK(error_text(kConcat, {Shape{1, 1, 1 << 30}, Shape{1, 1, 1 << 30}, Shape{1, 1, 1 << 30}}) ==
        "[concat] has too many channels. Got 3221225472.");
}

TEST_CASE("concat: forward matches literals") {
  LayerRun run(kConcat, {Shape{1, 2, 2}, Shape{1, 2, 1}, Shape{1, 2, 1}}, 1);
  run.set_input(0, {1, 2, 3, 4});
  run.set_input(1, {10, 20});
  run.set_input(2, {-1, -2});
  run.set_output_gradient({1, 2, 3, 4, 5, 6, 7, 8});
  run.forward(Mode::inference);
  check_close("maps", run.output, std::vector<double>{1, 2, 10, -1, 3, 4, 20, -2});
  run.backward();
  check_close("gradient of input 0", run.input_gradient[0], std::vector<double>{1, 2, 5, 6});
  check_close("gradient of input 1", run.input_gradient[1], std::vector<double>{3, 7});
  check_close("gradient of input 2", run.input_gradient[2], std::vector<double>{4, 8});
}

TEST_CASE("concat: vectorised matches reference") {
  for (const int extent : kExtents) {
    check_reference(kConcat, {Shape{3, 2, extent}, Shape{3, 2, 5}, Shape{3, 2, extent}}, [](Numbers& n) {
      // The channel of the result that channel c of an input becomes.
      std::size_t first = 0;
      for (std::size_t k = 0; k < n.input.size(); ++k) {
        const std::size_t channels = n.shapes[k].c;
        for (std::size_t i = 0; i < n.input[k].size(); ++i) {
          const std::size_t at = i / channels * n.shape.c + first + i % channels;
          n.output[at] = n.input[k][i];
          n.input_gradient[k][i] = n.output_gradient[at];
        }
        first += channels;
      }
    });
  }
}

TEST_CASE("concat: gradient matches finite differences") {
  check_gradients(kConcat, {Shape{3, 4, 2}, Shape{3, 4, 5}});
  check_gradients(kConcat, {Shape{3, 4, 2}, Shape{3, 4, 2}, Shape{3, 4, 2}});
  check_gradients(kConcat, {Shape{1, 1, 17}, Shape{1, 1, 1}}, Mode::inference, 1);
}

TEST_CASE("concat: definition round trip") { check_round_trip(kConcat); }
