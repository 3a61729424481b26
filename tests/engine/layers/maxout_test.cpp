#include <algorithm>

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("maxout: shape") {
  CHECK(output_shape(R"({"type": "maxout"})"_json, {Shape{5, 7, 6}}) == Shape{5, 7, 3});
  CHECK(output_shape(R"({"type": "maxout", "pieces": 5})"_json, {Shape{1, 1, 10}}) == Shape{1, 1, 2});
  CHECK(error_text(R"({"type": "maxout", "pieces": 4})"_json, {Shape{5, 7, 6}}) ==
        "[maxout] pieces must divide input channels. Got pieces 4, input channels 6.");
}

TEST_CASE("maxout: forward matches literals") {
  LayerRun run(R"({"type": "maxout", "pieces": 3})"_json, {Shape{1, 1, 6}}, 2);
  run.set_input(0, {1, 5, 2, -3, -1, -2, 7, 7, 0, 4, 2, 8});
  run.set_output_gradient({1, 2, 3, 4});
  run.forward(Mode::training);
  check_close("y", run.output, std::vector<double>{5, -1, 7, 8});
  run.backward();  // to the winners; of equals to the first
  check_close("dx", run.input_gradient[0], std::vector<double>{0, 1, 0, 0, 2, 0, 3, 0, 0, 0, 0, 4});
}

TEST_CASE("maxout: vectorised matches reference") {
  for (const int extent : kExtents) {
    for (const int pieces : {1, 2, 5}) {
      check_reference(Json{{"type", "maxout"}, {"pieces", pieces}}, {Shape{2, 3, pieces * extent}}, [&](Numbers& n) {
        for (std::size_t i = 0; i < n.output.size(); ++i) {
          const auto first = n.input[0].begin() + i * pieces;
          const auto best = std::max_element(first, first + pieces);
          n.output[i] = *best;
          n.input_gradient[0][best - n.input[0].begin()] = n.output_gradient[i];
        }
      });
    }
  }
}

TEST_CASE("maxout: gradient matches finite differences") {
  for (const int pieces : {1, 2, 3, 6}) {
    check_gradients(Json{{"type", "maxout"}, {"pieces", pieces}}, {Shape{3, 4, 6}});
    check_gradients(Json{{"type", "maxout"}, {"pieces", pieces}}, {Shape{1, 1, 18}}, Mode::training, 1);
  }
}

TEST_CASE("maxout: definition round trip") {
  check_round_trip(R"({"type": "maxout"})"_json);
  check_round_trip(R"({"type": "maxout", "pieces": 3})"_json);
}
