#include "engine/graph/graph.h"

#include <catch2/catch.hpp>

using namespace cnn;

namespace {

Graph graph(const std::string& layers) { return Graph(parse_definition(R"({"layers": [)" + layers + "]}")); }

const Node& node(const Graph& g, const char* name) {
  const int index = g.find(name);
  REQUIRE(index >= 0);
  return g[index];
}

const char* kInput = R"({"type": "input", "shape": [28, 28, 1]})";

std::string after_input(const std::string& layers) { return std::string(kInput) + ", " + layers; }

}  // namespace

TEST_CASE("graph: shapes follow from the definition") {
  const Graph g = graph(after_input(R"(
    {"type": "conv2d", "name": "valid", "filters": 6, "kernel": 5},
    {"type": "pool2d", "name": "pool"},
    {"type": "conv2d", "name": "strided", "filters": 8, "kernel": [3, 1], "stride": [2, 1]},
    {"type": "conv2d", "name": "same", "filters": 4, "stride": 2, "padding": "same"},
    {"type": "conv2d", "name": "full", "filters": 2, "kernel": 3, "padding": "full"},
    {"type": "conv2d", "name": "dilated", "filters": 2, "kernel": 3, "dilation": 2},
    {"type": "concat", "name": "twice", "inputs": ["dilated", "dilated"]},
    {"type": "flatten", "name": "flat"}, {"type": "dense", "name": "ten", "units": 10}, {"type": "softmax", "name": "p"})"));
  CHECK(node(g, "input").shape == Shape{28, 28, 1});
  CHECK(node(g, "valid").shape == Shape{24, 24, 6});
  CHECK(node(g, "pool").shape == Shape{12, 12, 6});
  CHECK(node(g, "strided").shape == Shape{5, 12, 8});
  CHECK(node(g, "same").shape == Shape{3, 6, 4});
  CHECK(node(g, "full").shape == Shape{5, 8, 2});
  CHECK(node(g, "dilated").shape == Shape{1, 4, 2});
  CHECK(node(g, "twice").shape == Shape{1, 4, 4});
  CHECK(node(g, "flat").shape == Shape{1, 1, 16});
  CHECK(node(g, "p").shape == Shape{1, 1, 10});
  CHECK(g.input_shape() == Shape{28, 28, 1});
}

TEST_CASE("graph: the course's net has the course's numbers") {
  const Graph g = graph(after_input(R"(
    {"type": "conv2d", "name": "conv1", "filters": 32, "padding": "same", "activation": "relu"}, {"type": "pool2d"},
    {"type": "conv2d", "name": "conv2", "filters": 64, "padding": "same", "activation": "relu"}, {"type": "pool2d"},
    {"type": "flatten"}, {"type": "dense", "name": "hidden", "units": 128, "activation": "relu"},
    {"type": "dense", "name": "logits", "units": 10}, {"type": "softmax"})"));
  CHECK(g.parameter_count() == 421642);
  const auto count = [&](const char* name) {
    std::size_t sum = 0;
    for (const ParameterSpec& parameter : node(g, name).parameters) sum += parameter.count();
    return sum;
  };
  CHECK(count("conv1") == 320);
  CHECK(count("conv2") == 18496);
  CHECK(count("hidden") == 401536);
  CHECK(count("logits") == 1290);
  CHECK(node(g, "conv1").macs == 28 * 28 * 32 * 9);
  CHECK(node(g, "conv2").macs == 14 * 14 * 64 * 9 * 32);
  CHECK(node(g, "hidden").macs == 3136 * 128);
  CHECK(g.macs() == 225792 + 3612672 + 401408 + 1280);
}

TEST_CASE("graph: edges, heads and the answer") {
  const Graph g = graph(after_input(R"(
    {"type": "conv2d", "name": "a", "filters": 4, "padding": "same"},
    {"type": "conv2d", "name": "b", "filters": 4, "padding": "same"},
    {"type": "add", "name": "sum", "inputs": ["a", "b"]},
    {"type": "global_pool", "name": "early", "inputs": ["a"]}, {"type": "softmax", "name": "aux", "weight": 0.3},
    {"type": "global_pool", "name": "late", "inputs": ["sum"]}, {"type": "softmax", "name": "main"})"));
  CHECK(node(g, "sum").inputs == std::vector<int>{1, 2});
  CHECK(node(g, "a").consumers == std::vector<int>{2, 3, 4});
  CHECK(g.heads() == std::vector<int>{5, 7});
  CHECK(g.output() == 7);
  CHECK(g.head(5).weight() == 0.3);
  CHECK(g.find("nobody") == -1);

  const Graph headless = graph(after_input(R"({"type": "relu"}, {"type": "pool2d", "name": "last"})"));
  CHECK(headless.heads().empty());
  CHECK(headless.output() == headless.find("last"));
  const Graph twice = graph(after_input(R"({"type": "add", "name": "double", "inputs": ["input", "input"]})"));
  CHECK(node(twice, "input").consumers == std::vector<int>{1, 1});
}

TEST_CASE("graph: receptive fields of the course") {
  const auto size = [](const std::string& layers) {
    const Graph g = graph(after_input(layers));
    const ReceptiveField& field = g[g.size() - 1].receptive_field;
    CHECK(field.size_h == field.size_w);
    return field.size_h * field.size_w;
  };
  const std::string conv = R"({"type": "conv2d", "filters": 2})";
  const std::string strided = R"({"type": "conv2d", "filters": 2, "stride": 2})";
  CHECK(size(conv) == 9);
  CHECK(size(conv + ", " + conv) == 25);
  CHECK(size(strided + ", " + conv) == 49);
  CHECK(size(conv + ", " + conv + ", " + conv) == 49);
  CHECK(size(R"({"type": "conv2d", "filters": 2, "kernel": 7})") == 49);
  // Three 3×3 kernels see as much as one 7×7, with 27 weights a channel pair instead of 49.
  CHECK(size(R"({"type": "conv2d", "filters": 2, "dilation": 2})") == 25);
}

TEST_CASE("graph: where a receptive field begins and how it walks") {
  const Graph g = graph(after_input(R"(
    {"type": "conv2d", "name": "same", "filters": 2, "kernel": 5, "padding": "same"},
    {"type": "pool2d", "name": "pool"},
    {"type": "conv2d", "name": "second", "filters": 2, "kernel": 3, "padding": "same"},
    {"type": "relu", "name": "relu"}, {"type": "pool2d", "name": "pool2"},
    {"type": "global_pool", "name": "whole"})"));
  const ReceptiveField& same = node(g, "same").receptive_field;
  CHECK(same.size_h == 5);
  CHECK(same.start_h == -2);
  CHECK(same.jump_h == 1);
  const ReceptiveField& pool = node(g, "pool").receptive_field;
  CHECK(pool.size_h == 6);
  CHECK(pool.start_h == -2);
  CHECK(pool.jump_h == 2);
  const ReceptiveField& second = node(g, "second").receptive_field;
  CHECK(second.size_h == 10);
  CHECK(second.start_h == -4);
  CHECK(second.jump_h == 2);
  CHECK(node(g, "relu").receptive_field.size_h == 10);
  CHECK(node(g, "pool2").receptive_field.size_h == 12);
  CHECK(node(g, "pool2").receptive_field.jump_h == 4);
  const ReceptiveField& whole = node(g, "whole").receptive_field;
  CHECK(whole.size_h == 28);
  CHECK(whole.start_h == 0);
}

TEST_CASE("graph: where branches meet the larger field counts") {
  const Graph g = graph(after_input(R"(
    {"type": "conv2d", "name": "small", "filters": 2, "kernel": 1},
    {"type": "conv2d", "name": "large", "filters": 2, "kernel": 5, "padding": "same", "inputs": ["input"]},
    {"type": "conv2d", "name": "wide", "filters": 2, "kernel": [1, 7], "padding": "same", "inputs": ["input"]},
    {"type": "concat", "name": "all", "inputs": ["small", "large", "wide"]})"));
  const ReceptiveField& field = node(g, "all").receptive_field;
  CHECK(field.size_h == 5);
  CHECK(field.size_w == 7);
  CHECK(field.start_h == -2);
  CHECK(field.start_w == -3);
}

TEST_CASE("graph: a deep pyramid does not overflow") {
  std::string layers = R"({"type": "input", "shape": [4096, 4096, 1]})";
  for (int i = 0; i < 12; ++i) layers += R"(, {"type": "conv2d", "filters": 1, "kernel": 64, "stride": 64, "padding": "full"})";
  const Graph g = graph(layers);
  const ReceptiveField& field = g[g.size() - 1].receptive_field;
  CHECK(field.size_h > 0);
  CHECK(field.jump_h > 0);
}
