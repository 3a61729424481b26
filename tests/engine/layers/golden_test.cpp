// The engine against PyTorch: tests/golden/make_golden.py made the numbers in float64. The double build has to meet
// them within rounding, the float build within PyTorch's own rule for float32.

#include <fstream>

#include "engine/model/run.h"
#include "engine/train/optimizer.h"
#include "tests/engine/definition/json_files.h"
#include "tests/engine/layers/layer_check.h"

using namespace cnn;
using namespace cnn::test;

namespace {

class Golden {
 public:
  explicit Golden(const std::string& name) {
    const std::string base = std::string(CNN_SOURCE_DIR) + "/tests/golden/" + name;
    document = read_repository_json("tests/golden/" + name + ".json");
    REQUIRE(document.is_object());
    std::ifstream bytes(base + ".bin", std::ios::binary | std::ios::ate);
    REQUIRE(bytes.good());
    numbers_.resize(static_cast<std::size_t>(bytes.tellg()) / sizeof(double));
    bytes.seekg(0);
    bytes.read(reinterpret_cast<char*>(numbers_.data()),
               static_cast<std::streamsize>(numbers_.size() * sizeof(double)));
    REQUIRE(bytes.good());
  }

  // The tensor that [first number, count] stands for.
  std::vector<double> tensor(const Json& place) const {
    const auto first = numbers_.begin() + place[0].get<std::ptrdiff_t>();
    return {first, first + place[1].get<std::ptrdiff_t>()};
  }

  Json document;

 private:
  std::vector<double> numbers_;
};

void copy_into(Buffer<Real>& buffer, const std::vector<double>& numbers) {
  REQUIRE(buffer.size() == numbers.size());
  std::copy(numbers.begin(), numbers.end(), buffer.begin());
}

void check_layer(const Golden& golden, const Json& item) {
  INFO(item.at("layer").dump() + " " + item.at("mode").get<std::string>());
  std::vector<Shape> shapes;
  for (const Json& s : item.at("shapes")) shapes.push_back({s[0].get<int>(), s[1].get<int>(), s[2].get<int>()});
  LayerRun run(item.at("layer"), shapes, item.at("batch").get<int>());
  REQUIRE(run.specs.size() == item.at("parameter").size());
  for (std::size_t i = 0; i < shapes.size(); ++i) copy_into(run.input[i], golden.tensor(item["input"][i]));
  for (std::size_t i = 0; i < run.specs.size(); ++i) copy_into(run.parameter[i], golden.tensor(item["parameter"][i]));
  if (item.contains("output_gradient")) copy_into(run.output_gradient, golden.tensor(item["output_gradient"]));
  if (item.contains("labels")) {
    run.labels = item["labels"].get<std::vector<std::int32_t>>();
    run.pass.labels = run.labels.data();
  }

  run.forward(item.at("mode") == "training" ? Mode::training : Mode::inference);
  check_close("output", run.output, golden.tensor(item["output"]));
  if (item.contains("loss")) {
    int correct = -1;
    check_close("loss", std::vector<double>{run.head()->loss(run.pass, &correct)},
                std::vector<double>{item["loss"].get<double>()});
    CHECK(correct == item["correct"].get<int>());
  }
  // Not the running variance: PyTorch averages the unbiased one (÷ n − 1), the engine the biased one (÷ n).
  if (item.contains("running_mean")) {
    check_close("running mean", run.parameter[run.specs.size() - 2], golden.tensor(item["running_mean"]));
  }
  run.backward();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    check_close("gradient of input " + std::to_string(i), run.input_gradient[i],
                golden.tensor(item["input_gradient"][i]));
  }
  for (std::size_t i = 0; i < run.specs.size(); ++i) {
    CHECK(run.specs[i].trainable == !item["parameter_gradient"][i].is_null());
    if (!run.specs[i].trainable) continue;
    check_close("gradient of " + run.specs[i].name, run.parameter_gradient[i],
                golden.tensor(item["parameter_gradient"][i]));
  }
}

void set_parameters(const Golden& golden, const Json& places, Net& net) {
  for (const auto& item : places.items()) {
    const ParameterSlot* slot = net.find(item.key());
    INFO(item.key());
    REQUIRE(slot != nullptr);
    const std::vector<double> numbers = golden.tensor(item.value());
    REQUIRE(slot->count == numbers.size());
    std::copy(numbers.begin(), numbers.end(), net.parameters() + slot->offset);
  }
}

std::vector<Real> numbers_of(const Span<const Real>& span) { return {span.begin(), span.end()}; }

std::vector<Real> parameter(const Net& net, const std::string& address) {
  const ParameterSlot* slot = net.find(address);
  REQUIRE(slot != nullptr);
  return {net.parameters() + slot->offset, net.parameters() + slot->offset + slot->count};
}

// Forward, loss and backward of one golden batch. Parameter gradients start from zero.
LossReport pass_once(const Golden& golden, Run& run, int step) {
  const Json& head = golden.document["head"];
  const std::vector<double> images = golden.tensor(head["images"][step]);
  const auto labels = head["labels"][step].get<std::vector<std::int32_t>>();
  std::copy(images.begin(), images.end(), run.input());
  run.forward(static_cast<int>(labels.size()), Mode::training);
  const LossReport report = run.loss(labels.data());
  run.renew_parameter_gradients();
  run.backward(labels.data());
  return report;
}

}  // namespace

TEST_CASE("golden: every layer, forward and all gradients") {
  const Golden golden("layers");
  REQUIRE(golden.document["cases"].size() > 60);
  for (const Json& item : golden.document["cases"]) check_layer(golden, item);
}

TEST_CASE("golden: every layer but the input is compared") {
  const Golden golden("layers");
  for (const LayerType& type : layer_types()) {
    bool found = type.role == LayerRole::input;  // nothing to compute
    for (const Json& item : golden.document["cases"]) found = found || item["layer"]["type"] == type.name;
    INFO(type.name);
    CHECK(found);
  }
}

TEST_CASE("golden: a residual net, every activation and gradient") {
  const Golden golden("training");
  const Json& head = golden.document["head"];
  // With all buffers apart, and with layers working in place: the same numbers, as far as they are kept.
  for (const Purpose purpose : {Purpose::inspection, Purpose::training}) {
    Net net(parse_definition(head["definition"]), 1);
    set_parameters(golden, head["parameters"], net);
    Run run(net, head["batch"].get<int>(), purpose);
    const LossReport report = pass_once(golden, run, 0);
    check_close("loss", std::vector<double>{report.loss}, std::vector<double>{head["loss"].get<double>()});
    if (purpose == Purpose::inspection) {
      for (const auto& item : head["activations"].items()) {
        check_close(item.key(), numbers_of(run.activation(net.graph().find(item.key()))), golden.tensor(item.value()));
      }
      for (const auto& item : head["activation_gradients"].items()) {
        check_close("gradient at " + item.key(), numbers_of(run.gradient(net.graph().find(item.key()))),
                    golden.tensor(item.value()));
      }
    }
    for (const auto& item : head["gradients"].items()) {
      check_close("gradient of " + item.key(), numbers_of(run.parameter_gradient(*net.find(item.key()))),
                  golden.tensor(item.value()));
    }
  }
}

TEST_CASE("golden: three steps with each optimiser") {
  const Golden golden("training");
  const Json& head = golden.document["head"];
  for (const Json& item : golden.document["cases"]) {
    INFO(item["options"].dump());
    TrainerOptions options;
    read_options(item["options"], "", options);
    Net net(parse_definition(head["definition"]), 1);
    set_parameters(golden, head["parameters"], net);
    Run run(net, head["batch"].get<int>(), Purpose::training);
    OptimizerState state(net, options.optimizer);
    for (std::size_t step = 0; step < item["steps"].size(); ++step) {
      INFO("step " << step);
      const Json& expected = item["steps"][step];
      const LossReport report = pass_once(golden, run, static_cast<int>(step));
      check_close("loss", std::vector<double>{report.loss}, std::vector<double>{expected["loss"].get<double>()});
      state.update(options, options.learning_rate, 1, run.parameter_gradients(), net.parameters());
      check_close("running mean", parameter(net, "norm1/running_mean"), golden.tensor(expected["running_mean"]));
      for (const auto& place : expected["parameters"].items()) {
        check_close(place.key(), parameter(net, place.key()), golden.tensor(place.value()));
      }
    }
  }
}
