// One step in shares: a trainer and replicas, each with its own copy of the net.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>

#include "engine/train/trainer.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// No dropout and no batch normalisation: there a share is like any other images.
const std::string kPlain = R"({"layers": [
  {"type": "input", "name": "pixels", "shape": [6, 6, 1]},
  {"type": "conv2d", "name": "conv1", "filters": 6, "padding": "same", "activation": "relu"},
  {"type": "flatten", "name": "flat"},
  {"type": "dense", "name": "aux.logits", "inputs": ["flat"], "units": 4},
  {"type": "softmax", "name": "aux", "weight": 0.3},
  {"type": "dense", "name": "logits", "inputs": ["flat"], "units": 4},
  {"type": "softmax", "name": "classes"}]})";

// A trainer whose replicas compute all images but the first ones.
struct Team {
  Team(const std::string& definition, const Dataset& data, const TrainerOptions& options, std::vector<int> shares)
      : net(parse_definition(definition), 1), trainer(net, &data, options), shares_(std::move(shares)) {
    for (std::size_t i = 1; i < shares_.size(); ++i) {
      copies.push_back(std::make_unique<Net>(parse_definition(definition), 77));
      replicas.push_back(std::make_unique<Trainer>(*copies.back(), nullptr, options));
    }
  }

  StepResult step() {
    const StepResult begun = trainer.begin();
    REQUIRE(begun.state == StepState::trained);
    const std::size_t size = net.graph().input_shape().size();
    int first = shares_[0];
    const std::size_t late = trainer.late_from();
    std::vector<LossReport> reports;
    for (std::size_t i = 0; i < replicas.size(); ++i) {
      std::copy_n(net.parameters(), net.parameter_values(), copies[i]->parameters());
      const std::vector<std::uint8_t> labels(trainer.labels().begin() + first,
                                             trainer.labels().begin() + first + shares_[i + 1]);
      reports.push_back(replicas[i]->share(trainer.run().input() + first * size, labels.data(), shares_[i + 1],
                                           double(shares_[i + 1]) / double(trainer.labels().size()),
                                           std::uint64_t(begun.step) * 64 + i));
      first += shares_[i + 1];
    }
    REQUIRE(first == static_cast<int>(trainer.labels().size()));
    trainer.compute(0, shares_[0]);
    for (std::size_t i = 0; i < replicas.size(); ++i) {
      trainer.add(replicas[i]->gradients() + late, late, net.parameter_values() - late);
      trainer.add_loss(shares_[i + 1], reports[i]);
    }
    trainer.draw_ahead();
    settled += trainer.settle();
    for (const auto& replica : replicas) {
      replica->share_rest();
      trainer.add(replica->gradients(), 0, late);
    }
    return trainer.finish();
  }

  Net net;
  Trainer trainer;
  std::vector<std::unique_ptr<Net>> copies;
  std::vector<std::unique_ptr<Trainer>> replicas;
  int settled = 0;

 private:
  std::vector<int> shares_;
};

TrainerOptions options_for(int batch) {
  TrainerOptions options;
  options.optimizer = Optimizer::momentum;
  options.learning_rate = 0.02;
  options.batch_size = batch;
  options.weight_decay = 1e-3;
  options.augment.shift = 0.5;
  return options;
}

}  // namespace

TEST_CASE("replicas: shares of a batch make the step of the whole batch") {
  const Dataset data = TinySet(96).dataset(96);
  TrainerOptions options = options_for(12);
  for (const int accumulate : {1, 3}) {
    for (const std::string& freeze : {std::string(), std::string("conv1")}) {
      options.accumulate = accumulate;
      options.freeze = freeze;
      Net net(parse_definition(kPlain), 1);
      Trainer alone(net, &data, options);
      Team team(kPlain, data, options, {5, 4, 3});
      // Augmentation, epochs and all: what is drawn ahead is what would have been drawn.
      for (int i = 0; i < 20; ++i) {
        const StepResult expected = alone.step(), result = team.step();
        CHECK(result.step == expected.step);
        CHECK(result.images == expected.images);
        CHECK(result.epoch == expected.epoch);
        CHECK(result.epoch_end == expected.epoch_end);
        CHECK(result.accuracy == expected.accuracy);
        CHECK(result.loss == Approx(expected.loss).epsilon(1e-5));
      }
      const std::vector<Real> expected = weights_of(net), got = weights_of(team.net);
      for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(got[i] - expected[i]) <= 1e-5 + 1e-4 * std::abs(expected[i]));
      CHECK(padding_is_zero(team.net));
      CHECK(team.settled == (accumulate == 1 ? 20 : 6));
    }
  }
}

TEST_CASE("replicas: late parameters are at least half of all, in as few layers as can be") {
  const Dataset data = TinySet(96).dataset(96);
  Team team(kPlain, data, options_for(12), {6, 6});
  // conv1 60, the two dense layers 868 each: half is reached with both.
  CHECK(team.trainer.late_from() == team.net.need_slot("aux.logits/kernel").offset);
}

TEST_CASE("replicas: a norm to clip needs all gradients, and a batch drawn ahead follows the options") {
  const Dataset data = TinySet(96).dataset(96);
  TrainerOptions options = options_for(12);
  options.clip_norm = 0.5;
  Net net(parse_definition(kPlain), 1);
  Trainer alone(net, &data, options);
  Team team(kPlain, data, options, {6, 6});
  for (int i = 0; i < 4; ++i) CHECK(team.step().loss == Approx(alone.step().loss).epsilon(1e-5));
  CHECK(team.settled == 0);
  options.batch_size = 10;
  options.augment.shift = 2;
  alone.configure(options);
  Team other(kPlain, data, options, {5, 5});
  other.trainer.restore(alone.checkpoint().data(), alone.checkpoint().size());
  team.trainer.configure(options);
  alone.step();
  team.trainer.begin();
  CHECK(team.trainer.labels() == alone.labels());
  const Real* images = alone.run().input();
  CHECK(std::equal(images, images + 10 * 36, team.trainer.run().input()));
  other.trainer.begin();
  CHECK(std::equal(images, images + 10 * 36, other.trainer.run().input()));
}

TEST_CASE("replicas: the same shares give the same weights to the bit, dropout and all") {
  const Dataset data = TinySet(96).dataset(96);
  const auto weights = [&](std::vector<int> shares) {
    Team team(kEverything, data, options_for(12), std::move(shares));
    for (int i = 0; i < 40; ++i) team.step();
    return weights_of(team.net);
  };
  const std::vector<Real> first = weights({6, 6});
  CHECK(weights({6, 6}) == first);
  CHECK(weights({7, 5}) != first);
}

TEST_CASE("replicas: what one did not deliver is computed here") {
  const Dataset data = TinySet(96).dataset(96);
  Net net(parse_definition(kPlain), 1), other(parse_definition(kPlain), 1);
  Trainer alone(net, &data, options_for(12)), rescued(other, &data, options_for(12));
  const StepResult expected = alone.step();
  rescued.begin();
  const std::vector<std::int32_t> labels = rescued.labels();
  rescued.compute(0, 4);
  rescued.compute(4, 8);
  // The batch is whole still, each label with its picture.
  std::vector<std::int32_t> now = rescued.labels();
  CHECK(now != labels);
  std::rotate(now.begin(), now.begin() + 8, now.end());
  CHECK(now == labels);
  const StepResult result = rescued.finish();
  CHECK(result.loss == Approx(expected.loss).epsilon(1e-5));
  const std::vector<Real> a = weights_of(net), b = weights_of(other);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-5);
}

TEST_CASE("replicas: a spoilt share is found by its loss") {
  const Dataset data = TinySet(96).dataset(96);
  Team team(kPlain, data, options_for(12), {6, 6});
  const std::vector<Real> before = weights_of(team.net);
  const std::vector<Real> gradients(team.net.parameter_values());
  team.trainer.begin();
  team.trainer.compute(0, 6);
  LossReport report;
  report.loss = std::nan("");
  team.trainer.add(gradients.data(), 0, gradients.size());
  team.trainer.add_loss(6, report);
  CHECK_FALSE(team.trainer.settle());
  CHECK(team.trainer.finish().state == StepState::diverged);
  CHECK(weights_of(team.net) == before);
}

TEST_CASE("replicas: calls out of turn are refused") {
  const Dataset data = TinySet(96).dataset(96);
  Net net(parse_definition(kPlain), 1);
  Trainer trainer(net, &data, options_for(12));
  const std::vector<Real> gradients(net.parameter_values());
  CHECK(error_of([&] { trainer.finish(); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.compute(0, 1); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.add(gradients.data(), 0, 1); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.add_loss(1, {}); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.settle(); }).code() == ErrorCode::invalid_value);
  trainer.begin();
  CHECK(error_of([&] { trainer.begin(); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.step(); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.checkpoint(); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.configure(options_for(6)); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.compute(8, 5); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.compute(0, 0); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.add_loss(13, {}); }).code() == ErrorCode::invalid_value);
  CHECK(error_of([&] { trainer.add(gradients.data(), 1, gradients.size()); }).code() == ErrorCode::shape_mismatch);
  trainer.compute(0, 12);
  CHECK(trainer.finish().state == StepState::trained);
}
