#include <catch2/catch.hpp>
#include <algorithm>
#include <cmath>

#include "tests/engine/explain/nets.h"

using namespace cnn;
using namespace cnn::test;

namespace {

Json query(int bins) {
  Json json;
  json["about"] = "statistics";
  json["bins"] = bins;
  return json;
}

}  // namespace

TEST_CASE("statistics: figures of every node and parameter are those of its numbers") {
  Asked asked(kEveryKind);
  std::vector<std::int32_t> labels = {0};
  asked.run.loss(labels.data());
  asked.run.backward(labels.data());
  Json ask = query(5);
  ask["label"] = 0;
  const Json answer = asked.ask(ask).json;
  const auto check = [](const Json& figures, Span<const Real> values) {
    double sum = 0, squares = 0, zeros = 0;
    for (const Real value : values) {
      sum += value;
      squares += double(value) * value;
      zeros += value == 0;
    }
    const double n = static_cast<double>(values.size);
    CHECK(figures["min"] == *std::min_element(values.begin(), values.end()));
    CHECK(figures["max"] == *std::max_element(values.begin(), values.end()));
    CHECK(figures["mean"].get<double>() == Approx(sum / n).margin(1e-12));
    CHECK(figures["norm"].get<double>() == Approx(std::sqrt(squares)).margin(1e-12));
    CHECK(figures["std"].get<double>() == Approx(std::sqrt(squares / n - sum / n * (sum / n))).margin(1e-7));
    CHECK(figures["zeros"] == zeros / n);
    std::size_t counted = 0;
    for (const Json& bin : figures["histogram"]) counted += bin.get<std::size_t>();
    CHECK(figures["histogram"].size() == 5);
    CHECK(counted == values.size);
  };
  REQUIRE(answer["nodes"].size() == static_cast<std::size_t>(asked.net.graph().size()));
  for (int i = 0; i < asked.net.graph().size(); ++i) {
    CAPTURE(asked.net.graph()[i].name);
    check(answer["nodes"][i]["activation"], asked.run.activation(i));
    if (i == asked.net.graph().output()) continue;
    check(answer["nodes"][i]["gradient"], asked.run.gradient(i));
  }
  std::size_t with_gradient = 0;
  for (std::size_t i = 0; i < asked.net.slots().size(); ++i) {
    const ParameterSlot& slot = asked.net.slots()[i];
    const Json& entry = answer["parameters"][i];
    CHECK(entry["parameter"] == slot.address);
    check(entry["value"], {asked.net.parameters() + slot.offset, slot.count});
    if (!entry.contains("gradient")) continue;
    ++with_gradient;
    check(entry["gradient"], asked.run.parameter_gradient(slot));
  }
  CHECK(with_gradient == asked.net.slots().size() - 2);  // all but the running averages
}

TEST_CASE("statistics: a channel that is nowhere above 0 is dead") {
  Asked asked(kEveryKind);
  // Channel 2 of the convolution falls below everything.
  const ParameterSlot& beta = asked.net.need_slot("norm/beta");
  asked.net.parameters()[beta.offset + 2] = -1000;
  const Json answer = asked.ask(query(0)).json;
  const Json& relu = answer["nodes"][asked.net.need_node("relu")];
  CHECK(relu["dead"] == Json::array({2}));
  CHECK(relu["channels"] == 4);
  CHECK(relu["activation"]["zeros"].get<double>() >= 0.25);
  CHECK(!relu["activation"].contains("histogram"));
}

TEST_CASE("statistics: a net without a head has no gradients and no loss") {
  Asked asked(R"({"layers": [{"type": "input", "shape": [4, 4, 1]}, {"type": "conv2d", "filters": 2}]})");
  const Json answer = asked.ask(query(0)).json;
  CHECK(!answer.contains("loss"));
  CHECK(!answer["nodes"][1].contains("gradient"));
  CHECK(!answer["parameters"][0].contains("gradient"));
}
