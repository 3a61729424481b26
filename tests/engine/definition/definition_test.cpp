#include "engine/definition/definition.h"

#include <catch2/catch.hpp>

#include "engine/graph/graph.h"
#include "tests/engine/core/expect_error.h"

using namespace cnn;
using namespace cnn::test;

namespace {

Definition parse(const std::string& layers) { return parse_definition(R"({"layers": [)" + layers + "]}"); }

std::string chain(const Definition& definition) {
  std::string text;
  for (const NodeDefinition& node : definition.nodes) {
    text += node.name + "(";
    for (std::size_t i = 0; i < node.inputs.size(); ++i) text += (i == 0 ? "" : ",") + node.inputs[i];
    text += ") ";
  }
  return text;
}

}  // namespace

TEST_CASE("definition: names and inputs are filled in") {
  const Definition d = parse(R"({"type": "input", "shape": [8, 8, 1]}, {"type": "conv2d", "filters": 2},
    {"type": "relu"}, {"type": "conv2d", "filters": 2}, {"type": "flatten", "name": "flat"}, {"type": "relu"})");
  CHECK(chain(d) == "input() conv2d_1(input) relu_1(conv2d_1) conv2d_2(relu_1) flat(conv2d_2) relu_2(flat) ");
  CHECK(d.nodes[3].path == "/layers/3");
  CHECK(d.nodes[3].object.at("filters") == 2);
  CHECK(d.name == "untitled");
}

TEST_CASE("definition: a given name is never taken by a nameless layer") {
  const Definition d = parse(R"({"type": "input", "shape": [1, 1, 4]}, {"type": "relu", "name": "relu_1"},
    {"type": "relu"}, {"type": "relu", "name": "relu_4"}, {"type": "relu"}, {"type": "relu"})");
  CHECK(chain(d) == "input() relu_1(input) relu_2(relu_1) relu_4(relu_2) relu_3(relu_4) relu_5(relu_3) ");
}

TEST_CASE("definition: an activation is a layer of its own, and answers to the name") {
  const Definition d = parse(R"({"type": "input", "shape": [8, 8, 1]},
    {"type": "conv2d", "name": "a", "filters": 2, "activation": "relu"},
    {"type": "conv2d", "name": "b", "filters": 2, "padding": "same", "inputs": ["a"], "activation": "tanh"},
    {"type": "add", "inputs": ["a", "b"]}, {"type": "concat", "inputs": ["b", "a.relu"]})");
  CHECK(chain(d) ==
        "input() a(input) a.relu(a) b(a.relu) b.tanh(b) add_1(a.relu,b.tanh) concat_1(b.tanh,a.relu) ");
  CHECK(d.nodes[2].path == "/layers/1/activation");
  CHECK_FALSE(d.nodes[1].object.contains("activation"));
}

TEST_CASE("definition: sugar and its long form give the same graph") {
  const Graph sugar(parse(R"({"type": "input", "shape": [8, 8, 1]},
    {"type": "conv2d", "filters": 2, "activation": "relu"}, {"type": "global_pool"}, {"type": "softmax"})"));
  const Graph plain(parse(R"({"type": "input", "shape": [8, 8, 1]}, {"type": "conv2d", "filters": 2},
    {"type": "relu", "name": "conv2d_1.relu"}, {"type": "global_pool"}, {"type": "softmax"})"));
  REQUIRE(sugar.size() == plain.size());
  for (int i = 0; i < sugar.size(); ++i) {
    CHECK(sugar[i].name == plain[i].name);
    CHECK(sugar[i].inputs == plain[i].inputs);
    CHECK(sugar[i].shape == plain[i].shape);
    CHECK(sugar[i].layer->attributes() == plain[i].layer->attributes());
  }
}

TEST_CASE("definition: name, description and preprocessing come along") {
  const Definition d = parse_definition(std::string(R"({"name": "mine", "description": "for me",
    "preprocessing": {"divide": 1, "mean": 33.3, "std": 78.6, "crop_h": 24, "crop_w": 24},
    "layers": [{"type": "input", "shape": [24, 24, 1]}]})"));
  CHECK(d.name == "mine");
  CHECK(d.preprocessing.divide == 1);
  CHECK(d.preprocessing.std == 78.6);
  CHECK(d.preprocessing.crop_w == 24);
  CHECK(d.source.at("description") == "for me");
}

TEST_CASE("definition: limits on what a hostile text may ask") {
  expect_error([] { parse_definition(std::string(5u << 20, ' ')); }, ErrorCode::invalid_definition,
               "[definition] larger than 4 MB. Got 5 MB.");
  CHECK(error_of([] { parse_definition(std::string(1u << 20, '[')); }).code() == ErrorCode::invalid_definition);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  expect_error([&] { parse_definition(deep); }, ErrorCode::invalid_definition,
               "[definition] nested deeper than 64 levels.");
  std::string many = R"({"type": "input", "shape": [1, 1, 1]})";
  for (int i = 0; i < 4095; ++i) many += R"(, {"type": "relu"})";
  CHECK(parse(many).nodes.size() == 4096);
  many += R"(, {"type": "relu"})";
  expect_error([&] { parse(many); }, ErrorCode::invalid_definition,
               "[definition] more than 4096 layers. (at /layers/4096)");
}
