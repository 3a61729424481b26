#include "engine/kernels/gemm.h"

#include "tests/engine/layers/filter_weights_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

void check(int in, int units, int batch) {
  check_reference(
      Json{{"type", "dense"}, {"units", units}}, {Shape{1, 1, in}},
      [&](Numbers& n) {
        kernels::Gemm forward;
        forward.m = batch;
        forward.n = units;
        forward.k = in;
        forward.lda = in;
        forward.ldb = forward.ldc = units;
        kernels::reference::gemm(forward, n.input[0].data(), n.parameter[0].data(), n.output.data());
        kernels::Gemm input;
        input.m = batch;
        input.n = in;
        input.k = units;
        input.transpose_b = true;
        input.lda = input.ldb = units;
        input.ldc = in;
        kernels::reference::gemm(input, n.output_gradient.data(), n.parameter[0].data(), n.input_gradient[0].data());
        kernels::Gemm kernel;
        kernel.m = in;
        kernel.n = units;
        kernel.k = batch;
        kernel.transpose_a = true;
        kernel.lda = in;
        kernel.ldb = kernel.ldc = units;
        kernels::reference::gemm(kernel, n.input[0].data(), n.output_gradient.data(), n.parameter_gradient[0].data());
        for (int i = 0; i < batch; ++i) {
          for (int u = 0; u < units; ++u) {
            n.output[i * units + u] += n.parameter[1][u];
            n.parameter_gradient[1][u] += n.output_gradient[i * units + u];
          }
        }
      },
      Mode::training, batch);
}

void check_normalised(const char* norm, int in, int units, int batch) {
  const bool gains = std::string(norm) == "normalize";
  check_reference(
      Json{{"type", "dense"}, {"units", units}, {"bias", false}, {"weight_norm", norm}}, {Shape{1, 1, in}},
      [&](Numbers& n) {
        const ReferenceWeights weights(n.parameter[0], units, gains ? &n.parameter[1] : nullptr);
        std::vector<Oracle> gradient(n.parameter[0].size());
        for (int i = 0; i < batch; ++i) {
          for (int k = 0; k < in; ++k) {
            for (int u = 0; u < units; ++u) {
              n.output[i * units + u] += n.input[0][i * in + k] * weights.use[k * units + u];
              n.input_gradient[0][i * in + k] += n.output_gradient[i * units + u] * weights.use[k * units + u];
              gradient[k * units + u] += n.input[0][i * in + k] * n.output_gradient[i * units + u];
            }
          }
        }
        weights.backward(n.parameter[0], gradient, n.parameter_gradient[0], gains ? &n.parameter_gradient[1] : nullptr);
      },
      Mode::training, batch);
}

}  // namespace

TEST_CASE("dense: shape") {
  CHECK(output_shape(R"({"type": "dense", "units": 10})"_json, {Shape{1, 1, 128}}) == Shape{1, 1, 10});
  CHECK(error_text(R"({"type": "dense", "units": 10})"_json, {Shape{7, 7, 64}}) ==
        "[dense] input must be a vector: put flatten or global_pool before it. Got 7x7x64.");
  CHECK(error_text(R"({"type": "dense", "units": 0})"_json, {Shape{1, 1, 64}}) ==
        "[dense] units must be between 1 and 1048576. Got 0. (at /layers/0/units)");

  const Shape flat[] = {{1, 1, 3136}};
  const auto layer = make_layer(R"({"type": "dense", "units": 128})"_json);
  std::size_t parameters = 0;
  for (const ParameterSpec& spec : layer->parameters({{flat, 1}})) parameters += spec.count();
  CHECK(parameters == 401536);
  CHECK(layer->macs({{flat, 1}}, {1, 1, 128}) == 3136 * 128);
  CHECK(layer->receptive_step({{flat, 1}}, {1, 1, 128}).whole);
  CHECK(make_layer(R"({"type": "dense", "units": 128, "bias": false})"_json)->parameters({{flat, 1}}).size() == 1);
}

TEST_CASE("dense: forward matches literals") {
  LayerRun run(R"({"type": "dense", "units": 2})"_json, {Shape{1, 1, 3}}, 2);
  run.set_input(0, {1, 2, 3, 4, 5, 6});
  run.set_parameter(0, {1, 0.5, 10, 0, 100, -1});  // [I, units]
  run.set_parameter(1, {1000, 0.25});
  run.forward(Mode::inference);
  check_close("y", run.output, std::vector<double>{1321, -2.25, 1654, -3.75});
}

TEST_CASE("dense: a 1x1 convolution of one pixel is the same layer") {
  const Shape vector{1, 1, 19};
  LayerRun dense(R"({"type": "dense", "units": 7})"_json, {vector}, 3);
  LayerRun conv(R"({"type": "conv2d", "filters": 7, "kernel": 1})"_json, {vector}, 3);
  REQUIRE(values(dense.input[0]) == values(conv.input[0]));          // the same seed
  REQUIRE(values(dense.parameter[0]) == values(conv.parameter[0]));  // [I, units] and [1, 1, I, units]
  dense.forward(Mode::training);
  conv.forward(Mode::training);
  check_close("output", dense.output, values(conv.output));
  dense.backward();
  conv.backward();
  check_close("gradient of input 0", dense.input_gradient[0], values(conv.input_gradient[0]));
  check_close("gradient of kernel", dense.parameter_gradient[0], values(conv.parameter_gradient[0]));
}

TEST_CASE("dense: vectorised matches reference") {
  for (const int extent : kExtents) {
    check(extent, 10, 3);
    check(17, extent, 2);
    check(extent, extent, 1);
    check(5, 16, extent);
    check_normalised("normalize", extent, 5, 3);
    check_normalised("standardize", 20, extent, 3);
  }
}

TEST_CASE("dense: gradient matches finite differences") {
  check_gradients(R"({"type": "dense", "units": 4})"_json, {Shape{1, 1, 5}}, Mode::training, 3);
  check_gradients(R"({"type": "dense", "units": 3, "bias": false})"_json, {Shape{1, 1, 17}});
  for (const char* norm : {"standardize", "normalize"}) {
    for (const bool bias : {false, true}) {
      const Json json{{"type", "dense"}, {"units", 4}, {"bias", bias}, {"weight_norm", norm}};
      check_gradients(json, {Shape{1, 1, 5}}, Mode::training, 3);
      check_gradients(json, {Shape{1, 1, 17}}, Mode::inference, 1);
    }
  }
  check_gradients(R"({"type": "dense", "units": 17})"_json, {Shape{1, 1, 1}}, Mode::inference, 1);
}

TEST_CASE("dense: definition round trip") {
  check_round_trip(R"({"type": "dense", "units": 10})"_json);
  check_round_trip(R"({"type": "dense", "units": 7, "bias": false, "init": "glorot_normal"})"_json);
  check_round_trip(R"({"type": "dense", "units": 7, "weight_norm": "normalize"})"_json);
}
