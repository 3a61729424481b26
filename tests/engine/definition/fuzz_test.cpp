// Definitions that nobody thought of: random valid ones must run, and what random damage makes of valid ones must be refused or
// run, never crash.

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "engine/core/error.h"
#include "engine/core/random.h"
#include "engine/definition/blocks.h"
#include "engine/layers/registry.h"
#include "engine/model/file.h"
#include "engine/model/run.h"
#include "tests/engine/definition/json_files.h"

using namespace cnn;

namespace {

// Draws layers one by one and keeps those whose prefix is a graph; the seed decides everything.
class Author {
 public:
  explicit Author(std::uint64_t seed) : random_(seed) {}

  Json write() {
    layers_ = Json::array();
    names_.clear();
    Json input;
    input["type"] = "input";
    input["shape"] = {below(1, 12), below(1, 12), below(1, 4)};
    push(std::move(input));
    for (int wanted = below(1, 9), tries = 0; wanted > 0 && tries < 100; ++tries) wanted -= push(layer()) ? 1 : 0;
    if (below(0, 3) == 0) add_head(pick());  // an auxiliary one
    add_head(names_.back());
    Json definition;
    definition["layers"] = layers_;
    return definition;
  }

  int below(int least, int end) { return least + static_cast<int>(random_.below(end - least)); }

 private:
  std::string pick() { return names_[random_.below(static_cast<std::uint32_t>(names_.size()))]; }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return list.begin()[random_.below(static_cast<std::uint32_t>(list.size()))];
  }
  Json extent(int end) { return below(0, 2) == 0 ? Json(below(1, end)) : Json{below(1, end), below(1, end)}; }

  Json layer() {
    Json json;
    const std::string type = one_of<std::string>({"conv2d", "conv2d", "conv2d", "pool2d", "pool2d", "global_pool", "flatten",
                                                  "dense", "batch_norm", "dropout", "add", "concat", "relu", "leaky_relu",
                                                  "elu", "sigmoid", "tanh", "softplus", "softsign", "swish", "residual",
                                                  "inception", "mbconv", "template", "block", "conv_transpose2d",
                                                  "reshape", "pad", "crop", "upsample", "layer_norm", "instance_norm",
                                                  "group_norm", "batch_instance_norm", "local_response_norm",
                                                  "spatial_dropout", "stochastic_depth", "prelu", "hard_sigmoid",
                                                  "hard_swish", "gelu", "maxout"});
    json["type"] = type;
    if (type == "residual" || type == "mbconv") {
      json["filters"] = below(1, 5);
      json["stride"] = extent(3);
      json["repeat"] = below(1, 3);
      if (below(0, 2) == 0) json["drop"] = 0.3;
    }
    if (type == "residual") {
      json["kind"] = one_of({"basic", "bottleneck"});
      json["skip"] = below(0, 2) == 0;
      json["norm"] = below(0, 2) == 0;
    }
    if (type == "mbconv") {
      json["expand"] = below(1, 4);
      json["squeeze"] = 0.5 * below(0, 3);
    }
    if (type == "inception") {
      json["conv1x1"] = below(0, 3);
      json["conv3x3"] = one_of<Json>({Json::array({1}), Json::array({1, 2})});
      if (below(0, 2) == 0) json["conv5x5"] = {2};
      json["pool"] = below(0, 3);
      for (const char* key : {"factorised", "skip", "norm"}) json[key] = below(0, 2) == 0;
    }
    if (type == "template") {
      json["stages"] = below(0, 3);
      json["dense"] = below(0, 2);
      json["filters"] = below(1, 4);
      json["units"] = below(1, 9);
    }
    if (type == "block") {
      json["repeat"] = below(1, 3);
      json["layers"] = one_of<Json>(
          {{{{"type", "sigmoid"}, {"name", "gate"}}, {{"type", "add"}, {"inputs", {"gate", "in"}}}},
           {{{"type", "global_pool"}}, {{"type", "hard_sigmoid"}, {"name", "gate"}}, {{"type", "multiply"}, {"inputs", {"in", "gate"}}}}});
    }
    if (type == "conv2d" || type == "pool2d") {
      json["kernel"] = extent(5);
      json["stride"] = extent(4);
      json["padding"] = one_of<Json>({"same", "valid", "full", 1, Json::array({0, 1, 2, 0})});
    }
    if (type == "conv2d") {
      json["groups"] = one_of({1, 1, 1, 2, 3});
      json["filters"] = json["groups"].get<int>() * below(1, 5);
      json["dilation"] = extent(3);
      json["padding_mode"] = one_of({"zero", "nearest", "reflect"});
      json["bias"] = below(0, 2) == 0;
      json["init"] = one_of({"he_normal", "he_uniform", "glorot_normal", "glorot_uniform"});
      if (below(0, 2) == 0) json["activation"] = one_of({"relu", "tanh", "swish"});
    }
    if (type == "conv_transpose2d") {
      json["filters"] = below(1, 5);
      json["kernel"] = extent(5);
      json["stride"] = extent(3);
      json["padding"] = one_of<Json>({"same", "valid", Json::array({0, 1, 1, 0})});
    }
    if (type == "pool2d" || type == "global_pool") json["mode"] = one_of({"max", "average", "sum"});
    if (type == "pool2d") {
      for (const char* key : {"ceil", "count_padding"}) json[key] = below(0, 2) == 0;
    }
    if (type == "dense") json["units"] = below(1, 20);
    if (type == "conv2d" || type == "dense") json["weight_norm"] = one_of({"none", "none", "standardize", "normalize"});
    if (type == "dropout" || type == "spatial_dropout" || type == "stochastic_depth") {
      json["rate"] = 0.1 * below(0, 9);
      json["scale_in"] = one_of({"training", "inference"});
    }
    if (type == "reshape") json["shape"] = {last_.w, last_.h, last_.c};
    if (type == "pad") {
      json["padding"] = Json::array({below(0, 3), below(0, 3), below(0, 3), below(0, 3)});
      json["mode"] = one_of({"zero", "nearest", "reflect"});
    }
    if (type == "crop") json["margin"] = Json::array({below(0, 2), below(0, 2), below(0, 2), below(0, 2)});
    if (type == "upsample") {
      json["factor"] = extent(3);
      json["mode"] = one_of({"nearest", "bilinear"});
    }
    if (type == "group_norm") json["groups"] = below(1, 4);
    if (type == "local_response_norm") json["size"] = 2 * below(1, 4) - 1;
    if (type == "maxout") json["pieces"] = below(1, 4);
    if (type == "add" || type == "concat") {
      json["inputs"] = {pick(), pick()};
    } else if (below(0, 4) == 0) {
      json["inputs"] = {pick()};
    }
    return json;
  }

  bool push(Json layer) {
    const std::string name = "n" + std::to_string(names_.size());
    layer["name"] = name;
    Json longer = layers_;
    longer.push_back(std::move(layer));
    Json definition;
    definition["layers"] = longer;
    try {
      const Graph graph(parse_definition(definition));
      last_ = graph[graph.size() - 1].shape;
    } catch (const Error&) {
      return false;
    }
    layers_ = std::move(longer);
    names_.push_back(name);
    return true;
  }

  void add_head(const std::string& on) {
    const std::string logits = "logits" + std::to_string(layers_.size());
    layers_.push_back({{"type", "global_pool"}, {"name", logits + ".pool"}, {"inputs", {on}}});
    layers_.push_back({{"type", "dense"}, {"name", logits}, {"units", 3}});
    const char* head = one_of({"softmax", "svm", "squared_error", "binary_cross_entropy"});
    layers_.push_back({{"type", head}, {"name", logits + ".p"}, {"weight", 0.5}});
  }

  Random random_;
  Json layers_;
  std::vector<std::string> names_;
  Shape last_;  // of the layer that was pushed last
};

bool all_finite(Span<const Real> values) {
  for (const Real value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

// A step forward and back; everything must stay finite.
bool runs(const Definition& definition, Purpose purpose) {
  Net net(definition, 1);
  Run run(net, 3, purpose);
  Random random(2);
  const std::size_t values = net.graph().input_shape().size() * 3;
  for (std::size_t i = 0; i < values; ++i) run.input()[i] = random.uniform();
  const std::int32_t labels[] = {0, 2, 1};
  run.forward(3, Mode::training, &random);
  if (!std::isfinite(run.loss(labels).loss)) return false;
  run.backward(labels);
  return all_finite({run.parameter_gradients(), net.parameter_values()}) && all_finite(run.activation(net.graph().output()));
}

}  // namespace

TEST_CASE("fuzz: 1000 random definitions run forward and backward with finite numbers, and survive a model file") {
  Author author(20);
  int layers = 0, merges = 0, blocks = 0;
  std::map<std::string, int> drawn;  // nodes of each type
  for (int i = 0; i < 1000; ++i) {
    const Json definition = author.write();
    INFO(i << ": " << definition.dump());
    const Definition parsed = parse_definition(definition.dump());
    REQUIRE(parsed.source == definition);
    REQUIRE(runs(parsed, i % 2 == 0 ? Purpose::training : Purpose::inspection));
    const Net net(parsed, 7);
    const std::vector<std::uint8_t> file = save_model(net, Json::object(), Storage::float32);
    const Model again = load_model(file.data(), file.size());
    REQUIRE(again.net->graph().definition().source == definition);
    REQUIRE(again.net->parameter_values() == net.parameter_values());
    // A model file holds float32, whatever the engine computes in.
    REQUIRE(std::equal(net.parameters(), net.parameters() + net.parameter_values(), again.net->parameters(),
                       [](Real a, Real b) { return static_cast<float>(a) == static_cast<float>(b); }));
    for (const NodeDefinition& node : parsed.nodes) ++drawn[node.type];
    layers += static_cast<int>(definition.at("layers").size());
    for (const Json& layer : definition.at("layers")) {
      merges += layer.contains("inputs");
      blocks += find_block_type(layer.at("type").get<std::string>()) != nullptr;
    }
  }
  CHECK(layers > 7000);
  CHECK(merges > 2000);
  CHECK(blocks > 500);
  for (const LayerType& type : layer_types()) {
    CAPTURE(type.name);
    CHECK(drawn[type.name] > 30);
  }
}

TEST_CASE("fuzz: 1000 random definitions with one fault each give an error that names its place") {
  Author author(24);
  int places = 0;
  for (int i = 0; i < 1000; ++i) {
    Json definition = author.write();
    Json& layers = definition["layers"];
    const int at = author.below(0, static_cast<int>(layers.size()));
    Json& layer = layers[at];
    switch (i % 8) {
      case 0: layer["colour"] = "red"; break;
      case 1: layer.erase("type"); break;
      case 2: layer["type"] = "convolutoin"; break;
      case 3: layer["inputs"] = {"nobody"}; break;
      case 4: layer["name"] = at == 0 ? "a b" : layers[0]["name"].get<std::string>(); break;
      case 5: layers.insert(layers.begin() + at + 1, Json{{"type", "conv2d"}, {"filters", author.below(-9, 1)}}); break;
      case 6: layers.insert(layers.begin() + at + 1, Json{{"type", "residual"}, {"filters", 2}, {"repeat", "often"}}); break;
      default: layer = nullptr; break;
    }
    INFO(i << ": " << definition.dump());
    try {
      const Graph graph(parse_definition(definition.dump()));
      FAIL("nothing was said");
    } catch (const Error& e) {
      // The fault itself, or (another layer counts on the broken one) what follows from it.
      REQUIRE(e.path().rfind("/layers/", 0) == 0);
      REQUIRE(test::find_pointer(definition, e.path()) != nullptr);
      places += e.path().rfind("/layers/" + std::to_string(at), 0) == 0 || i % 8 >= 5;
    }
  }
  CHECK(places > 990);
}

TEST_CASE("fuzz: training in place and inspection give the same gradients") {
  Author author(21);
  for (int i = 0; i < 100; ++i) {
    const Json definition = author.write();
    INFO(i << ": " << definition.dump());
    Net net(parse_definition(definition), 1);
    Run cheap(net, 2, Purpose::training), full(net, 2, Purpose::inspection);
    Random random(3);
    for (std::size_t k = 0; k < net.graph().input_shape().size() * 2; ++k) {
      cheap.input()[k] = full.input()[k] = random.uniform();
    }
    const std::int32_t labels[] = {1, 2};
    double losses[2];
    int index = 0;
    for (Run* run : {&cheap, &full}) {
      Random masks(4);
      run->forward(2, Mode::training, &masks);
      losses[index++] = run->loss(labels).loss;
      run->backward(labels);
    }
    CHECK(losses[0] == losses[1]);
    int wrong = 0;
    for (std::size_t k = 0; k < net.parameter_values(); ++k) {
      wrong += cheap.parameter_gradients()[k] != full.parameter_gradients()[k];
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("fuzz: damaged definitions are refused or run, and never crash") {
  Author author(22);
  Random random(23);
  std::vector<std::string> texts;
  for (const char* name : {"lenet5", "mini-resnet"}) {
    std::ifstream file(CNN_SOURCE_DIR "/assets/architectures/" + std::string(name) + ".json");
    std::stringstream text;
    text << file.rdbuf();
    REQUIRE(!text.str().empty());
    texts.push_back(text.str());
  }
  for (int i = 0; i < 20; ++i) texts.push_back(author.write().dump());
  const std::vector<std::string> snippets = {"-1", "0", "1e308", "4096", "99999999999999999999", "null", "[]", "{}", "\"\"",
                                             "\"same\"", "true", "\"inputs\":[\"n0\"],", "[[", "0.5", "\\u0000", "\xff"};
  int refused = 0, built = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = texts[random.below(static_cast<std::uint32_t>(texts.size()))];
    for (std::uint32_t n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
      const std::size_t length = std::min<std::size_t>(text.size() - at, random.below(12));
      switch (random.below(5)) {
        case 0: text[at] = static_cast<char>(random.next()); break;
        case 1: text.erase(at, length); break;
        case 2: text.insert(at, snippets[random.below(static_cast<std::uint32_t>(snippets.size()))]); break;
        case 3: text.replace(at, length, text.substr(random.below(static_cast<std::uint32_t>(text.size())), length)); break;
        default: {  // a number becomes another one, where there is one
          const std::size_t digit = text.find_first_of("0123456789", at);
          if (digit == std::string::npos) break;
          text.replace(digit, 1, snippets[random.below(5)]);
          break;
        }
      }
    }
    INFO(i << ": " << text);
    try {
      const Graph graph(parse_definition(text));
      ++built;
      REQUIRE(graph.size() > 0);
    } catch (const Error& e) {
      ++refused;
      REQUIRE(std::string(e.what()).size() > 10);
    }
  }
  CHECK(refused > 1000);
  CHECK(built > 50);
}
