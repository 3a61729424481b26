#include "engine/definition/convnetjs.h"

#include <catch2/catch.hpp>

#include "engine/graph/graph.h"
#include "tests/engine/core/expect_error.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// The definition on ConvNetJS's MNIST page.
const char* kDigits = R"([
  {"type": "input", "out_sx": 24, "out_sy": 24, "out_depth": 1},
  {"type": "conv", "sx": 5, "filters": 8, "stride": 1, "pad": 2, "activation": "relu"},
  {"type": "pool", "sx": 2, "stride": 2},
  {"type": "conv", "sx": 5, "filters": 16, "stride": 1, "pad": 2, "activation": "relu"},
  {"type": "pool", "sx": 3, "stride": 3},
  {"type": "softmax", "num_classes": 10}])";

Graph graph_of(const std::string& layer_defs) { return Graph(parse_definition("[" + layer_defs + "]")); }

// "type shape" of every node.
std::string listing(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes()) text += std::string(node.layer->type()) + " " + to_string(node.shape) + ", ";
  return text;
}

const std::string kInput = R"({"type": "input", "out_sx": 6, "out_sy": 4, "out_depth": 2}, )";

}  // namespace

TEST_CASE("convnetjs: the net of its MNIST page, verbatim") {
  const Graph graph(parse_definition(std::string(kDigits)));
  CHECK(listing(graph) ==
        "input 24x24x1, conv2d 24x24x8, relu 24x24x8, pool2d 12x12x8, conv2d 12x12x16, relu 12x12x16, pool2d 4x4x16, "
        "flatten 256, dense 10, softmax 10, ");
  CHECK(graph.parameter_count() == 5994);
  CHECK(graph.macs() == 578560);
  CHECK(graph.definition().preprocessing.mean == 0.5);
  CHECK(graph.definition().preprocessing.crop_w == 24);
  CHECK(graph[3].path == "/2");
}

TEST_CASE("convnetjs: a list, or an object around it that says more") {
  const Json list = Json::parse(kDigits);
  Json object;
  object["name"] = "digits";
  object["preprocessing"]["divide"] = 1;
  object["layer_defs"] = list;
  const Definition written = parse_definition(object);
  CHECK(written.name == "digits");
  CHECK(written.preprocessing.divide == 1);
  CHECK(written.preprocessing.mean == 0.5);
  CHECK(written.source == object);
  CHECK(written.nodes[3].path == "/layer_defs/2");
  CHECK(parse_definition(list).source.at("layer_defs") == list);
  CHECK(listing(Graph(written)) == listing(Graph(parse_definition(list))));
}

TEST_CASE("convnetjs: sugar is unfolded in its order, defaults are its own") {
  CHECK(listing(graph_of(kInput + R"({"type": "conv", "sx": 3, "sy": 1, "filters": 4, "activation": "relu", "drop_prob": 0.5},
          {"type": "pool", "sx": 2}, {"type": "fc", "num_neurons": 6, "activation": "tanh", "drop_prob": 0.2},
          {"type": "dropout"}, {"type": "fc", "filters": 3}, {"type": "sigmoid"}, {"type": "softmax", "num_classes": 2})"))
            .find("conv2d 4x4x4, relu 4x4x4, dropout 4x4x4, pool2d 2x2x4, flatten 16, dense 6, tanh 6, dropout 6, dropout 6, "
                  "dense 3, sigmoid 3, dense 2, softmax 2, ") == std::string("input 4x6x2, ").size());
  // Of several names for one extent the last that ConvNetJS looks at wins.
  CHECK(graph_of(R"({"type": "input", "out_sx": 1, "sx": 2, "width": 3, "sy": 5, "out_depth": 9, "depth": 7}, {"type": "relu"})")
            .input_shape() == Shape{5, 3, 7});
  const Graph graph = graph_of(kInput + R"({"type": "pool", "sx": 3}, {"type": "dropout"}, {"type": "fc", "num_neurons": 2})");
  CHECK(graph[1].layer->attributes()["stride"] == 2);
  CHECK(graph[2].layer->attributes()["rate"] == 0.5);
}

TEST_CASE("convnetjs: initial biases and factors of the decay") {
  const Graph graph = graph_of(kInput + R"({"type": "conv", "sx": 3, "filters": 4, "activation": "relu", "l1_decay_mul": 0.5},
    {"type": "conv", "sx": 1, "filters": 4, "l2_decay_mul": 0, "bias_pref": -0.25},
    {"type": "fc", "num_neurons": 6, "activation": "relu", "bias_pref": 0}, {"type": "fc", "num_neurons": 6, "activation": "relu"},
    {"type": "fc", "num_neurons": 5, "activation": "tanh"}, {"type": "softmax", "num_classes": 2})");
  std::string table;
  for (const Node& node : graph.nodes()) {
    const Json attributes = node.layer->attributes();
    if (!attributes.contains("bias_init")) continue;
    for (const char* key : {"bias_init", "l1_decay_mul", "l2_decay_mul"}) table += attributes[key].dump() + " ";
    table += "/ ";
  }
  CHECK(table == "0.1 0.5 1 / -0.25 0 0 / 0 0 1 / 0.1 0 1 / 0 0 1 / 0 0 1 / ");
}

TEST_CASE("convnetjs: maxout, and the three losses") {
  for (const char* loss : {R"("softmax", "num_classes": 2)", R"("svm", "num_classes": 2)", R"("regression", "num_neurons": 2)"}) {
    const Graph graph = graph_of(kInput + R"({"type": "conv", "sx": 3, "filters": 6, "activation": "maxout", "group_size": 3},
      {"type": "fc", "num_neurons": 8, "activation": "maxout"}, {"type": )" + loss + "}");
    const std::string head = std::string(loss).find("regression") != std::string::npos ? "squared_error" : std::string(loss, 1, std::string(loss).find('"', 1) - 1);
    CHECK(listing(graph) == "input 4x6x2, conv2d 2x4x6, maxout 2x4x2, flatten 16, dense 8, maxout 4, dense 2, " + head + " 2, ");
  }
}

TEST_CASE("convnetjs: faults in its own words, at the author's place") {
  const auto sentence = [](const std::string& defs) {
    return std::string(error_of([&] { graph_of(defs); }).what());
  };
  CHECK(sentence(kInput + R"({"type": "conf", "sx": 3})") ==
        "[layer_defs] unknown layer \"conf\". Did you mean \"conv\"? (at /1/type)");
  CHECK(sentence(kInput + R"({"type": "conv", "sx": 3})") == "[conv] \"filters\" is missing. (at /1)");
  CHECK(sentence(kInput + R"({"type": "conv", "sx": 3, "filters": 2, "strid": 1})") ==
        "[conv] unknown key \"strid\". Did you mean \"stride\"? (at /1/strid)");
  CHECK(sentence(kInput + R"({"type": "pool", "sx": 0})") == "[pool] sx must be between 1 and 64. Got 0. (at /1/sx)");
  CHECK(sentence(kInput + R"({"type": "fc"})") == "[fc] \"num_neurons\" is missing. (at /1)");
  CHECK(sentence(kInput + R"({"type": "conv", "sx": 5, "filters": 2})") ==
        "[conv2d] kernel is larger than the padded input. Got kernel 5x5, input 4x6. (at /1)");
  CHECK(sentence(kInput + R"({"type": "fc", "num_neurons": 1, "activation": "elu"})").find("(at /1/activation)") !=
        std::string::npos);
  CHECK(sentence(R"({"type": "fc", "num_neurons": 1})") ==
        "[definition] the first layer must be an input. (at /0)");
  CHECK(sentence("5") == "[layer_defs] a layer must be an object {…}. (at /0)");
  CHECK(error_of([] { parse_definition(std::string(R"({"layers": [], "layer_defs": []})")); }).path() == "/layer_defs");
}
