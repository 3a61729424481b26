// Pictures that another thread changes before their step comes.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <deque>

#include "engine/train/trainer.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

Span<const std::uint8_t> span(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

TrainerOptions changing(int batch = 16) {
  TrainerOptions options;
  options.batch_size = batch;
  options.augment.shift = 1;
  options.augment.noise = 0.05;
  options.seed = 7;
  return options;
}

struct Scene {
  explicit Scene(const TrainerOptions& options, std::size_t images = 3000)
      : data(TinySet(images).dataset(1200)), net(parse_definition(kEverything), 3), trainer(net, &data, options) {}

  Dataset data;
  Net net;
  Trainer trainer;
};

// Weights after `steps`; orders come back, as `answer` makes them, after `late` steps.
template <class F>
std::vector<Real> learn(const TrainerOptions& options, int steps, int late, F answer) {
  Scene scene(options);
  std::deque<std::pair<int, Bytes>> away;
  for (int step = 0; step < steps; ++step) {
    const Bytes order = scene.trainer.order();
    if (!order.empty()) away.emplace_back(step, order);
    for (; !away.empty() && away.front().first + late <= step; away.pop_front()) {
      scene.trainer.take(span(answer(away.front().second)));
    }
    REQUIRE(scene.trainer.step().state == StepState::trained);
  }
  return weights_of(scene.net);
}

Bytes honest(const Bytes& order) { return fulfil(span(order)); }
Bytes black(Bytes order) {
  std::fill(order.begin() + kOrderHead, order.end(), std::uint8_t(0));
  return order;
}

}  // namespace

TEST_CASE("ahead: who changes the pictures, and when, makes no difference") {
  // Three epochs, the first in parts.
  constexpr int kSteps = 3 * 188;
  Scene alone(changing());
  for (int step = 0; step < kSteps; ++step) alone.trainer.step();
  for (const int late : {0, 5, 40, 200}) {
    INFO("back after " << late << " steps");
    CHECK(learn(changing(), kSteps, late, honest) == weights_of(alone.net));
  }
  // That they are used at all shows when they are others.
  CHECK(learn(changing(), kSteps, 5, black) != weights_of(alone.net));
}

TEST_CASE("ahead: asks once for each of the coming pictures, as they lie in the set") {
  Scene scene(changing());
  const Bytes bytes = scene.trainer.order();
  REQUIRE(bytes.size() == kOrderHead + 1024 * 36);
  const ChangeOrder order = read_order(span(bytes));
  CHECK(order.shape == Shape{6, 6, 1});
  CHECK(order.seed == 7);
  CHECK(order.augment.shift == 1);
  // Again when a quarter of them has gone.
  Bytes next;
  int steps = 0;
  for (; next.empty(); next = scene.trainer.order(), ++steps) scene.trainer.step();
  CHECK(steps == 16);
  CHECK(read_order(span(next)).first == order.first + 1024);
  // Without changes the batches are these pictures.
  TrainerOptions plain = changing();
  plain.augment = AugmentOptions();
  Scene same(plain);
  int wrong = 0;
  for (std::size_t at = kOrderHead; at < bytes.size(); at += 16 * 36) {
    same.trainer.step();
    for (int i = 0; i < 16 * 36; ++i) wrong += same.trainer.run().input()[i] != static_cast<Real>(bytes[at + i] / 255.0);
  }
  CHECK(wrong == 0);
}

TEST_CASE("ahead: nothing is asked for where nothing is to be changed, or too little is left") {
  TrainerOptions plain = changing();
  plain.augment = AugmentOptions();
  Scene unchanged(plain);
  CHECK(unchanged.trainer.order().empty());
  Scene small(changing(), 200);
  CHECK(small.trainer.order().empty());
  Net net(parse_definition(kEverything), 3);
  Trainer without(net, nullptr, changing());
  CHECK(without.order().empty());
}

TEST_CASE("ahead: pictures for other options, another trainer or another time are of no use") {
  TrainerOptions after = changing();
  after.augment.shift = 0.5;
  Scene expected(after);
  expected.trainer.step();

  Scene configured(changing());
  const Bytes order = black(configured.trainer.order());
  configured.trainer.configure(after);
  configured.trainer.take(span(order));
  configured.trainer.step();
  CHECK(weights_of(configured.net) == weights_of(expected.net));

  Scene other(after);
  other.trainer.take(span(order));
  other.trainer.step();
  CHECK(weights_of(other.net) == weights_of(expected.net));

  Scene restored(after);
  restored.trainer.take(span(black(restored.trainer.order())));
  const Bytes checkpoint = Scene(after).trainer.checkpoint();
  restored.trainer.restore(checkpoint.data(), checkpoint.size());
  restored.trainer.step();
  CHECK(weights_of(restored.net) == weights_of(expected.net));
}

TEST_CASE("ahead: what is no order is refused, and changes nothing") {
  Scene scene(changing()), same(changing());
  const Bytes order = scene.trainer.order();
  const auto refuse = [&](const Bytes& bytes) {
    const std::string sentence = "[order] is no order of this engine, or damaged.";
    expect_error([&] { fulfil(span(bytes)); }, ErrorCode::bad_file, sentence);
    expect_error([&] { scene.trainer.take(span(bytes)); }, ErrorCode::bad_file, sentence);
  };
  refuse({});
  refuse(Bytes(order.begin(), order.begin() + 20));
  refuse(Bytes(order.begin(), order.end() - 1));
  for (const std::size_t at : {std::size_t(0), offsetof(ChangeOrder, shape), offsetof(ChangeOrder, augment), sizeof(ChangeOrder)}) {
    Bytes damaged = order;
    damaged[at] ^= 1;
    refuse(damaged);
  }
  scene.trainer.step();
  same.trainer.step();
  CHECK(weights_of(scene.net) == weights_of(same.net));
}
