#include "engine/definition/fields.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// The reference: stamps, added up by hand.
void check(const Extent2& kernel, const Extent2& stride, int top, int left, const Shape& in, int filters) {
  const Json json = {{"type", "conv_transpose2d"},       {"filters", filters},
                     {"kernel", {kernel.h, kernel.w}},   {"stride", {stride.h, stride.w}},
                     {"padding", {top, 0, left, 0}}};
  check_reference(json, {in}, [&](Numbers& n) {
    const Shape& out = n.shape;
    REQUIRE(out == Shape{(in.h - 1) * stride.h + kernel.h - top, (in.w - 1) * stride.w + kernel.w - left, filters});
    for (std::size_t i = 0; i < n.output.size(); ++i) {
      n.output[i] = n.parameter[1][i % filters];
      n.parameter_gradient[1][i % filters] += n.output_gradient[i];
    }
    for (int b = 0; b < n.batch; ++b) {
      for (int iy = 0; iy < in.h; ++iy) {
        for (int ix = 0; ix < in.w; ++ix) {
          for (int ky = 0; ky < kernel.h; ++ky) {
            for (int kx = 0; kx < kernel.w; ++kx) {
              const int oy = iy * stride.h + ky - top, ox = ix * stride.w + kx - left;
              if (oy < 0 || ox < 0) continue;
              for (int k = 0; k < filters; ++k) {
                for (int c = 0; c < in.c; ++c) {
                  const std::size_t x = ((static_cast<std::size_t>(b) * in.h + iy) * in.w + ix) * in.c + c;
                  const std::size_t y = ((static_cast<std::size_t>(b) * out.h + oy) * out.w + ox) * filters + k;
                  const std::size_t w = ((static_cast<std::size_t>(ky) * kernel.w + kx) * filters + k) * in.c + c;
                  n.output[y] += n.input[0][x] * n.parameter[0][w];
                  n.input_gradient[0][x] += n.output_gradient[y] * n.parameter[0][w];
                  n.parameter_gradient[0][w] += n.input[0][x] * n.output_gradient[y];
                }
              }
            }
          }
        }
      }
    }
  });
}

}  // namespace

TEST_CASE("conv_transpose2d: shape") {
  const auto shape = [](const char* attributes, Shape in) {
    Json json = Json::parse(attributes);
    json["type"] = "conv_transpose2d";
    return output_shape(json, {in});
  };
  CHECK(shape(R"({"filters": 4})", {5, 7, 3}) == Shape{11, 15, 4});
  CHECK(shape(R"({"filters": 4, "padding": "same"})", {5, 7, 3}) == Shape{10, 14, 4});
  CHECK(shape(R"({"filters": 4, "kernel": 1, "stride": 3, "padding": "same"})", {5, 7, 3}) == Shape{15, 21, 4});
  CHECK(shape(R"({"filters": 4, "kernel": 4, "padding": 1})", {7, 7, 3}) == Shape{14, 14, 4});
  CHECK(shape(R"({"filters": 4, "padding": "full", "stride": 1})", {5, 7, 3}) == Shape{3, 5, 4});
  CHECK(shape(R"({"filters": 4, "padding": [0, 1, 2, 0], "output_padding": [1, 0]})", {5, 7, 3}) == Shape{11, 13, 4});

  const Shape in{5, 7, 3};
  CHECK(error_text(R"({"type": "conv_transpose2d", "filters": 1, "padding": 3})"_json, {in}) ==
        "[conv_transpose2d] padding must be smaller than the kernel. Got padding [3, 3, 3, 3], kernel 3x3.");
  CHECK(error_text(R"({"type": "conv_transpose2d", "filters": 1, "output_padding": [2, 0]})"_json, {in}) ==
        "[conv_transpose2d] output_padding must be smaller than the stride. Got output_padding 2x0, stride 2x2.");
  CHECK(error_text(R"({"type": "conv_transpose2d", "filters": 1, "padding": "full", "stride": 1})"_json,
                   {Shape{1, 2, 3}}) == "[conv_transpose2d] cannot make a picture of -1x0. Input 1x2x3.");

  const auto layer = make_layer(R"({"type": "conv_transpose2d", "filters": 4, "padding": "same"})"_json);
  const LayerInputs inputs{{&in, 1}};
  const auto specs = layer->parameters(inputs);
  REQUIRE(specs.size() == 2);
  CHECK(specs[0].shape == std::vector<int>{3, 3, 4, 3});
  CHECK(specs[1].shape == std::vector<int>{4});
  CHECK(layer->macs(inputs, {10, 14, 4}) == 5 * 7 * 3 * 9 * 4);
  const ReceptiveStep step = layer->receptive_step(inputs, {10, 14, 4});
  CHECK((step.kernel_h == 2 && step.growth_h == 2 && step.pad_top == 1));
}

TEST_CASE("conv_transpose2d: forward matches literals") {
  LayerRun run(R"({"type": "conv_transpose2d", "filters": 1, "kernel": [1, 3]})"_json, {Shape{1, 2, 1}}, 1);
  run.set_input(0, {1, 10});
  run.set_parameter(0, {1, 2, 3});
  run.set_parameter(1, {0.5});
  run.set_output_gradient({1, 10, 100, 1000, 10000});
  run.forward(Mode::training);
  check_close("stamps", run.output, std::vector<double>{1.5, 2.5, 13.5, 20.5, 30.5});
  run.backward();
  check_close("dx", run.input_gradient[0], std::vector<double>{321, 32100});
  check_close("dkernel", run.parameter_gradient[0], std::vector<double>{1001, 10010, 100100});
  check_close("dbias", run.parameter_gradient[1], std::vector<double>{11111});
}

TEST_CASE("conv_transpose2d: vectorised matches reference") {
  for (const int extent : kExtents) {
    check({3, 3}, {2, 2}, 1, 1, {3, 4, extent}, 3);
    check({3, 3}, {2, 2}, 0, 1, {3, 4, 3}, extent);
    check({3, 3}, {1, 1}, 1, 1, {3, extent, 2}, 5);
  }
  check({2, 2}, {2, 2}, 0, 0, {5, 5, 16}, 17);
  check({4, 1}, {3, 2}, 2, 0, {4, 3, 5}, 8);
}

TEST_CASE("conv_transpose2d: gradient matches finite differences") {
  for (const char* attributes : {
           R"({"filters": 3})",
           R"({"filters": 3, "bias": false, "padding": "same"})",
           R"({"filters": 2, "padding": "full", "stride": 1})",
           R"({"filters": 2, "kernel": 2, "stride": 3, "padding": "same"})",
           R"({"filters": 2, "kernel": [4, 2], "stride": [2, 1], "padding": [1, 2, 0, 1]})",
           R"({"filters": 2, "stride": [3, 2], "output_padding": [2, 1]})",
           R"({"filters": 2, "kernel": 5, "padding": 2, "output_padding": 1})",
           R"({"filters": 17, "kernel": 1})",
       }) {
    Json json = Json::parse(attributes);
    json["type"] = "conv_transpose2d";
    check_gradients(json, {Shape{3, 4, 2}});
    check_gradients(json, {Shape{3, 3, 1}}, Mode::inference, 1);
  }
}

TEST_CASE("conv_transpose2d: definition round trip") {
  check_round_trip(R"({"type": "conv_transpose2d", "filters": 8})"_json);
  check_round_trip(R"({"type": "conv_transpose2d", "filters": 8, "kernel": [1, 4], "stride": [3, 2], "padding": "same",
                       "output_padding": [2, 1], "bias": false, "init": "glorot_normal"})"_json);
}
