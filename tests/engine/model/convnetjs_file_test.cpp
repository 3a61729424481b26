#include "engine/model/convnetjs_file.h"

#include <catch2/catch.hpp>

#include "engine/model/run.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/definition/json_files.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// {"net", "input", "output"}: what ConvNetJS 0.3.0 saved of a small net, and its answer to one picture.
Json golden() {
  const Json json = read_repository_json("tests/golden/convnetjs.json");
  REQUIRE(json.is_object());
  return json;
}

Model load(const Json& net) {
  const std::string text = net.dump();
  return load_model(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::string fault_of(const char* pointer, const Json& value) {
  Json net = golden()["net"];
  Json* place = find_pointer(net, pointer);
  REQUIRE(place != nullptr);
  *place = value;
  return error_of([&] { load(net); }).what();
}

}  // namespace

TEST_CASE("convnetjs file: the net answers as it did there") {
  const Json json = golden();
  const Model model = load(json["net"]);
  CHECK(model.net->find("conv2d_1/kernel")->spec->l1_decay_mul == 0);
  CHECK(model.record == Json::object());
  Run run(*model.net, 1, Purpose::inference);
  const auto input = json["input"].get<std::vector<double>>();
  REQUIRE(input.size() == model.net->graph().input_shape().size());
  for (std::size_t i = 0; i < input.size(); ++i) run.input()[i] = static_cast<Real>(input[i]);
  run.forward(1, Mode::inference);
  const Span<const Real> output = run.activation(model.net->graph().size() - 1);
  const auto expected = json["output"].get<std::vector<double>>();
  REQUIRE(output.size == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(output.data[i] == Approx(expected[i]).epsilon(1e-5));
}

TEST_CASE("convnetjs file: volumes written as lists are the same") {
  Json net = golden()["net"];
  const Model model = load(net);
  for (Json& layer : net["layers"]) {
    if (!layer.contains("filters")) continue;
    for (Json& filter : layer["filters"]) {
      Json list = Json::array();
      for (const Json& number : filter["w"]) list.push_back(number);
      filter["w"] = list;
    }
  }
  const Model same = load(net);
  REQUIRE(same.net->parameter_values() == model.net->parameter_values());
  CHECK(std::equal(same.net->parameters(), same.net->parameters() + same.net->parameter_values(), model.net->parameters()));
}

TEST_CASE("convnetjs file: what does not fit is refused at its place") {
  CHECK(fault_of("/layers/1/layer_type", "convolve").find("unknown layer \"convolve\"") != std::string::npos);
  CHECK(fault_of("/layers/1/filters/2/w", Json::array({1})) ==
        "[ConvNetJS net] must hold 12 numbers. Got 1. (at /layers/1/filters/2/w)");
  CHECK(fault_of("/layers/1/filters/2/w/7", nullptr) ==
        "[ConvNetJS net] is not a finite number. (at /layers/1/filters/2/w/7)");
  CHECK(fault_of("/layers/1/biases/w", "none").find("must hold 4 numbers. Got 0. (at /layers/1/biases/w)") != std::string::npos);
  CHECK(fault_of("/layers/1/filters", 5) == "[ConvNetJS net] \"filters\" is missing or of the wrong kind. (at /layers/1)");
  CHECK(fault_of("/layers", Json::parse(R"([{"layer_type": "input"}, {"layer_type": "softmax", "out_depth": 2}])")) ==
        "[ConvNetJS net] the loss has no layer \"fc\" before it.");
  CHECK(fault_of("/layers/0", 3) == "[ConvNetJS net] must be an object {…}. (at /layers/0)");
  CHECK(error_of([] { parse_definition(golden()["net"]); }).path() == "/layers/0");
}
