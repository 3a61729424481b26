#include "engine/kernels/pool2d.h"

#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("global_pool: shape") {
  const Json json = R"({"type": "global_pool"})"_json;
  CHECK(output_shape(json, {Shape{7, 9, 64}}) == Shape{1, 1, 64});
  CHECK(output_shape(json, {Shape{1, 1, 5}}) == Shape{1, 1, 5});
  const Shape in[] = {{7, 9, 64}};
  CHECK(make_layer(json)->receptive_step({{in, 1}}, {1, 1, 64}).whole);
  CHECK(error_text(R"({"type": "global_pool", "mode": "mean"})"_json, {in[0]}) ==
        "[global_pool] mode must be one of \"max\", \"average\", \"sum\". Got \"mean\". (at /layers/0/mode)");
}

TEST_CASE("global_pool: forward matches literals") {
  const std::pair<const char*, std::vector<double>> results[] = {
      {"average", {3, -5}}, {"max", {6, -2}}, {"sum", {12, -20}}};
  for (const auto& result : results) {
    LayerRun run(Json{{"type", "global_pool"}, {"mode", result.first}}, {Shape{2, 2, 2}}, 1);
    run.set_input(0, {1, -2, 6, -4, 2, -6, 3, -8});
    run.forward(Mode::inference);
    check_close(result.first, run.output, result.second);
  }
}

TEST_CASE("global_pool: vectorised matches reference") {
  for (const char* mode : {"max", "average", "sum"}) {
    for (const int extent : kExtents) {
      for (const Shape& in : {Shape{3, 5, extent}, Shape{1, extent, 3}}) {
        check_reference(Json{{"type", "global_pool"}, {"mode", mode}}, {in}, [&](Numbers& n) {
          kernels::Pool2dShape s;
          s.batch = n.batch;
          s.in_h = s.kernel_h = in.h;
          s.in_w = s.kernel_w = in.w;
          s.channels = in.c;
          s.out_h = s.out_w = 1;
          if (std::string(mode) == "max") {
            std::vector<std::int32_t> winners(n.output.size());
            kernels::reference::max_pool_forward(s, n.input[0].data(), n.output.data(), winners.data());
            kernels::reference::max_pool_backward(s, n.output_gradient.data(), winners.data(),
                                                  n.input_gradient[0].data(), false);
          } else {
            const bool average = std::string(mode) == "average";
            kernels::reference::sum_pool_forward(s, average, n.input[0].data(), n.output.data());
            kernels::reference::sum_pool_backward(s, average, n.output_gradient.data(), n.input_gradient[0].data(),
                                                  false);
          }
        });
      }
    }
  }
}

TEST_CASE("global_pool: gradient matches finite differences") {
  for (const char* mode : {"max", "average", "sum"}) {
    check_gradients(Json{{"type", "global_pool"}, {"mode", mode}}, {Shape{3, 4, 5}});
    check_gradients(Json{{"type", "global_pool"}, {"mode", mode}}, {Shape{1, 1, 3}}, Mode::inference, 1);
  }
}

TEST_CASE("global_pool: definition round trip") {
  check_round_trip(R"({"type": "global_pool"})"_json);
  for (const char* mode : {"max", "average", "sum"}) check_round_trip(Json{{"type", "global_pool"}, {"mode", mode}});
}
