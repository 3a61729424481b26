#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

const Json kGray = R"({"type": "input", "shape": [28, 28, 1]})"_json;

// An input has nothing before it: the run writes the images into its output, and both passes leave them alone.
void check_untouched(const Shape& shape) {
  const auto layer = make_layer(Json{{"type", "input"}, {"shape", {shape.h, shape.w, shape.c}}});
  Buffer<Real> images(shape.size());
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<Real>(i);
  const std::vector<Real> before = values(images);
  Pass pass;
  pass.batch = 1;
  pass.shape = shape;
  pass.output = images.data();
  layer->forward(pass);
  layer->backward(pass);
  CHECK(values(images) == before);
}

}  // namespace

TEST_CASE("input: shape") {
  CHECK(output_shape(kGray, {}) == Shape{28, 28, 1});
  CHECK(make_layer(kGray)->most_inputs() == 0);
  CHECK(error_text(R"({"type": "input", "shape": [28, 28]})"_json, {}) ==
        "[input] shape must be [height, width, channels]. Got 2 numbers.");
  CHECK(error_text(R"({"type": "input", "shape": [28, 0, 1]})"_json, {}) ==
        "[input] shape must be between 1 and 4096. Got [28,0,1]. (at /layers/0/shape)");
  CHECK(error_text(R"({"type": "input", "shape": 28})"_json, {}) ==
        "[input] shape must be a list of whole numbers. Got 28. (at /layers/0/shape)");
}

TEST_CASE("input: forward matches literals") { check_untouched({2, 3, 1}); }

TEST_CASE("input: vectorised matches reference") {
  for (const int extent : kExtents) check_untouched({1, 2, extent});
}

TEST_CASE("input: gradient matches finite differences") {
  check_untouched({3, 4, 5});
  CHECK_FALSE(make_layer(kGray)->uses_input());
  CHECK(make_layer(kGray)->parameters({}).empty());
}

TEST_CASE("input: definition round trip") { check_round_trip(kGray); }
