#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/explain/explain.h"
#include "engine/layers/terms.h"

namespace cnn::test {

// Every kind of layer but the activations, skips, a concatenation and a node that is read twice.
constexpr const char* kEveryKind = R"({"layers": [
  {"type": "input", "name": "pixels", "shape": [8, 7, 2]},
  {"type": "conv2d", "name": "conv", "filters": 4, "padding": "same"},
  {"type": "batch_norm", "name": "norm"},
  {"type": "relu", "name": "relu"},
  {"type": "pool2d", "name": "max", "mode": "max", "kernel": 3, "stride": 2, "padding": "same"},
  {"type": "pool2d", "name": "mean", "inputs": ["relu"], "mode": "average", "kernel": 3, "stride": 2, "padding": "same"},
  {"type": "pool2d", "name": "total", "inputs": ["relu"], "mode": "sum", "kernel": 2, "padding": "same"},
  {"type": "concat", "name": "both", "inputs": ["max", "mean", "total", "max"]},
  {"type": "dropout", "name": "drop", "rate": 0.4},
  {"type": "conv2d", "name": "point", "filters": 4, "kernel": 1, "bias": false},
  {"type": "add", "name": "skip", "inputs": ["point", "max"]},
  {"type": "flatten", "name": "flat"},
  {"type": "dense", "name": "logits", "units": 3},
  {"type": "softmax", "name": "classes"}]})";

constexpr const char* kNets[] = {
    kEveryKind,
    // LeNet-like, with strides, dilation and the nearest pixel as border.
    R"({"layers": [
      {"type": "input", "shape": [14, 14, 1]},
      {"type": "conv2d", "filters": 6, "kernel": 5, "padding": "same", "padding_mode": "nearest", "activation": "tanh"},
      {"type": "pool2d", "mode": "average", "kernel": 2},
      {"type": "conv2d", "filters": 8, "kernel": 3, "dilation": 2, "padding": [2, 1, 0, 2], "activation": "sigmoid"},
      {"type": "conv2d", "filters": 5, "kernel": [3, 1], "stride": [1, 2], "activation": "leaky_relu"},
      {"type": "flatten"},
      {"type": "dense", "units": 12, "activation": "softplus"},
      {"type": "dense", "units": 4},
      {"type": "softmax"}]})",
    // Depthwise and grouped, a global pool.
    R"({"layers": [
      {"type": "input", "shape": [9, 9, 3]},
      {"type": "conv2d", "filters": 6, "kernel": 3, "groups": 3, "padding": "full", "activation": "swish"},
      {"type": "conv2d", "filters": 6, "kernel": 3, "groups": 6, "stride": 2, "bias": false},
      {"type": "batch_norm", "scale": false, "activation": "elu"},
      {"type": "conv2d", "filters": 16, "kernel": 1},
      {"type": "global_pool", "mode": "max"},
      {"type": "dense", "units": 5},
      {"type": "softmax"}]})",
    // Residual, wide enough for the fast convolutions, with an auxiliary head.
    R"({"layers": [
      {"type": "input", "shape": [24, 24, 1]},
      {"type": "conv2d", "name": "stem", "filters": 16, "padding": "same", "bias": false},
      {"type": "batch_norm", "shift": false, "activation": "relu", "name": "a"},
      {"type": "conv2d", "filters": 16, "padding": "same", "bias": false},
      {"type": "batch_norm", "name": "b"},
      {"type": "add", "name": "sum", "inputs": ["a", "b"], "activation": "relu"},
      {"type": "global_pool", "name": "gap"},
      {"type": "dense", "name": "early", "units": 3},
      {"type": "softmax", "name": "aux", "weight": 0.3},
      {"type": "conv2d", "inputs": ["sum"], "name": "more", "filters": 8, "stride": 2, "padding": "same", "activation": "relu"},
      {"type": "global_pool", "mode": "average"},
      {"type": "dense", "units": 3},
      {"type": "softmax"}]})",
    // No convolution at all.
    R"({"layers": [
      {"type": "input", "shape": [5, 4, 1]},
      {"type": "flatten"},
      {"type": "dense", "units": 17, "bias": false, "activation": "softsign"},
      {"type": "dropout"},
      {"type": "dense", "units": 9, "activation": "relu"},
      {"type": "dense", "units": 2},
      {"type": "softmax"}]})",
    // Mirrored borders, maps that grow, norms of one image, neighbours that inhibit each other; the hinge.
    R"({"layers": [
      {"type": "input", "shape": [6, 7, 2]},
      {"type": "pad", "padding": [1, 3, 0, 2], "mode": "reflect"},
      {"type": "conv2d", "filters": 6, "stride": 2, "padding": 2, "padding_mode": "reflect", "activation": "prelu"},
      {"type": "group_norm", "groups": 3},
      {"type": "conv_transpose2d", "filters": 4, "stride": [2, 1], "padding": "same", "output_padding": [1, 0]},
      {"type": "maxout", "pieces": 2},
      {"type": "layer_norm", "activation": "softsign"},
      {"type": "upsample", "factor": [2, 3], "mode": "bilinear"},
      {"type": "crop", "margin": [5, 3, 2, 4]},
      {"type": "instance_norm", "scale": false},
      {"type": "local_response_norm", "size": 3, "alpha": 0.5, "offset": 1},
      {"type": "pool2d", "mode": "average", "kernel": 3, "stride": 2, "padding": 1, "ceil": true, "count_padding": true},
      {"type": "upsample"},
      {"type": "flatten"},
      {"type": "dense", "units": 4},
      {"type": "svm", "margin": 2}]})",
    // Squeeze and excite, a square, a picture with other extents; yes and no for each class, squared distances.
    R"({"layers": [
      {"type": "input", "shape": [6, 5, 3]},
      {"type": "conv_transpose2d", "name": "body", "filters": 4, "kernel": [2, 3], "stride": 1},
      {"type": "global_pool", "mode": "average"},
      {"type": "dense", "name": "excite", "units": 4, "activation": "sigmoid"},
      {"type": "multiply", "name": "gated", "inputs": ["body", "excite"]},
      {"type": "multiply", "name": "squared", "inputs": ["gated", "gated"]},
      {"type": "reshape", "shape": [7, 14, 2]},
      {"type": "conv2d", "name": "last", "filters": 3, "stride": 3, "activation": "gelu"},
      {"type": "flatten", "name": "flat"},
      {"type": "dense", "units": 3},
      {"type": "squared_error", "weight": 0.4},
      {"type": "dense", "inputs": ["flat"], "units": 3},
      {"type": "binary_cross_entropy", "weight": 2}]})",
};

inline std::vector<Real> array(const Answer& answer, const std::string& name) {
  for (const Json& entry : answer.json["arrays"]) {
    if (entry["name"] != name) continue;
    std::size_t count = 1;
    for (const Json& extent : entry["shape"]) count *= extent.get<std::size_t>();
    const auto begin = answer.values.begin() + entry["offset"].get<std::ptrdiff_t>();
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
  }
  return {};
}

// A net with one picture of noise, its parameters off their special values, and a run of its own to compare with.
struct Asked {
  Net net;
  Run run;
  Explainer explainer;

  explicit Asked(const char* definition)
      : net(parse_definition(std::string(definition)), 7), run(net, 1, Purpose::inspection), explainer(net) {
    Random random(3);
    for (const ParameterSlot& slot : net.slots()) {
      for (std::size_t i = 0; i < slot.count; ++i) net.parameters()[slot.offset + i] += Real(0.2) * random.uniform();
    }
    for (std::size_t i = 0; i < net.graph().input_shape().size(); ++i) run.input()[i] = random.normal();
    run.forward(1, Mode::inference);
  }

  Answer ask(const Json& query) { return explainer.answer(run.input(), query); }
  Answer ask(const char* about, int node, const Place& place) { return ask(query(about, node, place)); }
  Json query(const char* about, int node, const Place& place) const {
    Json query;
    query["about"] = about;
    query["node"] = net.graph()[node].name;
    query["row"] = place.row;
    query["column"] = place.column;
    query["channel"] = place.channel;
    return query;
  }

  Place random_place(int node, Random& random) const {
    const Shape& shape = net.graph()[node].shape;
    const auto below = [&](int extent) { return static_cast<int>(random.below(extent)); };
    return {0, below(shape.h), below(shape.w), below(shape.c)};
  }
};

}  // namespace cnn::test
