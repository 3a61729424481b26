#include "engine/definition/blocks.h"

#include <catch2/catch.hpp>

#include "engine/graph/graph.h"
#include "tests/engine/core/expect_error.h"

using namespace cnn;
using namespace cnn::test;

namespace {

Graph graph_of(const std::string& layers) {
  return Graph(parse_definition(R"({"layers": [{"type": "input", "shape": [8, 8, 4]}, )" + layers + "]}"));
}

// "name type(inputs) → shape", a line a node but the input.
std::string listing(const Graph& graph) {
  std::string text;
  for (int i = 1; i < graph.size(); ++i) {
    text += graph[i].name + " " + graph[i].layer->type() + "(";
    for (const int input : graph[i].inputs) text += (text.back() == '(' ? "" : ",") + graph[input].name;
    text += ") " + to_string(graph[i].shape) + "\n";
  }
  return text;
}

Error refusal(const std::string& layers) {
  return error_of([&] { graph_of(layers); });
}

}  // namespace

TEST_CASE("blocks: a residual block adds to what came in, and answers to its name") {
  CHECK(listing(graph_of(R"({"type": "residual", "name": "a", "filters": 4}, {"type": "flatten", "inputs": ["a"]})")) ==
        "a.conv1 conv2d(input) 8x8x4\n"
        "a.norm1 batch_norm(a.conv1) 8x8x4\n"
        "a.norm1.relu relu(a.norm1) 8x8x4\n"
        "a.conv2 conv2d(a.norm1.relu) 8x8x4\n"
        "a.norm2 batch_norm(a.conv2) 8x8x4\n"
        "a.add add(a.norm2,input) 8x8x4\n"
        "a.add.relu relu(a.add) 8x8x4\n"
        "flatten_1 flatten(a.add.relu) 256\n");
}

TEST_CASE("blocks: a residual block projects its shortcut where the shape changes") {
  const std::string strided = listing(graph_of(R"({"type": "residual", "filters": 4, "stride": 2, "norm": false})"));
  CHECK(strided ==
        "residual_1.conv1 conv2d(input) 4x4x4\n"
        "residual_1.conv1.relu relu(residual_1.conv1) 4x4x4\n"
        "residual_1.conv2 conv2d(residual_1.conv1.relu) 4x4x4\n"
        "residual_1.skip conv2d(input) 4x4x4\n"
        "residual_1.add add(residual_1.conv2,residual_1.skip) 4x4x4\n"
        "residual_1.add.relu relu(residual_1.add) 4x4x4\n");
  CHECK(graph_of(R"({"type": "residual", "filters": 3})").find("residual_1.skip") > 0);
  CHECK(graph_of(R"({"type": "residual", "filters": 4, "shortcut": "projection"})").find("residual_1.skip") > 0);
  CHECK(refusal(R"({"type": "residual", "filters": 3, "shortcut": "identity"})").what() ==
        std::string("[add] inputs must have the same shape. Got 8x8x3 and 8x8x4. (at /layers/1)"));
}

TEST_CASE("blocks: the plain twin is the residual net without its shortcuts") {
  const Graph residual = graph_of(R"({"type": "residual", "name": "a", "filters": 6, "stride": 2, "repeat": 2})");
  const Graph plain = graph_of(R"({"type": "residual", "name": "a", "filters": 6, "stride": 2, "repeat": 2, "skip": false})");
  const std::int64_t projection = 4 * 6 + 4 * 6;  // kernel, and the norm's four numbers a map
  CHECK(residual.parameter_count() - plain.parameter_count() == projection);
  for (const Node& node : plain.nodes()) CHECK(node.layer->type() != std::string("add"));
  CHECK(plain[plain.size() - 1].name == "a.2.norm2.relu");
}

TEST_CASE("blocks: a bottleneck leaves with four times the maps, rounds after the first keep the size") {
  const Graph graph =
      graph_of(R"({"type": "residual", "name": "s", "kind": "bottleneck", "filters": 2, "stride": 2, "repeat": 3})");
  CHECK(graph[graph.find("s.1.conv1")].shape == Shape{4, 4, 2});
  CHECK(graph[graph.find("s.1.conv3")].shape == Shape{4, 4, 8});
  CHECK(graph.find("s.1.skip") > 0);
  CHECK(graph.find("s.2.skip") == -1);
  CHECK(graph[graph.find("s.3.add.relu")].shape == Shape{4, 4, 8});
}

TEST_CASE("blocks: an inception block looks through its windows in parallel") {
  CHECK(listing(graph_of(R"({"type": "inception", "name": "i", "conv1x1": 2, "conv3x3": [1, 3], "conv5x5": [5], "pool": 6,
                             "activation": "tanh"})")) ==
        "i.conv1x1 conv2d(input) 8x8x2\n"
        "i.conv1x1.tanh tanh(i.conv1x1) 8x8x2\n"
        "i.reduce3x3 conv2d(input) 8x8x1\n"
        "i.reduce3x3.tanh tanh(i.reduce3x3) 8x8x1\n"
        "i.conv3x3 conv2d(i.reduce3x3.tanh) 8x8x3\n"
        "i.conv3x3.tanh tanh(i.conv3x3) 8x8x3\n"
        "i.conv5x5 conv2d(input) 8x8x5\n"
        "i.conv5x5.tanh tanh(i.conv5x5) 8x8x5\n"
        "i.pool pool2d(input) 8x8x4\n"
        "i.project conv2d(i.pool) 8x8x6\n"
        "i.project.tanh tanh(i.project) 8x8x6\n"
        "i.concat concat(i.conv1x1.tanh,i.conv3x3.tanh,i.conv5x5.tanh,i.project.tanh) 8x8x16\n");
}

TEST_CASE("blocks: factorised windows see as much with fewer weights, a skip returns to the maps that came in") {
  const Graph square = graph_of(R"({"type": "inception", "name": "i", "conv5x5": [4]})");
  const Graph thin = graph_of(R"({"type": "inception", "name": "i", "conv5x5": [4], "factorised": true})");
  CHECK(square.parameter_count() == 25 * 16 + 4);
  CHECK(thin.parameter_count() == 2 * (5 * 16 + 4));
  CHECK(thin[thin.size() - 1].receptive_field.size_h == square[square.size() - 1].receptive_field.size_h);
  CHECK(thin[thin.size() - 1].receptive_field.size_w == 5);
  const Graph skip = graph_of(R"({"type": "inception", "name": "i", "conv1x1": 2, "conv3x3": [3], "skip": true, "repeat": 2})");
  CHECK(skip[skip.find("i.1.concat")].shape == Shape{8, 8, 5});
  CHECK(skip[skip.find("i.1.up")].inputs == std::vector<int>{skip.find("i.1.concat")});
  CHECK(skip[skip.find("i.2.add")].inputs == std::vector<int>{skip.find("i.2.up"), skip.find("i.1.add.relu")});
}

TEST_CASE("blocks: the template of the course as a generator") {
  CHECK(listing(graph_of(R"({"type": "template", "name": "t", "convs": 2, "stages": 2, "dense": 1, "filters": 3, "units": 5})")) ==
        "t.conv1_1 conv2d(input) 8x8x3\n"
        "t.conv1_1.relu relu(t.conv1_1) 8x8x3\n"
        "t.conv1_2 conv2d(t.conv1_1.relu) 8x8x3\n"
        "t.conv1_2.relu relu(t.conv1_2) 8x8x3\n"
        "t.pool1 pool2d(t.conv1_2.relu) 4x4x3\n"
        "t.conv2_1 conv2d(t.pool1) 4x4x6\n"
        "t.conv2_1.relu relu(t.conv2_1) 4x4x6\n"
        "t.conv2_2 conv2d(t.conv2_1.relu) 4x4x6\n"
        "t.conv2_2.relu relu(t.conv2_2) 4x4x6\n"
        "t.pool2 pool2d(t.conv2_2.relu) 2x2x6\n"
        "t.flatten flatten(t.pool2) 24\n"
        "t.fc1 dense(t.flatten) 5\n"
        "t.fc1.relu relu(t.fc1) 5\n");
  CHECK(graph_of(R"({"type": "template", "stages": 0, "dense": 0})").size() == 2);
}

TEST_CASE("blocks: the author's own block repeats, sees its own names first, then those around it") {
  const Graph graph = graph_of(R"({"type": "relu", "name": "start"},
    {"type": "block", "name": "b", "repeat": 2, "layers": [
      {"type": "tanh", "name": "t"},
      {"type": "block", "name": "c", "layers": [{"type": "sigmoid"}, {"type": "add", "inputs": ["t", "in"]}]},
      {"type": "add", "name": "sum", "inputs": ["c", "in", "start"]}]},
    {"type": "relu", "inputs": ["b"]}, {"type": "relu", "inputs": ["b.1"]})");
  CHECK(listing(graph) ==
        "start relu(input) 8x8x4\n"
        "b.1.t tanh(start) 8x8x4\n"
        "b.1.c.sigmoid_1 sigmoid(b.1.t) 8x8x4\n"
        "b.1.c.add_1 add(b.1.t,b.1.t) 8x8x4\n"
        "b.1.sum add(b.1.c.add_1,start,start) 8x8x4\n"
        "b.2.t tanh(b.1.sum) 8x8x4\n"
        "b.2.c.sigmoid_1 sigmoid(b.2.t) 8x8x4\n"
        "b.2.c.add_1 add(b.2.t,b.2.t) 8x8x4\n"
        "b.2.sum add(b.2.c.add_1,b.1.sum,start) 8x8x4\n"
        "relu_1 relu(b.2.sum) 8x8x4\n"
        "relu_2 relu(b.1.sum) 8x8x4\n");
  CHECK(graph[graph.find("b.2.c.add_1")].path == "/layers/2/layers/1/layers/1");
}

TEST_CASE("blocks: faults name the place that the author wrote") {
  CHECK(refusal(R"({"type": "residual", "filters": 4, "activation": "rulu"})").what() ==
        std::string("[definition] unknown layer \"rulu\". Did you mean \"relu\"? (at /layers/1/activation)"));
  CHECK(refusal(R"({"type": "residual", "filters": 4, "padding": 1})").what() ==
        std::string("[residual] unknown key \"padding\". (at /layers/1/padding)"));
  CHECK(refusal(R"({"type": "residul", "filters": 4})").what() ==
        std::string("[definition] unknown layer \"residul\". Did you mean \"residual\"? (at /layers/1/type)"));
  CHECK(refusal(R"({"type": "relu", "name": "residual_1.conv1"}, {"type": "residual", "filters": 4})").what() ==
        std::string("[definition] the name \"residual_1.conv1\" is taken. (at /layers/2)"));
  CHECK(refusal(R"({"type": "block", "layers": [{"type": "relu"}, {"type": "conv2d", "filters": 0}]})").path() ==
        "/layers/1/layers/1/filters");
  CHECK(refusal(R"({"type": "block", "layers": [{"type": "relu", "name": "first"}, {"type": "add", "inputs": ["frist"]}]})")
            .what() ==
        std::string("[definition] \"frist\" is no earlier layer. Did you mean \"first\"? (at /layers/1/layers/1/inputs/0)"));
  CHECK(refusal(R"({"type": "block"})").what() == std::string("[definition] \"layers\" is missing. (at /layers/1)"));
  CHECK(refusal(R"({"type": "inception"})").what() ==
        std::string("[inception] needs a branch: conv1x1, conv3x3, conv5x5 or pool. (at /layers/1)"));
  CHECK(refusal(R"({"type": "inception", "conv3x3": [1, 2, 3]})").path() == "/layers/1/conv3x3");
  CHECK(refusal(R"({"type": "relu"}, {"type": "residual", "filters": 4, "inputs": ["input", "relu_1"]})").what() ==
        std::string("[residual] needs 1 input. Got 2. (at /layers/2)"));
  // A fault before the block that asks for shapes is still the first to be told.
  CHECK(refusal(R"({"type": "conv2d", "filters": 2, "kernel": 9}, {"type": "residual", "filters": 4})").path() == "/layers/1");
  CHECK(error_of([] { parse_definition(std::string(R"({"layers": [{"type": "residual", "filters": 4}]})")); }).what() ==
        std::string("[definition] the first layer must be an input. (at /layers/0)"));
}

TEST_CASE("blocks: what a few words may unfold to is limited") {
  std::string nested = R"({"type": "relu"})";
  for (int i = 0; i < 8; ++i) nested = R"({"type": "block", "repeat": 256, "layers": [)" + nested + "]}";
  CHECK(refusal(nested).message() == "more than 4096 layers.");
  std::string wide = "\"in\"";
  for (int i = 1; i < 1000; ++i) wide += ", \"in\"";
  CHECK(refusal(R"({"type": "block", "repeat": 256, "layers": [{"type": "add", "inputs": [)" + wide + "]}]}").message() ==
        "more than 65536 connections.");
}

TEST_CASE("blocks: the source is kept as it was written") {
  const std::string text = R"({"layers":[{"type":"input","shape":[8,8,4]},{"type":"residual","filters":4,"repeat":2}]})";
  CHECK(parse_definition(text).source.dump() == text);
}
