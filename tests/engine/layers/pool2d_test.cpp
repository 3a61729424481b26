#include "engine/kernels/pool2d.h"

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

Json pool(const char* attributes) {
  Json json = Json::parse(attributes);
  json["type"] = "pool2d";
  return json;
}

// What the reference makes of a pooling with explicit sides.
void check(const char* mode, int kernel, int stride, int pad, const Shape& in, bool count_padding = false,
           bool ceil = false) {
  const Json json = {{"type", "pool2d"}, {"mode", mode},   {"kernel", kernel},
                     {"stride", stride}, {"padding", pad}, {"count_padding", count_padding},
                     {"ceil", ceil}};
  check_reference(json, {in}, [&](Numbers& n) {
    kernels::Pool2dShape s;
    s.batch = n.batch;
    s.in_h = in.h;
    s.in_w = in.w;
    s.channels = in.c;
    const int up = ceil ? stride - 1 : 0;
    s.out_h = (in.h + 2 * pad - kernel + up) / stride + 1;
    s.out_w = (in.w + 2 * pad - kernel + up) / stride + 1;
    s.kernel_h = s.kernel_w = kernel;
    s.stride_h = s.stride_w = stride;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = pad;
    s.count_padding = count_padding;
    REQUIRE(n.shape == Shape{s.out_h, s.out_w, in.c});
    if (std::string(mode) == "max") {
      std::vector<std::int32_t> winners(n.output.size());
      kernels::reference::max_pool_forward(s, n.input[0].data(), n.output.data(), winners.data());
      kernels::reference::max_pool_backward(s, n.output_gradient.data(), winners.data(), n.input_gradient[0].data(),
                                            false);
    } else {
      const bool average = std::string(mode) == "average";
      kernels::reference::sum_pool_forward(s, average, n.input[0].data(), n.output.data());
      kernels::reference::sum_pool_backward(s, average, n.output_gradient.data(), n.input_gradient[0].data(), false);
    }
  });
}

}  // namespace

TEST_CASE("pool2d: shape") {
  CHECK(output_shape(pool("{}"), {Shape{28, 28, 8}}) == Shape{14, 14, 8});
  CHECK(output_shape(pool("{}"), {Shape{7, 5, 8}}) == Shape{3, 2, 8});
  CHECK(output_shape(pool(R"({"kernel": 3, "stride": 2})"), {Shape{55, 55, 96}}) == Shape{27, 27, 96});  // overlapping
  CHECK(output_shape(pool(R"({"padding": "same"})"), {Shape{7, 5, 1}}) == Shape{4, 3, 1});
  CHECK(output_shape(pool(R"({"kernel": 3, "stride": 1, "padding": "same"})"), {Shape{6, 7, 2}}) == Shape{6, 7, 2});
  CHECK(output_shape(pool(R"({"kernel": [1, 4]})"), {Shape{3, 8, 2}}) == Shape{3, 2, 2});
  CHECK(output_shape(pool(R"({"kernel": [4, 2], "stride": [0, 1]})"), {Shape{8, 8, 2}}) == Shape{2, 7, 2});

  // Rounded up, as long as the last window still begins in the picture.
  CHECK(output_shape(pool(R"({"kernel": 3, "stride": 2, "ceil": true})"), {Shape{32, 33, 8}}) == Shape{16, 16, 8});
  CHECK(output_shape(pool(R"({"kernel": 3, "stride": 2, "ceil": true})"), {Shape{6, 8, 1}}) == Shape{3, 4, 1});
  CHECK(output_shape(pool(R"({"kernel": 1, "stride": 4, "ceil": true})"), {Shape{8, 9, 1}}) == Shape{2, 3, 1});
  CHECK(output_shape(pool(R"({"padding": 1, "ceil": true})"), {Shape{5, 6, 1}}) == Shape{3, 4, 1});

  CHECK(error_text(pool(R"({"kernel": 4})"), {Shape{3, 3, 1}}) ==
        "[pool2d] kernel is larger than the padded input. Got kernel 4x4, input 3x3.");
  CHECK(error_text(pool(R"({"padding": [0, 2, 0, 0]})"), {Shape{6, 6, 1}}) ==
        "[pool2d] padding must be smaller than the kernel. Got padding [0, 2, 0, 0], kernel 2x2.");
  CHECK(error_text(pool(R"({"mode": "min"})"), {Shape{6, 6, 1}}) ==
        "[pool2d] mode must be one of \"max\", \"average\", \"sum\". Got \"min\". (at /layers/0/mode)");

  const Shape in[] = {{8, 8, 1}};
  const ReceptiveStep step = make_layer(pool(R"({"kernel": 3, "padding": 1})"))->receptive_step({{in, 1}}, {3, 3, 1});
  CHECK((step.kernel_h == 3 && step.stride_h == 3 && step.pad_top == 1));
}

TEST_CASE("pool2d: forward matches literals") {
  SECTION("largest of each window, and the gradient goes to the winners only") {
    LayerRun run(pool("{}"), {Shape{4, 4, 1}}, 1);
    run.set_input(0, {1, 1, 2, 4,  //
                      5, 6, 7, 8,  //
                      3, 2, 1, 0,  //
                      1, 2, 3, 4});
    run.set_output_gradient({10, 20, 30, 40});
    run.forward(Mode::training);
    check_close("largest", run.output, std::vector<double>{6, 8, 3, 4});
    run.backward();
    check_close("gradient", run.input_gradient[0],
                std::vector<double>{0, 0, 0, 0, 0, 10, 0, 20, 30, 0, 0, 0, 0, 0, 0, 40});
  }
  SECTION("largest, mean and sum of the same picture") {
    const std::pair<const char*, std::vector<double>> results[] = {
        {R"({"mode": "max"})", {100, 184, 12, 45}},
        {R"({"mode": "average"})", {36, 80, 12, 15}},
        {R"({"mode": "sum"})", {144, 320, 48, 60}},
    };
    for (const auto& result : results) {
      LayerRun run(pool(result.first), {Shape{4, 4, 1}}, 1);
      run.set_input(0, {29, 15, 28, 184,  //
                        0, 100, 70, 38,   //
                        12, 12, 7, 2,     //
                        12, 12, 45, 6});
      run.forward(Mode::inference);
      check_close(result.first, run.output, result.second);
    }
  }
  SECTION("of equal cells the first wins, and overlapping windows add their gradients") {
    LayerRun run(pool(R"({"kernel": [1, 2], "stride": 1})"), {Shape{1, 4, 1}}, 1);
    run.set_input(0, {5, 5, 5, 1});
    run.set_output_gradient({1, 10, 100});
    run.forward(Mode::training);
    check_close("largest", run.output, std::vector<double>{5, 5, 5});
    run.backward();
    check_close("gradient", run.input_gradient[0], std::vector<double>{1, 10, 100, 0});
    run.set_input(0, {1, 9, 2, 1});
    run.forward(Mode::training);
    run.backward();
    check_close("gradient", run.input_gradient[0], std::vector<double>{0, 11, 100, 0});
  }
  SECTION("rounded up, the last window keeps to the picture") {
    LayerRun run(pool(R"({"mode": "average", "kernel": [1, 2], "ceil": true})"), {Shape{1, 3, 1}}, 1);
    run.set_input(0, {1, 3, 7});
    run.set_output_gradient({2, 5});
    run.forward(Mode::training);
    check_close("mean", run.output, std::vector<double>{2, 7});
    run.backward();
    check_close("gradient", run.input_gradient[0], std::vector<double>{1, 1, 5});
  }
  SECTION("what lies beyond the padding never counts") {
    Json json = pool(R"({"mode": "average", "kernel": [1, 3], "stride": [1, 2], "padding": [0, 0, 1, 1], "ceil": true})");
    json["count_padding"] = true;  // the last window: 12, a cell of padding, and one beyond
    LayerRun run(json, {Shape{1, 6, 1}}, 1);
    run.set_input(0, {2, 4, 6, 8, 10, 12});
    run.set_output_gradient({3, 6, 9, 4});
    run.forward(Mode::training);
    check_close("mean", run.output, std::vector<double>{2, 6, 10, 6});
    run.backward();
    check_close("gradient", run.input_gradient[0], std::vector<double>{1, 3, 2, 5, 3, 5});
  }
  SECTION("padding never wins, and counts in an average only when asked") {
    LayerRun largest(pool(R"({"kernel": 2, "padding": 1})"), {Shape{2, 2, 1}}, 1);
    largest.set_input(0, {-1, -2, -3, -4});
    largest.forward(Mode::inference);
    check_close("largest", largest.output, std::vector<double>{-1, -2, -3, -4});
    for (const bool count : {false, true}) {
      LayerRun run(Json{{"type", "pool2d"},
                        {"mode", "average"},
                        {"kernel", 3},
                        {"stride", 1},
                        {"padding", "same"},
                        {"count_padding", count}},
                   {Shape{2, 2, 1}}, 1);
      run.set_input(0, {9, 18, 27, 36});
      run.forward(Mode::inference);
      check_close("mean", run.output, count ? std::vector<double>(4, 10) : std::vector<double>(4, 22.5));
    }
  }
}

TEST_CASE("pool2d: an average is a strided depthwise convolution with equal weights") {
  const Shape maps{6, 8, 5};
  LayerRun average(pool(R"({"mode": "average"})"), {maps});
  LayerRun conv(R"({"type": "conv2d", "filters": 5, "kernel": 2, "stride": 2, "groups": 5, "bias": false})"_json,
                {maps});
  for (Real& weight : conv.parameter[0]) weight = Real(0.25);
  average.forward(Mode::inference);
  conv.forward(Mode::inference);
  check_close("maps", average.output, values(conv.output));
}

TEST_CASE("pool2d: vectorised matches reference") {
  for (const char* mode : {"max", "average", "sum"}) {
    for (const int extent : kExtents) {
      check(mode, 2, 2, 0, {6, 5, extent});
      check(mode, 3, 2, 1, {7, 6, extent});
    }
    check(mode, 2, 2, 0, {4, 127, 3});
    check(mode, 3, 1, 1, {5, 17, 2});
    check(mode, 3, 2, 2, {6, 6, 16}, true);
    check(mode, 3, 2, 0, {6, 8, 17}, false, true);
    check(mode, 2, 2, 0, {5, 7, 16}, true, true);
    check(mode, 3, 3, 1, {6, 7, 3}, false, true);
  }
}

TEST_CASE("pool2d: gradient matches finite differences") {
  for (const char* mode : {"max", "average", "sum"}) {
    for (const char* attributes : {
             R"({})",
             R"({"kernel": 3, "stride": 2})",
             R"({"kernel": 3, "stride": 1, "padding": "same"})",
             R"({"kernel": [2, 3], "stride": [3, 1]})",
             R"({"kernel": 3, "padding": [1, 2, 0, 1]})",
             R"({"kernel": 2, "padding": "full", "stride": 1})",
             R"({"kernel": 3, "stride": 2, "padding": 1, "count_padding": true})",
             R"({"kernel": 3, "stride": 2, "ceil": true})",
             R"({"kernel": [2, 3], "stride": [3, 2], "padding": [1, 0, 0, 1], "ceil": true, "count_padding": true})",
         }) {
      Json json = pool(attributes);
      json["mode"] = mode;
      check_gradients(json, {Shape{6, 7, 3}});
      check_gradients(json, {Shape{5, 5, 1}}, Mode::inference, 1);
    }
  }
}

TEST_CASE("pool2d: definition round trip") {
  check_round_trip(R"({"type": "pool2d"})"_json);
  check_round_trip(R"({"type": "pool2d", "mode": "average", "kernel": 3, "stride": 2, "padding": 1,
                       "count_padding": true})"_json);
  check_round_trip(R"({"type": "pool2d", "mode": "sum", "kernel": [1, 3], "stride": [0, 2], "padding": "same",
                       "ceil": true})"_json);
}
