#include "engine/kernels/conv2d.h"

#include "engine/kernels/resample.h"
#include "engine/layers/conv2d.h"
#include "tests/engine/layers/filter_weights_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// The same convolution for the reference: the layer's attributes, the window placed by hand.
struct Geometry {
  int kernel_h, kernel_w;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int groups = 1;
  int top = 0, bottom = 0, left = 0, right = 0;
  bool nearest = false;
  std::string algorithm = "auto";

  Json definition(int filters) const {
    return {{"type", "conv2d"},
            {"filters", filters},
            {"kernel", {kernel_h, kernel_w}},
            {"stride", {stride_h, stride_w}},
            {"dilation", {dilation_h, dilation_w}},
            {"groups", groups},
            {"padding", {top, bottom, left, right}},
            {"padding_mode", nearest ? "nearest" : "zero"},
            {"algorithm", algorithm}};
  }

  kernels::Conv2dShape shape(const Shape& in, int filters, int batch) const {
    kernels::Conv2dShape s;
    s.batch = batch;
    s.in_h = in.h;
    s.in_w = in.w;
    s.in_c = in.c;
    s.out_h = (in.h + top + bottom - dilation_h * (kernel_h - 1) - 1) / stride_h + 1;
    s.out_w = (in.w + left + right - dilation_w * (kernel_w - 1) - 1) / stride_w + 1;
    s.out_c = filters;
    s.kernel_h = kernel_h;
    s.kernel_w = kernel_w;
    s.stride_h = stride_h;
    s.stride_w = stride_w;
    s.dilation_h = dilation_h;
    s.dilation_w = dilation_w;
    s.pad_top = top;
    s.pad_left = left;
    s.groups = groups;
    s.pad_mode = nearest ? kernels::PadMode::nearest : kernels::PadMode::zero;
    return s;
  }
};

void check(const Geometry& geometry, const Shape& in, int filters, int batch = 2) {
  const kernels::Conv2dShape s = geometry.shape(in, filters, batch);
  check_reference(
      geometry.definition(filters), {in},
      [&](Numbers& n) {
        REQUIRE(n.shape == Shape{s.out_h, s.out_w, s.out_c});
        kernels::reference::conv2d_forward(s, n.input[0].data(), n.parameter[0].data(), n.parameter[1].data(),
                                           n.output.data());
        kernels::reference::conv2d_backward_input(s, n.output_gradient.data(), n.parameter[0].data(),
                                                  n.input_gradient[0].data(), false);
        kernels::reference::conv2d_backward_kernel(s, n.input[0].data(), n.output_gradient.data(),
                                                   n.parameter_gradient[0].data(), n.parameter_gradient[1].data());
      },
      Mode::training, batch);
}

Geometry square(int kernel, int pad = 0) {
  Geometry g{kernel, kernel};
  g.top = g.bottom = g.left = g.right = pad;
  return g;
}

// A mirrored border is a larger picture without a border.
void check_mirrored(Geometry geometry, const Shape& in, int filters) {
  Json json = geometry.definition(filters);
  json["padding_mode"] = "reflect";
  check_reference(json, {in}, [&](Numbers& n) {
    kernels::Resample border;
    border.batch = n.batch;
    border.channels = in.c;
    border.h = {in.h, in.h + geometry.top + geometry.bottom, geometry.top, 1};
    border.w = {in.w, in.w + geometry.left + geometry.right, geometry.left, 1};
    border.border = kernels::Border::reflect;
    Geometry inner = geometry;
    inner.top = inner.bottom = inner.left = inner.right = 0;
    const kernels::Conv2dShape s = inner.shape({border.h.out, border.w.out, in.c}, filters, n.batch);
    std::vector<Oracle> picture(static_cast<std::size_t>(n.batch) * s.in_h * s.in_w * s.in_c), gradient(picture.size());
    kernels::reference::resample_forward(border, n.input[0].data(), picture.data());
    kernels::reference::conv2d_forward(s, picture.data(), n.parameter[0].data(), n.parameter[1].data(), n.output.data());
    kernels::reference::conv2d_backward_kernel(s, picture.data(), n.output_gradient.data(),
                                               n.parameter_gradient[0].data(), n.parameter_gradient[1].data());
    kernels::reference::conv2d_backward_input(s, n.output_gradient.data(), n.parameter[0].data(), gradient.data(), false);
    kernels::reference::resample_backward(border, gradient.data(), n.input_gradient[0].data(), false);
  });
}

void check_normalised(const char* norm, const Geometry& geometry, const Shape& in, int filters) {
  const bool gains = std::string(norm) == "normalize";
  Json json = geometry.definition(filters);
  json["weight_norm"] = norm;
  json["bias"] = false;
  check_reference(json, {in}, [&](Numbers& n) {
    const kernels::Conv2dShape s = geometry.shape(in, filters, n.batch);
    const ReferenceWeights weights(n.parameter[0], filters, gains ? &n.parameter[1] : nullptr);
    std::vector<Oracle> gradient(n.parameter[0].size());
    const Oracle* no_bias = nullptr;
    Oracle* no_gradient = nullptr;
    kernels::reference::conv2d_forward(s, n.input[0].data(), weights.use.data(), no_bias, n.output.data());
    kernels::reference::conv2d_backward_input(s, n.output_gradient.data(), weights.use.data(),
                                              n.input_gradient[0].data(), false);
    kernels::reference::conv2d_backward_kernel(s, n.input[0].data(), n.output_gradient.data(), gradient.data(),
                                               no_gradient);
    weights.backward(n.parameter[0], gradient, n.parameter_gradient[0], gains ? &n.parameter_gradient[1] : nullptr);
  });
}

}  // namespace

TEST_CASE("conv2d: shape") {
  const auto shape = [](const char* attributes, Shape in) {
    Json json = Json::parse(attributes);
    json["type"] = "conv2d";
    return output_shape(json, {in});
  };
  // H_out = ⌊(H − M + 2P)/S⌋ + 1
  for (const int in : {5, 7, 28, 29}) {
    for (const int kernel : {1, 3, 5}) {
      for (const int pad : {0, 1, 2}) {
        for (const int stride : {1, 2, 3}) {
          const Json json = {
              {"type", "conv2d"}, {"filters", 4}, {"kernel", kernel}, {"padding", pad}, {"stride", stride}};
          const int out = (in - kernel + 2 * pad) / stride + 1;
          CHECK(output_shape(json, {Shape{in, in, 1}}) == Shape{out, out, 4});
        }
      }
    }
  }
  CHECK(shape(R"({"filters": 1})", {8, 8, 3}) == Shape{6, 6, 1});  // many channels, one map
  CHECK(shape(R"({"filters": 32, "padding": "same"})", {28, 28, 1}) == Shape{28, 28, 32});
  CHECK(shape(R"({"filters": 2, "padding": "same", "stride": 2})", {7, 8, 1}) == Shape{4, 4, 2});
  CHECK(shape(R"({"filters": 2, "padding": "same", "kernel": [1, 5]})", {6, 9, 1}) == Shape{6, 9, 2});
  CHECK(shape(R"({"filters": 2, "padding": "full"})", {5, 5, 1}) == Shape{7, 7, 2});
  CHECK(shape(R"({"filters": 2, "padding": [1, 2, 3, 4]})", {5, 5, 1}) == Shape{6, 10, 2});
  CHECK(shape(R"({"filters": 2, "dilation": 2})", {7, 7, 1}) == Shape{3, 3, 2});
  CHECK(shape(R"({"filters": 6, "groups": 3})", {3, 3, 3}) == Shape{1, 1, 6});

  const std::vector<Shape> small{Shape{3, 3, 1}};
  CHECK(error_text(R"({"type": "conv2d", "filters": 8, "kernel": 5})"_json, small) ==
        "[conv2d] kernel is larger than the padded input. Got kernel 5x5, input 3x3.");
  CHECK(error_text(R"({"type": "conv2d", "filters": 8, "dilation": 3, "padding": 1})"_json, small) ==
        "[conv2d] kernel is larger than the padded input. Got kernel 3x3 spread by dilation to 7x7, input 3x3 padded "
        "to 5x5.");
  CHECK(error_text(R"({"type": "conv2d", "filters": 8, "groups": 2})"_json, {Shape{3, 3, 3}}) ==
        "[conv2d] groups must divide input channels and filters. Got groups 2, input channels 3, filters 8.");
  CHECK(error_text(R"({"type": "conv2d", "filters": 8, "stride": 0})"_json, small) ==
        "[conv2d] stride must be between 1 and 64. Got 0. (at /layers/0/stride)");
  CHECK(error_text(R"({"type": "conv2d", "filters": 8, "kernel": 7, "padding": 3, "padding_mode": "reflect"})"_json,
                   small) ==
        "[conv2d] a mirrored border must be smaller than the input. Got padding [3, 3, 3, 3], input 3x3.");
  CHECK(error_text(R"({"type": "conv2d"})"_json, small) == "[conv2d] \"filters\" is missing. (at /layers/0)");

  // Parameters and multiply-accumulates of the course's first two convolutions.
  const Shape gray[] = {{28, 28, 1}};
  const Shape maps[] = {{14, 14, 32}};
  const auto count = [](const std::unique_ptr<Layer>& layer, const LayerInputs& in) {
    std::size_t sum = 0;
    for (const ParameterSpec& spec : layer->parameters(in)) sum += spec.count();
    return sum;
  };
  const auto first = make_layer(R"({"type": "conv2d", "filters": 32, "padding": "same"})"_json);
  const auto second = make_layer(R"({"type": "conv2d", "filters": 64, "padding": "same"})"_json);
  CHECK(count(first, {{gray, 1}}) == 320);
  CHECK(count(second, {{maps, 1}}) == 18496);
  CHECK(first->macs({{gray, 1}}, {28, 28, 32}) == 28 * 28 * 32 * 9);
  const ReceptiveStep step = first->receptive_step({{gray, 1}}, {28, 28, 32});
  CHECK((step.kernel_h == 3 && step.stride_h == 1 && step.pad_top == 1 && !step.whole));
}

TEST_CASE("conv2d: forward matches literals") {
  SECTION("arithmetic of one window") {
    LayerRun run(R"({"type": "conv2d", "filters": 1, "bias": false})"_json, {Shape{5, 5, 1}}, 1);
    run.set_input(0, {3, 3, 2, 1, 0,  //
                      0, 0, 1, 3, 1,  //
                      3, 1, 2, 2, 3,  //
                      2, 0, 0, 2, 2,  //
                      2, 0, 0, 0, 1});
    run.set_parameter(0, {0, 1, 2, 2, 2, 0, 0, 1, 2});
    run.forward(Mode::inference);
    check_close("maps", run.output, std::vector<double>{12, 12, 17, 10, 17, 19, 9, 6, 14});
  }
  SECTION("searching a pattern") {
    LayerRun run(R"({"type": "conv2d", "filters": 1})"_json, {Shape{7, 7, 1}}, 1);
    run.set_input(0, {0, 1, 1, 1, 0, 0, 0,  //
                      0, 0, 1, 1, 1, 0, 0,  //
                      0, 0, 0, 1, 1, 1, 0,  //
                      0, 0, 0, 1, 1, 0, 0,  //
                      0, 0, 1, 1, 0, 1, 0,  //
                      0, 1, 1, 0, 1, 0, 0,  //
                      1, 1, 0, 1, 0, 0, 0});
    run.set_parameter(0, {1, -1, 1, -1, 1, -1, 1, -1, 1});
    run.set_parameter(1, {0});
    run.forward(Mode::inference);
    check_close("maps", run.output, std::vector<double>{-1, 2, -1, 2,  -1,  //
                                                        1,  0, 1,  -1, 2,   //
                                                        1,  0, 0,  3,  -2,  //
                                                        -1, 1, 2,  -3, 3,   //
                                                        1,  2, -3, 4,  -2});
    run.set_parameter(1, {10});  // the bias goes to every value
    run.forward(Mode::inference);
    CHECK(run.output[0] == 9);
    CHECK(run.output[24] == 8);
  }
  SECTION("padding reads zeros or the nearest pixel") {
    for (const bool nearest : {false, true}) {
      LayerRun run(Json{{"type", "conv2d"},
                        {"filters", 1},
                        {"bias", false},
                        {"padding", "same"},
                        {"padding_mode", nearest ? "nearest" : "zero"}},
                   {Shape{2, 2, 1}}, 1);
      run.set_input(0, {1, 2, 3, 4});
      run.set_parameter(0, {1, 1, 1, 1, 1, 1, 1, 1, 1});
      run.forward(Mode::inference);
      check_close("sums", run.output,
                  nearest ? std::vector<double>{18, 21, 24, 27} : std::vector<double>{10, 10, 10, 10});
    }
  }
  SECTION("or the picture mirrored at its outermost pixels") {
    LayerRun run(R"({"type": "conv2d", "filters": 1, "bias": false, "kernel": [1, 3], "padding": [0, 0, 2, 1],
                     "padding_mode": "reflect"})"_json,
                 {Shape{1, 4, 1}}, 1);
    run.set_input(0, {1, 2, 3, 4});  // 3 2 | 1 2 3 4 | 3
    run.set_parameter(0, {100, 10, 1});
    run.set_output_gradient({1, 0, 0, 0, 1});
    run.forward(Mode::training);
    check_close("sums", run.output, std::vector<double>{321, 212, 123, 234, 343});
    run.backward();  // what the mirror shows adds to what it mirrors
    check_close("dx", run.input_gradient[0], std::vector<double>{1, 10, 201, 10});
    check_close("dkernel", run.parameter_gradient[0], std::vector<double>{6, 6, 4});
  }
  SECTION("stride and dilation pick their pixels; the odd cell of same padding lies at the end") {
    LayerRun run(R"({"type": "conv2d", "filters": 1, "bias": false, "kernel": [1, 2], "stride": [1, 3],
                     "dilation": 2})"_json,
                 {Shape{1, 9, 1}}, 1);
    run.set_input(0, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    run.set_parameter(0, {10, 1});
    run.forward(Mode::inference);
    check_close("sums", run.output, std::vector<double>{13, 46, 79});
    LayerRun same(R"({"type": "conv2d", "filters": 1, "bias": false, "kernel": [1, 2], "padding": "same"})"_json,
                  {Shape{1, 3, 1}}, 1);
    same.set_input(0, {1, 2, 3});
    same.set_parameter(0, {10, 1});
    same.forward(Mode::inference);
    check_close("sums", same.output, std::vector<double>{12, 23, 30});
  }
  SECTION("channels and kernels: K filters make K maps, groups keep to their channels") {
    LayerRun run(R"({"type": "conv2d", "filters": 2, "kernel": 1})"_json, {Shape{1, 2, 3}}, 1);
    run.set_input(0, {1, 2, 3, 4, 5, 6});
    run.set_parameter(0, {1, 0, 10, 0, 100, 1});  // [C, K]
    run.set_parameter(1, {0, 0.5});
    run.forward(Mode::inference);
    check_close("maps", run.output, std::vector<double>{321, 3.5, 654, 6.5});
    LayerRun depthwise(R"({"type": "conv2d", "filters": 3, "kernel": 1, "groups": 3, "bias": false})"_json,
                       {Shape{1, 2, 3}}, 1);
    depthwise.set_input(0, {1, 2, 3, 4, 5, 6});
    depthwise.set_parameter(0, {1, 10, 100});
    depthwise.forward(Mode::inference);
    check_close("maps", depthwise.output, std::vector<double>{1, 20, 300, 4, 50, 600});
  }
}

TEST_CASE("conv2d: normalised kernels match literals") {
  // Two filters of one channel: [1, 3] and [0, −4].
  for (const bool gain : {false, true}) {
    LayerRun run(Json{{"type", "conv2d"},
                      {"filters", 2},
                      {"kernel", {1, 2}},
                      {"bias", false},
                      {"weight_norm", gain ? "normalize" : "standardize"}},
                 {Shape{1, 2, 1}}, 1);
    run.set_input(0, {10, 1});
    run.set_parameter(0, {1, 0, 3, -4});
    if (gain) run.set_parameter(1, {5, 0.5});
    run.forward(Mode::inference);
    // Centred and divided by √(1 + 1e-5) and √(4 + 1e-5); or brought to length 5 and 0.5.
    check_close("maps", run.output,
                gain ? std::vector<double>{65 / std::sqrt(10.0), -0.5}
                     : std::vector<double>{-9 / std::sqrt(1 + 1e-5), 18 / std::sqrt(4 + 1e-5)});
  }
  // The gain starts as the length of a filter: √(27 · 2/27) with He's variance.
  const Shape in{5, 5, 3};
  const auto specs =
      make_layer(R"({"type": "conv2d", "filters": 8, "weight_norm": "normalize"})"_json)->parameters({{&in, 1}});
  REQUIRE(specs.size() == 3);
  CHECK(specs[2].name == "gain");
  CHECK(specs[2].shape == std::vector<int>{8});
  CHECK(specs[2].initializer == Initializer::constant);
  CHECK(specs[2].constant == Approx(std::sqrt(2.0)));
  CHECK_FALSE(specs[2].decays);
}

TEST_CASE("conv2d: vectorised matches reference") {
  for (const int extent : kExtents) {
    check(square(3), {6, 5, extent}, 3);     // input channels
    check(square(3, 1), {5, 6, 3}, extent);  // filters
    check(square(3, 1), {4, extent, 2}, 3);  // width
    check(square(1), {3, 4, extent}, extent == 128 ? 17 : 16);
    Geometry depthwise = square(3, 1);
    depthwise.groups = extent;
    check(depthwise, {5, 5, extent}, extent);
    check(depthwise, {4, 4, extent}, 2 * extent);
  }
  Geometry g{5, 3};
  g.stride_h = 2;
  g.stride_w = 3;
  g.top = 2;
  g.right = 1;
  check(g, {11, 13, 5}, 17);
  g.nearest = true;
  check(g, {11, 13, 5}, 17);
  g.groups = 2;
  check(g, {11, 13, 6}, 34);
  Geometry spread = square(3, 2);
  spread.dilation_h = 2;
  spread.dilation_w = 3;
  check(spread, {9, 11, 4}, 17);
  spread.stride_h = spread.stride_w = 2;
  check(spread, {9, 11, 16}, 3);
  check(square(7, 3), {9, 9, 3}, 8, 3);
  for (const char* algorithm : {"direct", "im2col", "winograd_f2", "fft"}) {
    Geometry forced = square(3, 1);
    forced.algorithm = algorithm;
    check(forced, {9, 10, 5}, 17);
  }
  for (const int extent : kExtents) {
    check_mirrored(square(3, 1), {4, 5, extent}, 3);
    check_normalised("normalize", square(3, 1), {4, 3, 5}, extent);
    check_normalised("standardize", square(3), {4, 3, 5}, extent);
  }
  Geometry uneven{4, 3};
  uneven.top = 3;
  uneven.left = 1;
  uneven.right = 2;
  uneven.stride_w = 2;
  uneven.groups = 2;
  check_mirrored(uneven, {6, 7, 4}, 18);
  check_normalised("normalize", uneven, {6, 7, 4}, 18);
}

TEST_CASE("conv2d: gradient matches finite differences") {
  const auto check_one = [](const char* attributes, Shape in, int batch = 2) {
    Json json = Json::parse(attributes);
    json["type"] = "conv2d";
    check_gradients(json, {in}, Mode::training, batch);
  };
  check_one(R"({"filters": 3})", {5, 4, 2});
  check_one(R"({"filters": 3, "bias": false, "kernel": 1})", {3, 4, 3});
  check_one(R"({"filters": 2, "padding": "same"})", {4, 5, 2});
  check_one(R"({"filters": 2, "padding": "same", "stride": 2, "kernel": [2, 3]})", {5, 6, 2});
  check_one(R"({"filters": 2, "padding": "full"})", {3, 3, 1});
  check_one(R"({"filters": 2, "padding": [0, 2, 1, 3], "stride": [2, 3]})", {5, 6, 2});
  check_one(R"({"filters": 2, "padding": [0, 2, 1, 3], "padding_mode": "nearest"})", {4, 4, 2});
  check_one(R"({"filters": 2, "padding": "same", "padding_mode": "nearest", "stride": 2, "kernel": 5})", {5, 4, 2});
  check_one(R"({"filters": 2, "padding": 4, "padding_mode": "nearest", "dilation": 2})", {3, 3, 1});  // corner only
  check_one(R"({"filters": 2, "dilation": [2, 3]})", {6, 8, 2});
  check_one(R"({"filters": 2, "dilation": 2, "stride": 2, "padding": "same"})", {5, 5, 2});
  check_one(R"({"filters": 4, "groups": 2})", {4, 4, 6});
  check_one(R"({"filters": 3, "groups": 3, "padding": "same"})", {4, 4, 3});               // depthwise
  check_one(R"({"filters": 6, "groups": 3, "stride": 2, "padding": "same"})", {5, 4, 3});  // depthwise, two each
  check_one(R"({"filters": 4, "groups": 4, "dilation": 2, "bias": false})", {6, 6, 4}, 1);
  check_one(R"({"filters": 4, "groups": 2, "padding": 1, "padding_mode": "nearest"})", {3, 4, 4});
  check_one(R"({"filters": 2, "kernel": [1, 5], "padding": "same"})", {3, 6, 2});  // 1×n and n×1
  check_one(R"({"filters": 2, "kernel": [5, 1], "padding": "same"})", {6, 3, 2});
  check_one(R"({"filters": 2, "stride": 3, "kernel": 2})", {6, 7, 1});  // pixels no window sees
  check_one(R"({"filters": 17})", {4, 4, 3}, 1);
  check_one(R"({"filters": 3, "kernel": [1, 3], "stride": [1, 2], "padding": "same"})", {1, 9, 2});  // of a series
  check_one(R"({"filters": 2, "padding": "same", "padding_mode": "reflect"})", {4, 3, 2});
  check_one(R"({"filters": 4, "padding": [2, 0, 1, 2], "padding_mode": "reflect", "stride": 2, "groups": 2})", {5, 4, 2});
  check_one(R"({"filters": 3, "padding": 2, "padding_mode": "reflect", "dilation": 2, "groups": 3})", {4, 5, 3});
  for (const char* norm : {"standardize", "normalize"}) {
    for (const bool bias : {false, true}) {
      for (const char* mode : {"zero", "nearest", "reflect"}) {
        check_gradients(Json{{"type", "conv2d"},
                             {"filters", 4},
                             {"groups", 2},
                             {"padding", "same"},
                             {"padding_mode", mode},
                             {"bias", bias},
                             {"weight_norm", norm}},
                        {Shape{3, 4, 4}});
      }
    }
    check_gradients(Json{{"type", "conv2d"}, {"filters", 17}, {"weight_norm", norm}}, {Shape{3, 4, 2}},
                    Mode::inference, 1);
  }
}

TEST_CASE("conv2d: definition round trip") {
  check_round_trip(R"({"type": "conv2d", "filters": 8})"_json);
  check_round_trip(R"({"type": "conv2d", "filters": 12, "kernel": [1, 5], "stride": [2, 1], "dilation": 2, "groups": 4,
                       "padding": [0, 1, 2, 3], "padding_mode": "nearest", "bias": false,
                       "init": "glorot_uniform"})"_json);
  for (const char* padding : {"same", "valid", "full"}) {
    check_round_trip(Json{{"type", "conv2d"}, {"filters", 8}, {"padding", padding}});
  }
  for (const char* algorithm : {"auto", "direct", "im2col", "winograd_f2", "winograd_f4", "fft"}) {
    check_round_trip(Json{{"type", "conv2d"}, {"filters", 8}, {"algorithm", algorithm}});
  }
  check_round_trip(R"({"type": "conv2d", "filters": 8, "padding_mode": "reflect", "weight_norm": "standardize"})"_json);
  for (const char* init : {"he_normal", "he_uniform", "glorot_normal", "glorot_uniform"}) {
    check_round_trip(Json{{"type", "conv2d"}, {"filters", 8}, {"init", init}});
  }
}
