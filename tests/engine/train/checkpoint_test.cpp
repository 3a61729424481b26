#include "engine/train/checkpoint.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/core/crc32.h"
#include "engine/train/trainer.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

TrainerOptions options_for(Optimizer optimizer) {
  TrainerOptions options;
  options.optimizer = optimizer;
  options.learning_rate = 0.01;
  options.batch_size = 7;
  options.augment.shift = 1;
  return options;
}

void set_weights(Net& net, const std::vector<Real>& weights) {
  std::copy(weights.begin(), weights.end(), net.parameters());
}

// A valid checksum over whatever the bytes now say.
Bytes sealed(Bytes bytes) {
  bytes.resize(bytes.size() - 4);
  const std::uint32_t crc = crc32(bytes.data(), bytes.size());
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(crc >> shift));
  return bytes;
}

struct Scene {
  Dataset data = TinySet(50).dataset(20);
  Net net{parse_definition(kEverything), 1};
  Trainer trainer{net, &data, options_for(Optimizer::adam)};

  explicit Scene(int steps) {
    for (int i = 0; i < steps; ++i) trainer.step();
  }
  void restore(const Bytes& bytes) { trainer.restore(bytes.data(), bytes.size()); }
};

}  // namespace

TEST_CASE("checkpoint: restored at step 37, training goes on to the bit") {
  const Dataset data = TinySet(50).dataset(20);
  for (const Optimizer optimizer : {Optimizer::sgd, Optimizer::momentum, Optimizer::nesterov, Optimizer::adagrad,
                                    Optimizer::adadelta, Optimizer::rmsprop, Optimizer::adam, Optimizer::adamw}) {
    for (const int at : {0, 2, 8, 37}) {  // in the first part, at the end of an epoch (8), later
      Net net(parse_definition(kEverything), 1);
      Trainer trainer(net, &data, options_for(optimizer));
      StepResult last;
      for (int i = 0; i < at; ++i) last = trainer.step();
      const Bytes bytes = trainer.checkpoint();
      const std::vector<Real> weights = weights_of(net);
      for (int i = 0; i < 60; ++i) last = trainer.step();

      // Another net, another trainer with other options, as after a restart of the worker.
      Net other(parse_definition(kEverything), 99);
      TrainerOptions different = options_for(Optimizer::sgd);
      different.seed = 1234;
      Trainer second(other, &data, different);
      second.step();
      set_weights(other, weights);
      second.restore(bytes.data(), bytes.size());
      CHECK(write_options(second.options()) == write_options(trainer.options()) );
      StepResult result;
      for (int i = 0; i < 60; ++i) result = second.step();
      CHECK(weights_of(other) == weights_of(net));
      CHECK(result.step == last.step);
      CHECK(result.images == last.images);
      CHECK(result.epoch == last.epoch);
      CHECK(result.loss == last.loss);
      CHECK(second.checkpoint() == trainer.checkpoint());
    }
  }
}

TEST_CASE("checkpoint: every truncation and every flipped bit is refused, and changes nothing") {
  Scene scene(9);
  const Bytes good = scene.trainer.checkpoint();
  const std::vector<Real> weights = weights_of(scene.net);
  Scene twin(9);
  for (std::size_t size = 0; size < good.size(); size += size < 300 ? 1 : 97) {
    const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(error_of([&] { scene.restore(cut); }).code() == ErrorCode::bad_file);
  }
  Random random(8);
  for (int i = 0; i < 500; ++i) {
    Bytes damaged = good;
    damaged[random.below(static_cast<std::uint32_t>(good.size()))] ^= static_cast<std::uint8_t>(1u << random.below(8));
    CHECK(error_of([&] { scene.restore(damaged); }).code() == ErrorCode::bad_file);
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(error_of([&] { scene.restore(longer); }).code() == ErrorCode::bad_file);
  CHECK(scene.trainer.checkpoint() == good);
  CHECK(weights_of(scene.net) == weights);
  CHECK(scene.trainer.step().loss == twin.trainer.step().loss);
}

TEST_CASE("checkpoint: contents that lie under a right checksum are refused or harmless") {
  Scene scene(3);
  const Bytes good = scene.trainer.checkpoint();
  Random random(4);
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    Bytes forged = good;
    // The header, the order and the options, where lengths and indices are.
    const auto at = random.below(static_cast<std::uint32_t>(std::min<std::size_t>(good.size() - 4, 800)));
    forged[at] = static_cast<std::uint8_t>(random.next());
    Scene victim(1);
    try {
      victim.restore(sealed(forged));
    } catch (const Error& e) {
      ++refused;
      CHECK(e.code() == ErrorCode::bad_file);
    }
    victim.trainer.step();
  }
  CHECK(refused > 300);
}

TEST_CASE("checkpoint: says why it is refused") {
  Scene scene(5);
  const Bytes good = scene.trainer.checkpoint();
  const auto refuse = [&](const Bytes& bytes, const std::string& text) {
    expect_error([&] { scene.restore(bytes); }, ErrorCode::bad_file, "[checkpoint] " + text);
  };
  refuse({}, "is no checkpoint: it must begin with CNNTRAIN.");
  refuse(Bytes(good.begin(), good.begin() + 10), "is cut off.");
  refuse(Bytes(good.begin(), good.end() - 1), "is damaged: its checksum does not match.");
  Bytes later = good;
  later[8] = 4;
  refuse(sealed(later), "has a version that is not known here. Got 4, known is up to 3.");
  Bytes precise = good;
  precise[12] = sizeof(Real) == 4 ? 8 : 4;
  refuse(sealed(precise), "was written with another precision.");

  Net smaller(parse_definition(kLinear), 1);
  Trainer other(smaller, &scene.data, {});
  const Bytes foreign = other.checkpoint();
  refuse(foreign, "belongs to another net.");
  Net same(parse_definition(kEverything), 1);
  Trainer without(same, nullptr, {});
  refuse(without.checkpoint(), "was made with a data set, or without, unlike this trainer.");
  const Dataset few = TinySet(30).dataset(30);
  Trainer on_few(same, &few, {});
  expect_error([&] { on_few.restore(good.data(), good.size()); }, ErrorCode::bad_file,
               "[checkpoint] has an order that is not of this data set.");
}

TEST_CASE("checkpoint: gradients that wait, held-out images, frozen layers and patience go on to the bit") {
  const Dataset data = TinySet(50).dataset(20);
  TrainerOptions options = options_for(Optimizer::adam);
  options.accumulate = 3;
  options.validation = 0.2;
  options.freeze = "conv1";
  options.patience = 2;
  options.schedule = Schedule::cosine;
  options.schedule_steps = 80;
  options.warmup_steps = 5;
  options.clip_norm = 0.5;
  options.l1_decay = 1e-4;
  options.augment.noise = 0.1;
  options.augment.cutout = 2;
  for (const int at : {1, 3, 11}) {
    Net net(parse_definition(kEverything), 1);
    Trainer trainer(net, &data, options);
    for (int i = 0; i < at; ++i) trainer.step();
    trainer.should_stop(1);
    const Bytes bytes = trainer.checkpoint();
    const std::vector<Real> weights = weights_of(net);
    Net other(parse_definition(kEverything), 99);
    TrainerOptions different = options_for(Optimizer::sgd);
    different.seed = 1234;
    Trainer second(other, &data, different);
    second.step();
    set_weights(other, weights);
    second.restore(bytes.data(), bytes.size());
    CHECK(second.checkpoint() == bytes);
    CHECK(second.held_out() == trainer.held_out());
    CHECK(write_options(second.options()) == write_options(trainer.options()));
    for (Trainer* each : {&trainer, &second}) {
      for (int i = 0; i < 31; ++i) each->step();
      CHECK_FALSE(each->should_stop(2));
      CHECK(each->should_stop(3));
    }
    CHECK(weights_of(other) == weights_of(net));
    CHECK(second.checkpoint() == trainer.checkpoint());
  }
}

TEST_CASE("checkpoint: earlier versions are still read") {
  Scene scene(9);
  const Bytes now = scene.trainer.checkpoint();
  // They had a generator more, after magic, three words, three counters and the first generator.
  Bytes old(now.begin(), now.end() - 4);
  old.insert(old.begin() + 8 + 3 * 4 + 3 * 8 + 16, 16, 77);
  for (const int version : {1, 2}) {
    INFO("version " << version);
    Bytes then = old;
    then[8] = static_cast<std::uint8_t>(version);
    // The first ended with the moments: without best loss, two counters and the length of an empty list.
    if (version == 1) then.resize(then.size() - 24);
    then.resize(then.size() + 4);
    Scene other(2);
    set_weights(other.net, weights_of(scene.net));
    other.restore(sealed(then));
    CHECK(other.trainer.checkpoint() == now);
  }
}
