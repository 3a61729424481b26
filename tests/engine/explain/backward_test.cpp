#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/explain/nets.h"

using namespace cnn;
using namespace cnn::test;

namespace {

double size_of(const std::vector<Real>& products) {
  double size = 0;
  for (const Real product : products) size += std::abs(product);
  return size;
}

}  // namespace

TEST_CASE("backward: what the readers of random positions hand back makes the engine's own gradient") {
  Random random(12);
  for (const char* definition : kNets) {
    Asked asked(definition);
    const Graph& graph = asked.net.graph();
    const std::vector<std::int32_t> labels = {1};
    asked.run.loss(labels.data());
    asked.run.backward(labels.data());
    for (int i = 0; i < 100; ++i) {
      const int node = static_cast<int>(random.below(graph.size() - 1));
      const Place place = asked.random_place(node, random);
      Json query = asked.query("backward", node, place);
      query["label"] = 1;
      const Answer answer = asked.ask(query);
      if (graph[node].layer->role() == LayerRole::head) {
        CHECK(!answer.json.contains("gradient"));
        continue;
      }
      CAPTURE(definition, graph[node].name, place.row, place.column, place.channel, answer.json.dump());
      const Real gradient = asked.run.gradient(node)[offset(place, graph[node].shape)];
      CHECK(answer.json["gradient"].get<Real>() == gradient);  // to the bit
      double scale = std::abs(gradient) + size_of(array(answer, "product"));
      for (const Json& consumer : answer.json["consumers"]) {  // where means are taken off, from what
        const Json& numbers = consumer["numbers"];
        if (!numbers.contains("mean_gradient")) continue;
        scale += 2 * std::abs(numbers["mean_gradient"].get<double>());
        scale += 2 * std::abs(numbers["normalized"].get<double>() * numbers["mean_gradient_normalized"].get<double>());
      }
      CHECK(std::abs(answer.json["sum"].get<double>() - gradient) <= 4e-6 * scale + 1e-12);
      // What is shown as an output's gradient is the engine's own.
      const std::vector<Real> shown = array(answer, "gradient"), consumer = array(answer, "consumer");
      const std::vector<Real> row = array(answer, "row"), column = array(answer, "column"), channel = array(answer, "channel");
      for (std::size_t s = 0; s < shown.size(); ++s) {
        const Json& reader = answer.json["consumers"][static_cast<int>(consumer[s])];
        const int index = graph.find(reader["node"].get<std::string>());
        if (graph[index].layer->role() == LayerRole::head) {
          CHECK(shown[s] == Approx(reader["numbers"]["miss"].get<double>()));
          if (!reader["numbers"].contains("target")) continue;
          CHECK(reader["numbers"]["target"].get<double>() == (channel[s] == 1 ? 1 : 0));
          CHECK(shown[s] == Approx(asked.run.activation(index)[static_cast<int>(channel[s])] - (channel[s] == 1 ? 1 : 0)).margin(1e-7));
          continue;
        }
        const Place at{0, static_cast<int>(row[s]), static_cast<int>(column[s]), static_cast<int>(channel[s])};
        const Span<const Real> dy = asked.run.gradient(index);
        CHECK(shown[s] == dy[offset(at, graph[index].shape)]);
      }
    }
  }
}

TEST_CASE("backward: the gradient of random weights is the sum over the outputs that they take part in") {
  Random random(13);
  for (const char* definition : kNets) {
    Asked asked(definition);
    const std::vector<std::int32_t> labels = {0};
    asked.run.loss(labels.data());
    asked.run.backward(labels.data());
    for (const ParameterSlot& slot : asked.net.slots()) {
      for (int i = 0; i < 5; ++i) {
        Json query;
        query["about"] = "parameter";
        query["parameter"] = slot.address;
        query["element"] = static_cast<int>(random.below(static_cast<std::uint32_t>(slot.count)));
        query["label"] = 0;
        query["count"] = 1000;
        const Answer answer = asked.ask(query);
        CAPTURE(definition, answer.json.dump());
        const int element = query["element"].get<int>();
        CHECK(answer.json["value"].get<Real>() == asked.net.parameters()[slot.offset + element]);
        if (!slot.spec->trainable) {
          CHECK(!answer.json.contains("gradient"));
          CHECK(answer.json["total"].get<int>() == 0);
          continue;
        }
        const Real gradient = asked.run.parameter_gradient(slot)[element];
        CHECK(answer.json["gradient"].get<Real>() == gradient);
        const double scale = std::abs(gradient) + size_of(array(answer, "product"));
        CHECK(std::abs(answer.json["sum"].get<double>() - gradient) <= 4e-6 * scale + 1e-12);
        CHECK(array(answer, "product").size() == std::min<std::size_t>(1000, answer.json["total"].get<std::size_t>()));
      }
    }
  }
}

TEST_CASE("backward: a label that is no class and an element that is none are refused") {
  Asked asked(kEveryKind);
  const auto ask = [&](const char* query) { asked.ask(read_json(query, std::strlen(query), "query")); };
  expect_error([&] { ask(R"({"about": "parameter", "parameter": "conv/kernel", "element": 72})"); }, ErrorCode::invalid_value,
               "[query] points outside of \"conv/kernel\". Got element 72 of 72.");
  expect_error([&] { ask(R"({"about": "parameter", "parameter": "conv/kernal"})"); }, ErrorCode::not_found,
               "[net] has no parameter \"conv/kernal\". Did you mean \"conv/kernel\"?");
  CHECK(error_of([&] { ask(R"({"about": "backward", "node": "conv", "label": 3})"); }).code() == ErrorCode::invalid_value);
}
