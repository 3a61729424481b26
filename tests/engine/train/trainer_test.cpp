#include "engine/train/trainer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <memory>

#include "engine/data/preprocess.h"
#include "engine/train/evaluation.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

constexpr Optimizer kOptimizers[] = {Optimizer::sgd,      Optimizer::momentum, Optimizer::nesterov, Optimizer::adagrad,
                                     Optimizer::adadelta, Optimizer::rmsprop,  Optimizer::adam,     Optimizer::adamw};

double rate_for(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::sgd: return 0.2;
    case Optimizer::adagrad: return 0.1;
    case Optimizer::adadelta: return 1;
    case Optimizer::rmsprop: return 0.005;
    default: return 0.02;
  }
}

TrainerOptions everything_on() {
  TrainerOptions options;
  options.batch_size = 8;
  options.weight_decay = 1e-4;
  options.augment.shift = 0.5;
  options.augment.rotate = 5;
  options.augment.elastic = 0.5;
  return options;
}

std::vector<Real> weights_after(int steps, const TrainerOptions& options, const Dataset& data) {
  Net net(parse_definition(kEverything), 1);
  Trainer trainer(net, &data, options);
  for (int i = 0; i < steps; ++i) REQUIRE(trainer.step().state == StepState::trained);
  CHECK(padding_is_zero(net));
  return weights_of(net);
}

}  // namespace

TEST_CASE("trainer: 200 steps twice give the same weights to the bit") {
  const Dataset data = TinySet(100).dataset(40);
  for (const Optimizer optimizer : kOptimizers) {
    TrainerOptions options = everything_on();
    options.optimizer = optimizer;
    const std::vector<Real> first = weights_after(200, options, data);
    CHECK(weights_after(200, options, data) == first);
    CHECK(weights_after(199, options, data) != first);
    options.seed = 2;
    CHECK(weights_after(200, options, data) != first);
  }
}

TEST_CASE("trainer: learns what can be learnt") {
  const Dataset data = TinySet(400).dataset(400);
  const Dataset test = TinySet(200, 99).dataset(200);
  for (const Optimizer optimizer : kOptimizers) {
    for (const std::string& definition : {kLinear, kEverything}) {
      Net net(parse_definition(definition), 1);
      TrainerOptions options;
      options.optimizer = optimizer;
      options.learning_rate = rate_for(optimizer);
      if (optimizer == Optimizer::adadelta) options.epsilon = 1e-4;
      Trainer trainer(net, &data, options);
      double loss = 0;
      for (int i = 0; i < 130; ++i) loss = trainer.step().loss;
      INFO(EnumNames<Optimizer>::names[static_cast<int>(optimizer)] << ", loss " << loss);
      Evaluation evaluation(net, test, 0);
      evaluation.step(200);
      CHECK(evaluation.accuracy() >= 0.95);
    }
  }
}

TEST_CASE("trainer: counts steps, images and epochs; the last batch is what is left") {
  Net net(parse_definition(kLinear), 1);
  const Dataset data = TinySet(20).dataset(20);
  TrainerOptions options;
  options.batch_size = 8;
  Trainer trainer(net, &data, options);
  const long images[] = {8, 16, 20, 28, 36, 40};
  for (int i = 0; i < 6; ++i) {
    const StepResult result = trainer.step();
    CHECK(result.state == StepState::trained);
    CHECK(result.step == i + 1);
    CHECK(result.images == images[i]);
    CHECK(result.epoch_end == (i % 3 == 2));
    CHECK(result.epoch == (i + 1) / 3);
    CHECK(result.message.empty());
    CHECK(trainer.run().batch() == (i % 3 == 2 ? 4 : 8));
  }
}

TEST_CASE("trainer: loss and accuracy are those of the batch before the update") {
  Net net(parse_definition(kLinear), 1);
  std::fill_n(net.parameters(), net.parameter_values(), Real(0));
  const TinySet set(16);
  const Dataset data = set.dataset(16);
  TrainerOptions options;
  options.batch_size = 16;
  Trainer trainer(net, &data, options);
  const StepResult first = trainer.step();
  CHECK(first.loss == Approx(std::log(4.0)).epsilon(1e-6));
  const auto zeros = std::count(set.labels.begin(), set.labels.end(), 0);  // equal logits: the first class wins
  CHECK(first.accuracy == Approx(zeros / 16.0));
  CHECK(trainer.step().loss < first.loss);
}

TEST_CASE("trainer: a step on a batch of the caller is the step on the same images") {
  const Dataset data = TinySet(8).dataset(8);
  TrainerOptions options;
  options.batch_size = 8;
  options.optimizer = Optimizer::sgd;
  options.learning_rate = 0.1;
  Net a(parse_definition(kLinear), 1), b(parse_definition(kLinear), 1);
  Trainer own(a, &data, options), given(b, nullptr, options);
  std::vector<Real> images(8 * 36);
  std::vector<std::uint8_t> labels(8);
  for (int i = 0; i < 8; ++i) {
    preprocess({}, data.shape(), data.image(i), images.data() + i * 36);
    labels[i] = data.label(i);
  }
  for (int i = 0; i < 3; ++i) {
    const StepResult x = own.step();
    const StepResult y = given.step_on(images.data(), labels.data(), 8);
    CHECK(y.loss == Approx(x.loss).epsilon(1e-6));
    CHECK(y.images == 8 * (i + 1));
  }
  for (std::size_t i = 0; i < a.parameter_values(); ++i) {
    CHECK(b.parameters()[i] == Approx(a.parameters()[i]).margin(1e-6));
  }
  expect_error([&] { given.step(); }, ErrorCode::invalid_value, "[training] has no data set to take a step on.");
  expect_error([&] { given.step_on(images.data(), labels.data(), 0); }, ErrorCode::invalid_value,
               "[training] a batch needs at least one image. Got 0.");
  labels[5] = 4;
  const std::vector<Real> before = weights_of(b);
  expect_error([&] { given.step_on(images.data(), labels.data(), 8); }, ErrorCode::invalid_value,
               "[training] label 5 is outside the classes. Got 4 of 4 classes.");
  CHECK(weights_of(b) == before);
}

TEST_CASE("trainer: a batch of the caller may be larger than any before") {
  Net net(parse_definition(kEverything), 1);
  TrainerOptions options;
  options.batch_size = 2;
  Trainer trainer(net, nullptr, options);
  for (const int batch : {2, 1, 50, 3}) {
    const std::vector<Real> images(batch * 36, Real(0.5));
    const std::vector<std::uint8_t> labels(batch, 1);
    CHECK(trainer.step_on(images.data(), labels.data(), batch).state == StepState::trained);
    CHECK(trainer.run().batch() == batch);
  }
}

TEST_CASE("trainer: options change with the next step") {
  Net net(parse_definition(kEverything), 1);
  const Dataset data = TinySet(100).dataset(100);
  Trainer trainer(net, &data, everything_on());
  trainer.step();
  TrainerOptions options = trainer.options();
  options.batch_size = 30;
  options.seed = 5;
  trainer.configure(options);
  CHECK(trainer.options().seed == 1);  // what was drawn from it is drawn
  CHECK(trainer.step().images == 38);
  options.batch_size = 3;
  trainer.configure(options);
  CHECK(trainer.step().images == 41);

  // A rate of zero stops the weights, not the counting; running averages go on by themselves.
  options.learning_rate = 0;
  options.optimizer = Optimizer::sgd;
  trainer.configure(options);
  const std::vector<Real> before = weights_of(net);
  CHECK(trainer.step().step == 4);
  for (const ParameterSlot& slot : net.slots()) {
    if (!slot.spec->trainable) continue;
    for (std::size_t i = 0; i < slot.count; ++i) REQUIRE(net.parameters()[slot.offset + i] == before[slot.offset + i]);
  }
}

TEST_CASE("trainer: a new optimiser starts without memory, the same one keeps it") {
  const Dataset data = TinySet(64).dataset(64);
  TrainerOptions adam;
  adam.batch_size = 4;
  TrainerOptions plain = adam;
  plain.optimizer = Optimizer::sgd;
  plain.learning_rate = 0;
  const auto last = [&](bool change) {  // how many weights moved by the rate in the second step
    Net net(parse_definition(kLinear), 1);
    Trainer trainer(net, &data, adam);
    trainer.step();
    if (change) {
      trainer.configure(plain);
      trainer.configure(adam);
    } else {
      trainer.configure(adam);
    }
    const std::vector<Real> before = weights_of(net);
    trainer.step();
    // Adam's first step is the rate itself, whatever the gradient; with memory it is that only by chance.
    std::size_t rates = 0;
    for (const ParameterSlot& slot : net.slots()) {
      for (std::size_t i = slot.offset; i < slot.offset + slot.count; ++i) {
        rates += std::abs(std::abs(net.parameters()[i] - before[i]) - adam.learning_rate) < 2e-3 * adam.learning_rate;
      }
    }
    return rates;
  };
  CHECK(last(true) > 140);  // of 148
  CHECK(last(false) < 100);
}

TEST_CASE("trainer: options out of range are refused and change nothing") {
  Net net(parse_definition(kLinear), 1);
  const Dataset data = TinySet(20).dataset(20);
  TrainerOptions bad;
  bad.learning_rate = std::numeric_limits<double>::quiet_NaN();
  expect_error([&] { Trainer(net, &data, bad); }, ErrorCode::invalid_value,
               "[training] learning_rate must be a finite number. Got null. (at /learning_rate)");
  Trainer trainer(net, &data, {});
  expect_error([&] { trainer.configure(bad); }, ErrorCode::invalid_value,
               "[training] learning_rate must be a finite number. Got null. (at /learning_rate)");
  bad = {};
  bad.batch_size = 1025;
  bad.optimizer = Optimizer::sgd;
  expect_error([&] { trainer.configure(bad); }, ErrorCode::invalid_value,
               "[training] batch_size must be between 1 and 1024. Got 1025. (at /batch_size)");
  CHECK(trainer.options().batch_size == 32);
  CHECK(trainer.options().optimizer == Optimizer::adam);
}

TEST_CASE("trainer: nets and sets that do not fit are refused at once") {
  Net net(parse_definition(kEverything), 1);
  const Dataset large({28, 28, 1}, 4, 0), colour({6, 6, 3}, 4, 0), many({6, 6, 1}, 10, 0);
  expect_error([&] { Trainer(net, &large, {}); }, ErrorCode::shape_mismatch,
               "[training] the net reads pictures of another shape than the data set has. Net 6x6x1, data set 28x28x1. "
               "(at /layers/0)");
  expect_error([&] { Trainer(net, &colour, {}); }, ErrorCode::shape_mismatch,
               "[training] the net reads pictures of another shape than the data set has. Net 6x6x1, data set 6x6x3. "
               "(at /layers/0)");
  expect_error([&] { Trainer(net, &many, {}); }, ErrorCode::shape_mismatch,
               "[training] the net tells another number of classes apart than the data set has. Net 4 (\"aux\"), "
               "data set 10. (at /layers/9)");
  Net headless(parse_definition(std::string(
                   R"({"layers": [{"type": "input", "shape": [6, 6, 1]}, {"type": "relu", "name": "last"}]})")),
               1);
  expect_error([&] { Trainer(headless, nullptr, {}); }, ErrorCode::invalid_definition,
               "[training] the net has no head to measure: end it with softmax. It ends with \"last\". (at /layers/1)");
  Net cropped(parse_definition(std::string(
                  R"({"preprocessing": {"crop_h": 6, "crop_w": 6}, "layers": [{"type": "input", "shape": [6, 6, 1]},
                      {"type": "flatten"}, {"type": "dense", "units": 4}, {"type": "softmax"}]})")),
              1);
  CHECK_NOTHROW(Trainer(cropped, &large, {}));
  expect_error([&] { Trainer(cropped, &colour, {}); }, ErrorCode::shape_mismatch,
               "[training] the net reads pictures of another shape than the data set has. Net 6x6x1, data set 6x6x3. "
               "(at /layers/0)");
  const Dataset small({5, 5, 1}, 4, 0);
  expect_error([&] { Trainer(cropped, &small, {}); }, ErrorCode::shape_mismatch,
               "[preprocessing] the crop is larger than the picture. Got crop 6x6, picture 5x5x1. (at /preprocessing)");
}

TEST_CASE("trainer: waits for images; when they come changes nothing") {
  const TinySet set(60);
  const Dataset whole = set.dataset(20);
  Net at_once(parse_definition(kEverything), 1), in_parts(parse_definition(kEverything), 1);
  Trainer first(at_once, &whole, everything_on());
  Dataset growing({6, 6, 1}, TinySet::kClasses, 60);
  Trainer second(in_parts, &growing, everything_on());
  std::size_t arrived = 0;
  int waits = 0;
  for (int step = 0; step < 40; ++step) {
    const StepResult expected = first.step();
    StepResult result = second.step();
    while (result.state == StepState::waiting) {
      CHECK(result.step == step);
      ++waits;
      const std::vector<Real> before = weights_of(in_parts);
      CHECK(second.step().state == StepState::waiting);
      CHECK(weights_of(in_parts) == before);
      REQUIRE(arrived < 60);
      set.append_to(growing, arrived, 20);
      arrived += 20;
      result = second.step();
    }
    CHECK(result.loss == expected.loss);
    CHECK(result.epoch_end == expected.epoch_end);
  }
  CHECK(waits == 3);
  CHECK(weights_of(in_parts) == weights_of(at_once));
}

// ---- divergence

TEST_CASE("trainer: a rate that explodes stops with a sentence and the last good weights") {
  Net net(parse_definition(kEverything), 1);
  const std::vector<Real> start = weights_of(net);
  const Dataset data = TinySet(100).dataset(100);
  TrainerOptions options;
  options.optimizer = Optimizer::sgd;
  options.learning_rate = 1000;
  options.weight_decay = 10;  // multiplies every kernel by −9999 a step
  Trainer trainer(net, &data, options);
  StepResult result;
  for (int i = 0; i < 40 && result.state == StepState::trained; ++i) result = trainer.step();
  REQUIRE(result.state == StepState::diverged);
  CHECK(result.message == "The loss is beyond 100000 at step " + std::to_string(result.step + 1) +
                              ". Learning rate 1000 is probably too large: try 100. The weights of step 0 were kept.");
  CHECK(result.kept_step == 0);
  CHECK(weights_of(net) == start);

  // Training goes on from there.
  options.learning_rate = 0.1;
  options.weight_decay = 0;
  trainer.configure(options);
  for (int i = 0; i < 130; ++i) result = trainer.step();
  CHECK(result.state == StepState::trained);
  CHECK(result.accuracy > 0.9);
}

TEST_CASE("trainer: a later divergence goes back to the snapshot of step 50, with empty moments") {
  Net net(parse_definition(kLinear), 1);
  const TinySet set(64);
  const Dataset data = set.dataset(64);
  TrainerOptions options;
  options.learning_rate = 5;
  Trainer trainer(net, &data, options);
  for (int i = 0; i < 50; ++i) trainer.step();
  const std::vector<Real> after_fifty = weights_of(net);
  for (int i = 0; i < 7; ++i) REQUIRE(trainer.step().state == StepState::trained);
  net.parameters()[3] = std::numeric_limits<Real>::quiet_NaN();
  const StepResult result = trainer.step();
  CHECK(result.state == StepState::diverged);
  CHECK(result.message ==
        "The loss is no longer a finite number at step 58. Learning rate 5 is probably too large: try 0.5. "
        "The weights of step 50 were kept.");
  CHECK(weights_of(net) == after_fifty);
  // Adam's first step with empty moments is the rate wherever the gradient is not nearly nothing.
  trainer.step();
  double largest = 0;
  for (std::size_t i = 0; i < after_fifty.size(); ++i) {
    largest = std::max<double>(largest, std::abs(net.parameters()[i] - after_fifty[i]));
  }
  CHECK(largest <= 5.001);
}

TEST_CASE("trainer: a weight spoilt without the loss knowing is found at the snapshot") {
  Net net(parse_definition(kEverything), 1);
  const Dataset data = TinySet(64).dataset(64);
  Trainer trainer(net, &data, everything_on());
  trainer.step();
  // The running averages do not take part in training, so the loss stays finite.
  net.parameters()[net.find("norm/running_mean")->offset] = std::numeric_limits<Real>::infinity();
  StepResult result;
  int steps = 1;
  while (result.state == StepState::trained && steps < 60) {
    result = trainer.step();
    ++steps;
  }
  REQUIRE(result.state == StepState::diverged);
  CHECK(result.message == "A weight is no longer a finite number at step 51. Learning rate 0.001 is probably too large: "
                          "try 0.0001. The weights of step 0 were kept.");
  for (std::size_t i = 0; i < net.parameter_values(); ++i) REQUIRE(std::isfinite(net.parameters()[i]));
  CHECK(trainer.step().state == StepState::trained);
}

TEST_CASE("trainer: weights that are not finite from the start") {
  Net net(parse_definition(kLinear), 1);
  net.parameters()[0] = std::numeric_limits<Real>::infinity();
  const Dataset data = TinySet(64).dataset(64);
  Trainer trainer(net, &data, {});
  const StepResult result = trainer.step();
  CHECK(result.state == StepState::diverged);
  CHECK(result.message == "A weight is no longer a finite number at step 1. There are no good weights to go back to: "
                          "initialise them anew.");
  net.initialize(1);
  CHECK(trainer.step().state == StepState::trained);
}
