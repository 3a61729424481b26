// What a trainer can do beyond plain steps: accumulation, clipping, schedules, freezing, held-out images, early stopping.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/data/preprocess.h"
#include "engine/train/evaluation.h"
#include "engine/train/optimizer.h"
#include "engine/train/trainer.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

TrainerOptions descent(double rate) {
  TrainerOptions options;
  options.optimizer = Optimizer::sgd;
  options.learning_rate = rate;
  options.batch_size = 8;
  return options;
}

std::vector<Real> values(const Net& net, const std::string& address) {
  const ParameterSlot& slot = *net.find(address);
  return {net.parameters() + slot.offset, net.parameters() + slot.offset + slot.count};
}

double distance(const std::vector<Real>& a, const std::vector<Real>& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(static_cast<double>(a[i]) - b[i], 2);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("devices: the mean of two batches' gradients is that of one twice as large") {
  const Dataset data = TinySet(64).dataset(64);
  Net small(parse_definition(kLinear), 1), large(parse_definition(kLinear), 1);
  TrainerOptions options = descent(0.1);
  options.accumulate = 2;
  Trainer twice(small, &data, options);
  options.accumulate = 1;
  options.batch_size = 16;
  Trainer once(large, &data, options);
  for (int update = 0; update < 4; ++update) {
    const std::vector<Real> before = weights_of(small);
    twice.step();
    CHECK(weights_of(small) == before);
    twice.step();
    once.step();
    CHECK(weights_of(small) != before);
    CHECK(distance(weights_of(small), weights_of(large)) < 1e-6);
  }
}

TEST_CASE("devices: a gradient is cut to its length, or element by element") {
  const Dataset data = TinySet(8).dataset(8);
  const auto moved = [&](double clip_norm, double clip_value) {
    Net net(parse_definition(kEverything), 1);
    const std::vector<Real> before = weights_of(net);
    TrainerOptions options = descent(1);
    options.clip_norm = clip_norm;
    options.clip_value = clip_value;
    Trainer trainer(net, &data, options);
    trainer.step();
    std::vector<Real> change = weights_of(net);
    for (const ParameterSlot& slot : net.slots()) {
      for (std::size_t i = slot.offset; i < slot.offset + slot.count; ++i) {
        change[i] = slot.spec->trainable ? change[i] - before[i] : 0;
      }
    }
    return change;
  };
  const std::vector<Real> free = moved(0, 0), none(free.size(), 0);
  const double length = distance(free, none);
  REQUIRE(length > 0.1);
  CHECK(distance(moved(0.01, 0), none) == Approx(0.01).epsilon(1e-4));
  CHECK(moved(2 * length, 0) == free);
  const std::vector<Real> cut = moved(0, 0.002);
  int at_limit = 0;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const double expected = std::min(std::max<double>(free[i], -0.002), 0.002);
    if (std::abs(cut[i] - expected) > 1e-7) FAIL("element " << i);
    at_limit += std::abs(free[i]) > 0.002;
  }
  CHECK(at_limit > 10);
}

TEST_CASE("devices: each step is made with the rate of the schedule") {
  const Dataset data = TinySet(64).dataset(64);
  Net net(parse_definition(kLinear), 1);
  TrainerOptions options = descent(0.1);
  options.schedule = Schedule::step;
  options.schedule_steps = 2;
  Trainer trainer(net, &data, options);
  std::vector<double> rates;
  for (int i = 0; i < 5; ++i) rates.push_back(trainer.step().learning_rate);
  const double expected[] = {0.1, 0.1, 0.01, 0.01, 0.001};
  for (int i = 0; i < 5; ++i) CHECK(rates[i] == Approx(expected[i]));
  // A factor of 0: from then on nothing moves.
  options.schedule_factor = 0;
  trainer.configure(options);
  const std::vector<Real> before = weights_of(net);
  CHECK(trainer.step().learning_rate == 0);
  CHECK(weights_of(net) == before);
}

TEST_CASE("devices: what is frozen stays, running averages and all, and costs no gradients") {
  const Dataset data = TinySet(64).dataset(64);
  Net net(parse_definition(kEverything), 1);
  const std::vector<Real> start = weights_of(net);
  TrainerOptions options = descent(0.1);
  options.weight_decay = 0.01;
  options.freeze = "conv*,norm";
  Trainer trainer(net, &data, options);
  for (int i = 0; i < 20; ++i) trainer.step();
  const std::string frozen[] = {"conv1/kernel", "norm/gamma", "norm/beta", "norm/running_mean", "norm/running_variance",
                                "conv2/kernel", "conv2/bias"};
  Net fresh(parse_definition(kEverything), 1);
  for (const std::string& address : frozen) CHECK(values(net, address) == values(fresh, address));
  CHECK(values(net, "logits/kernel") != values(fresh, "logits/kernel"));
  CHECK(trainer.run().gradient(net.graph().find("conv1")).size == 0);

  // Thawed, everything learns again; one parameter may be frozen alone.
  options.freeze = "conv2/bias";
  trainer.configure(options);
  for (int i = 0; i < 5; ++i) trainer.step();
  CHECK(values(net, "conv2/bias") == values(fresh, "conv2/bias"));
  CHECK(values(net, "conv2/kernel") != values(fresh, "conv2/kernel"));
  CHECK(values(net, "norm/running_mean") != values(fresh, "norm/running_mean"));
}

TEST_CASE("devices: a frozen body and a new head learn as a linear net on its features") {
  const Dataset data = TinySet(400).dataset(400);
  Net net(parse_definition(kEverything), 1);
  TrainerOptions options;
  options.learning_rate = 0.02;
  options.freeze = "*,!logits";
  Trainer trainer(net, &data, options);
  for (int i = 0; i < 130; ++i) trainer.step();
  const Dataset test = TinySet(200, 99).dataset(200);
  Evaluation evaluation(net, test, 0);
  evaluation.step(200);
  CHECK(evaluation.accuracy() >= 0.9);
}

TEST_CASE("devices: held-out images are never learnt, and can be measured") {
  const Dataset data = TinySet(100).dataset(40);
  Net net(parse_definition(kLinear), 1);
  TrainerOptions options = descent(0.1);
  options.validation = 0.25;
  Trainer trainer(net, &data, options);
  REQUIRE(trainer.held_out().size() == 25);
  std::vector<char> held(100, 0);
  for (const std::uint32_t index : trainer.held_out()) held[index] = 1;
  std::vector<Real> picture(36);
  int steps = 0;
  for (bool end = false; !end; ++steps) {
    const StepResult result = trainer.step();
    end = result.epoch_end;
    for (int i = 0; i < trainer.run().batch(); ++i) {
      for (std::uint32_t index = 0; index < 100; ++index) {
        if (!held[index]) continue;
        preprocess({}, data.shape(), data.image(index), picture.data());
        CHECK_FALSE(std::equal(picture.begin(), picture.end(), trainer.run().input() + i * 36));
      }
    }
  }
  CHECK(steps == 10);  // 75 images by eights
  Evaluation evaluation(net, data, trainer.held_out());
  evaluation.step(1000);
  CHECK(evaluation.total() == 25);
  options.seed = 2;
  CHECK(Trainer(net, &data, options).held_out() != trainer.held_out());
}

TEST_CASE("devices: patience counts measurements without a better one") {
  const Dataset data = TinySet(16).dataset(16);
  Net net(parse_definition(kLinear), 1);
  TrainerOptions options = descent(0.1);
  options.patience = 2;
  Trainer trainer(net, &data, options);
  const double losses[] = {2, 1.5, 1.6, 1.4, 1.4, std::numeric_limits<double>::quiet_NaN()};
  const bool stops[] = {false, false, false, false, false, true};
  for (int i = 0; i < 6; ++i) CHECK(trainer.should_stop(losses[i]) == stops[i]);
  CHECK_FALSE(trainer.should_stop(1));
  options.patience = 0;
  trainer.configure(options);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(trainer.should_stop(9));
}

TEST_CASE("devices: the batch of a step is there as the net received it") {
  const TinySet set(8);
  const Dataset data = set.dataset(8);
  Net net(parse_definition(kLinear), 1);
  TrainerOptions options = descent(0.1);
  Trainer trainer(net, &data, options);
  CHECK(trainer.labels().empty());
  trainer.step();
  REQUIRE(trainer.labels().size() == 8);
  std::vector<Real> picture(36);
  const auto times_found = [&] {
    int found = 0;
    for (int i = 0; i < 8; ++i) {
      for (int k = 0; k < 8; ++k) {
        preprocess({}, data.shape(), data.image(k), picture.data());
        found += data.label(k) == trainer.labels()[i] &&
                 std::equal(picture.begin(), picture.end(), trainer.run().input() + i * 36);
      }
    }
    return found;
  };
  CHECK(times_found() == 8);
  options.augment.noise = 0.1;
  trainer.configure(options);
  trainer.step();
  CHECK(times_found() == 0);
}

TEST_CASE("devices: weight decay follows the factors of the layers") {
  const std::string definition = R"({"layers": [
    {"type": "input", "shape": [6, 6, 1]},
    {"type": "conv2d", "name": "half", "filters": 2, "l2_decay_mul": 0.5, "l1_decay_mul": 0},
    {"type": "conv2d", "name": "none", "filters": 2, "l2_decay_mul": 0, "l1_decay_mul": 3},
    {"type": "flatten"}, {"type": "dense", "name": "logits", "units": 4},
    {"type": "softmax"}]})";
  Net net(parse_definition(definition), 1);
  std::fill_n(net.parameters(), net.parameter_values(), Real(1));
  const Buffer<Real> gradients(net.parameter_values());
  TrainerOptions options = descent(0.1);
  options.weight_decay = 0.2;
  options.l1_decay = 0.1;
  OptimizerState(net, Optimizer::sgd).update(options, 0.1, 1, gradients.data(), net.parameters());
  CHECK(values(net, "half/kernel")[0] == Approx(1 - 0.1 * 0.1));
  CHECK(values(net, "none/kernel")[0] == Approx(1 - 0.1 * 0.3));
  CHECK(values(net, "logits/kernel")[0] == Approx(1 - 0.1 * (0.2 + 0.1)));
  CHECK(values(net, "half/bias")[0] == 1);
}
