// Whole training runs against PyTorch, from the same weights and pictures: tests/golden/make_runs.py made the values.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/train/trainer.h"

using namespace cnn;

namespace {

// The generator of make_runs.py.
class Lcg {
 public:
  explicit Lcg(std::uint32_t seed) : state_(seed) {}
  double next() {
    state_ = state_ * 1664525u + 1013904223u;
    return (state_ >> 8) / 16777216.0;
  }

 private:
  std::uint32_t state_;
};

struct Batch {
  std::vector<Real> images;
  std::vector<std::uint8_t> labels;
};

Batch draw_batch(Lcg& lcg, const Shape& shape, int count, int classes) {
  Batch batch;
  const int pixels = shape.h * shape.w;
  for (int n = 0; n < count; ++n) {
    const double label = lcg.next(), other = lcg.next(), luck = lcg.next();
    batch.labels.push_back(static_cast<std::uint8_t>(label * classes));
    const int band = luck < 0.75 ? batch.labels.back() : static_cast<int>(other * classes);
    for (int p = 0; p < pixels; ++p) {
      const double light = p * classes / pixels == band ? 0.5 : 0.0;
      for (int c = 0; c < shape.c; ++c) batch.images.push_back(static_cast<Real>(0.5 * lcg.next() + light));
    }
  }
  return batch;
}

void draw_weights(Lcg& lcg, Net& net) {
  for (const ParameterSlot& slot : net.slots()) {
    if (slot.spec->name != "kernel") continue;  // the others start at 0 and 1, as initialised
    double fan_in = 1;
    for (std::size_t i = 0; i + 1 < slot.spec->shape.size(); ++i) fan_in *= slot.spec->shape[i];
    const double reach = std::sqrt(6 / fan_in);
    for (std::size_t i = 0; i < slot.count; ++i) {
      net.parameters()[slot.offset + i] = static_cast<Real>((2 * lcg.next() - 1) * reach);
    }
  }
}

// PyTorch's rule for float32, on the numbers that the file has of each tensor.
void check_sample(const Net& net, const std::string& address, const Json& expected) {
  INFO(address);
  const ParameterSlot* slot = net.find(address);
  REQUIRE(slot != nullptr);
  const std::size_t stride = std::max<std::size_t>(1, slot->count / 20);
  REQUIRE(expected.size() == (slot->count + stride - 1) / stride);
  std::size_t at = slot->offset;
  for (const Json& value : expected) {
    const double wanted = value.get<double>();
    const double error = std::abs(static_cast<double>(net.parameters()[at]) - wanted);
    if (!(error <= 1e-5 + 1.3e-6 * std::abs(wanted))) {
      FAIL("element " << at - slot->offset << ": got " << net.parameters()[at] << ", PyTorch has " << wanted);
    }
    at += stride;
  }
}

void follow(const std::string& name) {
  std::ifstream file(std::string(CNN_SOURCE_DIR) + "/tests/golden/runs.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Json document = read_json(text.data(), text.size(), "golden values");
  const int batch = document["batch"].get<int>();
  const int classes = document["classes"].get<int>();
  for (const Json& run : document["runs"]) {
    if (run["name"].get<std::string>() != name) continue;
    Net net(parse_definition(run["definition"]), 1);
    Lcg lcg(1);
    draw_weights(lcg, net);
    TrainerOptions options;
    read_options(run["options"], "", options);
    Trainer trainer(net, nullptr, options);
    // Curves as people read them, means of ten steps: rounding alone moves a single small loss by more than the bar.
    double worst = 0, ours = 0, theirs = 0;
    int step = 0;
    for (const Json& loss : run["losses"]) {
      const Batch drawn = draw_batch(lcg, net.graph().input_shape(), batch, classes);
      const StepResult result = trainer.step_on(drawn.images.data(), drawn.labels.data(), batch);
      REQUIRE(result.state == StepState::trained);
      ours += result.loss;
      theirs += loss.get<double>();
      if (++step % 10 == 0) {
        worst = std::max(worst, std::abs(ours / theirs - 1));
        ours = theirs = 0;
      }
      if (step > 1) continue;
      CHECK(result.loss == Approx(loss.get<double>()).epsilon(1e-6));
      for (const auto& item : run["after_one_step"].items()) check_sample(net, item.key(), item.value());
    }
    CHECK(step == 200);
    INFO("loss curves part by " << 100 * worst << " %");
    CHECK(worst < 0.01);

    const Batch fresh = draw_batch(lcg, net.graph().input_shape(), batch, classes);
    Run inference(net, batch, Purpose::inference);
    std::copy(fresh.images.begin(), fresh.images.end(), inference.input());
    inference.forward(batch, Mode::inference);
    const std::vector<std::int32_t> labels(fresh.labels.begin(), fresh.labels.end());
    CHECK(inference.loss(labels.data()).loss == Approx(run["inference_loss"].get<double>()).epsilon(0.01));
    return;
  }
  FAIL("no run of that name");
}

}  // namespace

TEST_CASE("runs: 200 steps of LeNet-5 go as PyTorch's") { follow("lenet5"); }
TEST_CASE("runs: 200 steps of a ResNet with batch normalisation go as PyTorch's") { follow("resnet"); }
TEST_CASE("runs: 200 steps of an Inception with an auxiliary head go as PyTorch's") { follow("inception"); }
