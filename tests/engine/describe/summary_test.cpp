#include "engine/describe/summary.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "engine/definition/blocks.h"
#include "engine/describe/catalogue.h"
#include "engine/layers/registry.h"

using namespace cnn;

namespace {

// Under WebAssembly there is no file system: the definitions of the presets that the tests count are written out here,
// as the course states them.
Graph keras() {
  return Graph(parse_definition(std::string(R"({"name": "keras", "layers": [{"type": "input", "shape": [28, 28, 1]},
    {"type": "conv2d", "filters": 32, "padding": "same", "activation": "relu"}, {"type": "pool2d"},
    {"type": "conv2d", "filters": 64, "padding": "same", "activation": "relu"}, {"type": "pool2d"},
    {"type": "flatten"}, {"type": "dense", "units": 128, "activation": "relu"}, {"type": "dense", "units": 10},
    {"type": "softmax", "name": "p"}]})")));
}

Graph residual() {
  return Graph(parse_definition(std::string(R"({"layers": [{"type": "input", "shape": [8, 8, 2]},
    {"type": "conv2d", "name": "a", "filters": 2, "padding": "same", "bias": false},
    {"type": "batch_norm", "name": "n"},
    {"type": "add", "name": "sum", "inputs": ["n", "input"]},
    {"type": "global_pool"}, {"type": "softmax", "name": "p"}]})")));
}

}  // namespace

TEST_CASE("summary: the course's net counts as the course counts") {
  const Json json = summarize(keras());
  CHECK(json["parameters"] == 421642);
  CHECK(json["trainable_parameters"] == 421642);
  CHECK(json["input"] == Json({28, 28, 1}));
  CHECK(json["output"] == "p");
  CHECK(json["heads"] == Json::parse(R"(["p"])"));
  std::vector<int> counts;
  std::int64_t macs = 0;
  for (const Json& layer : json["layers"]) {
    if (layer["role"] != "activation" && layer["role"] != "input" && layer["role"] != "head") {
      counts.push_back(layer["parameters"].get<int>());
    }
    macs += layer["macs"].get<std::int64_t>();
    int tensors = 0;
    for (const Json& tensor : layer["tensors"]) tensors += tensor["count"].get<int>();
    CHECK(tensors == layer["parameters"]);
  }
  CHECK(counts == std::vector<int>({320, 0, 18496, 0, 0, 401536, 1290}));
  CHECK(json["macs"] == macs);
  CHECK(macs == 28 * 28 * 9 * 32 + 14 * 14 * 9 * 32 * 64 + 3136 * 128 + 1280);
}

TEST_CASE("summary: shapes, receptive fields and attributes of each layer") {
  const Json json = summarize(keras());
  const Json& conv = json["layers"][4];
  CHECK(conv["name"] == "conv2d_2");
  CHECK(conv["type"] == "conv2d");
  CHECK(conv["role"] == "convolution");
  CHECK(conv["inputs"] == Json::parse(R"(["pool2d_1"])"));
  CHECK(conv["shape"] == Json({14, 14, 64}));
  CHECK(conv["receptive_field"] == Json::parse(R"({"size": [8, 8], "jump": [2, 2], "start": [-3, -3]})"));
  CHECK(conv["activation_bytes"] == 14 * 14 * 64 * 4);
  CHECK(conv["attributes"]["filters"] == 64);
  CHECK(conv["attributes"]["padding"] == "same");
  CHECK(conv["path"] == "/layers/3");
  CHECK(conv["tensors"][0]["shape"] == Json({3, 3, 32, 64}));
  CHECK(json["preprocessing"]["divide"] == 255);
}

TEST_CASE("summary: memory counts what has a buffer of its own") {
  const Json small = summarize(Graph(parse_definition(std::string(
      R"({"layers": [{"type": "input", "shape": [4, 4, 1]}, {"type": "flatten"}, {"type": "dense", "units": 3},
                     {"type": "softmax"}]})"))));
  CHECK(small["memory"]["parameters_bytes"] == (16 * 3 + 3) * 4);
  CHECK(small["memory"]["activations_bytes"] == (16 + 3 + 3) * 4);   // flatten is a view
  CHECK(small["memory"]["gradients_bytes"] == 3 * 4);
  CHECK(small["memory"]["training_bytes"] == (16 + 3 + 3 + 3) * 4);  // and the gradient of the logits; pixels need none
}

TEST_CASE("summary: running averages are parameters that are not trained") {
  const Json json = summarize(residual());
  CHECK(json["parameters"].get<int>() - json["trainable_parameters"].get<int>() == 4);
  CHECK(json["layers"][2]["tensors"][2]["trainable"] == false);
  CHECK(json["layers"][3]["inputs"] == Json({"n", "input"}));
}

TEST_CASE("summary table: what Keras prints, and where layers do not follow each other") {
  const std::string table = summary_table(keras());
  CHECK(table.find("Model: keras\n") == 0);
  CHECK(table.find("conv2d_2 (conv2d)") != std::string::npos);
  CHECK(table.find("Total params: 421,642 (1.6 MB)\n") != std::string::npos);
  CHECK(table.find("Non-trainable params: 0\n") != std::string::npos);
  CHECK(table.find("MACs per image: 4,241,152\n") != std::string::npos);
  CHECK(table.find("Connected to") == std::string::npos);
  const std::string branched = summary_table(residual());
  CHECK(branched.find("Connected to") != std::string::npos);
  CHECK(branched.find("n, input") != std::string::npos);
  // Columns are aligned: every line of the table ends within its rule.
  std::istringstream lines(table);
  std::string line, rule;
  while (std::getline(lines, line)) {
    if (line.rfind("====", 0) != 0) continue;
    if (!rule.empty()) CHECK(line == rule);
    rule = line;
  }
  std::istringstream again(table);
  for (int i = 0; i < 14 && std::getline(again, line); ++i) CHECK(line.size() <= rule.size());
}

TEST_CASE("catalogue: every layer with the fields that its definitions may have") {
  const Json json = catalogue();
  CHECK(json["layers"].size() == layer_types().size);
  std::size_t activations = 0;
  for (std::size_t i = 0; i < layer_types().size; ++i) {
    const LayerType& type = layer_types()[i];
    const Json& entry = json["layers"][i];
    CHECK(entry["type"] == type.name);
    CHECK(entry["role"] == role_name(type.role));
    activations += type.role == LayerRole::activation ? 1 : 0;
    for (const Json& field : entry["fields"]) {
      CHECK(field.contains("key"));
      CHECK(field.contains("kind"));
      CHECK((field.contains("default") || field["required"] == true));
    }
  }
  CHECK(json["activations"].size() == activations);
  CHECK(json["activations"][0] == "relu");
  CHECK(json["blocks"].size() == block_types().size);
  for (const Json& block : json["blocks"]) CHECK(!block["fields"].empty());
  CHECK(json["errors"].size() == 8);
  CHECK(json["errors"][0] == "invalid_definition");
  for (const char* part : {"trainer", "augment", "drawing", "preprocessing"}) CHECK(json[part].size() > 2);
  CHECK(json["trainer"][0]["key"] == "optimizer");
  CHECK(json["trainer"][0]["choices"] == Json({"sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw"}));
  CHECK_NOTHROW(json.dump());  // no NaN, no broken text
}
