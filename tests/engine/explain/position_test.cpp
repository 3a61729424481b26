#include <catch2/catch.hpp>
#include <cmath>

#include "engine/core/error.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/explain/nets.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("position: the terms of random positions make the engine's own numbers") {
  Random random(11);
  for (const char* definition : kNets) {
    Asked asked(definition);
    const Graph& graph = asked.net.graph();
    for (int i = 0; i < 100; ++i) {
      const int node = static_cast<int>(random.below(graph.size()));
      const Place place = asked.random_place(node, random);
      const Answer answer = asked.ask("position", node, place);
      CAPTURE(definition, graph[node].name, place.row, place.column, place.channel, answer.json.dump());
      const Real result = asked.run.activation(node)[offset(place, graph[node].shape)];
      CHECK(answer.json["result"].get<Real>() == result);  // to the bit

      const std::vector<Real> value = array(answer, "value"), product = array(answer, "product");
      const std::vector<Real> weight = array(answer, "weight"), input = array(answer, "input");
      double scale = std::abs(result), sum = 0;
      for (std::size_t t = 0; t < value.size(); ++t) {
        scale += std::abs(product[t]);
        sum += product[t];
        if (input[t] < 0) continue;
        // What is shown as an input is the engine's own number at that place.
        const int source = graph[node].inputs[static_cast<int>(input[t])];
        const Place cell{0, static_cast<int>(array(answer, "row")[t]), static_cast<int>(array(answer, "column")[t]),
                         static_cast<int>(array(answer, "channel")[t])};
        const Shape& shape = graph[source].shape;
        CHECK(value[t] == (inside(cell, shape) ? asked.run.activation(source)[offset(cell, shape)] : 0));
        const int tensor = static_cast<int>(array(answer, "tensor")[t]);
        if (tensor < 0 || answer.json["kind"].get<std::string>() != "products") continue;
        const ParameterSlot& slot = asked.net.need_slot(answer.json["tensors"][tensor].get<std::string>());
        CHECK(weight[t] == asked.net.parameters()[slot.offset + static_cast<int>(array(answer, "element")[t])]);
      }
      const std::string kind = answer.json["kind"].get<std::string>();
      if (kind == "input") {
        CHECK(value.empty());
      } else if (kind == "softmax") {
        CHECK(product[place.channel] / answer.json["numbers"]["sum"].get<double>() == Approx(result).epsilon(1e-5));
      } else if (kind == "function") {
        CHECK(!value.empty());
      } else {
        CHECK(std::abs(answer.json["sum"].get<double>() - result) <= 2e-6 * scale);
        CHECK(std::abs(answer.json["sum"].get<double>() - sum) <= 1e-6 * scale);
      }
    }
  }
}

TEST_CASE("position: every kind of layer tells its arithmetic") {
  Asked asked(kEveryKind);
  const auto kind = [&](const char* node) {
    return asked.ask("position", asked.net.need_node(node), Place{}).json["kind"].get<std::string>();
  };
  CHECK(kind("pixels") == "input");
  CHECK(kind("conv") == "products");
  CHECK(kind("norm") == "normalization");
  CHECK(kind("relu") == "function");
  CHECK(kind("max") == "maximum");
  CHECK(kind("mean") == "average");
  CHECK(kind("total") == "sum");
  CHECK(kind("both") == "copy");
  CHECK(kind("drop") == "mask");
  CHECK(kind("skip") == "sum");
  CHECK(kind("flat") == "copy");
  CHECK(kind("logits") == "products");
  CHECK(kind("classes") == "softmax");
}

TEST_CASE("position: a query that points nowhere names the place") {
  Asked asked(kEveryKind);
  const auto ask = [&](const char* query) {
    asked.explainer.answer(asked.run.activation(0).data, read_json(query, std::strlen(query), "query"));
  };
  expect_error([&] { ask(R"({"about": "position", "node": "cnv"})"); }, ErrorCode::not_found,
               "[net] has no layer \"cnv\". Did you mean \"conv\"?");
  expect_error([&] { ask(R"({"about": "position", "node": "conv", "row": 8})"); }, ErrorCode::invalid_value,
               "[query] points outside of \"conv\". Got row 8, column 0, channel 0 of 8x7x4.");
  expect_error([&] { ask(R"({"about": "position", "node": "conv", "image": 1})"); }, ErrorCode::invalid_value,
               "[query] points at an image that is not there. Got image 1 of 1.");
  CHECK(error_of([&] { ask(R"({"about": "positions"})"); }).path() == "/about");
}
