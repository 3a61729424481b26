#include "engine/train/optimizer.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// A net whose every weight is 1 and whose every gradient is 0.5, padding apart.
struct Scene {
  Net net{parse_definition(kEverything), 1};
  Buffer<Real> gradients{net.parameter_values()};

  Scene() {
    for (const ParameterSlot& slot : net.slots()) {
      for (std::size_t i = 0; i < slot.count; ++i) {
        net.parameters()[slot.offset + i] = 1;
        gradients[slot.offset + i] = 0.5;
      }
    }
  }

  void set_gradients(Real value) {
    for (const ParameterSlot& slot : net.slots()) {
      for (std::size_t i = 0; i < slot.count; ++i) gradients[slot.offset + i] = value;
    }
  }

  // All values of the tensors that `wanted` picks are this.
  template <class Pick>
  void check(double value, Pick wanted) const {
    for (const ParameterSlot& slot : net.slots()) {
      if (!wanted(*slot.spec)) continue;
      INFO(slot.address);
      int wrong = 0;
      for (std::size_t i = 0; i < slot.count; ++i) {
        wrong += std::abs(net.parameters()[slot.offset + i] - value) > 2e-6;
      }
      CAPTURE(net.parameters()[slot.offset], value);
      CHECK(wrong == 0);
    }
    CHECK(padding_is_zero(net));
  }

  void check_trainable(double value) const {
    check(value, [](const ParameterSpec& spec) { return spec.trainable; });
    check(1, [](const ParameterSpec& spec) { return !spec.trainable; });
  }
};

TrainerOptions with(Optimizer optimizer, double rate) {
  TrainerOptions options;
  options.optimizer = optimizer;
  options.learning_rate = rate;
  return options;
}

void update(OptimizerState& state, const TrainerOptions& options, Scene& scene) {
  state.update(options, options.learning_rate, 1, scene.gradients.data(), scene.net.parameters());
}

}  // namespace

TEST_CASE("optimizer: the test net has what is to be told apart") {
  const Scene scene;
  int fixed = 0, decaying = 0, plain = 0;
  for (const ParameterSlot& slot : scene.net.slots()) {
    fixed += !slot.spec->trainable;
    decaying += slot.spec->trainable && slot.spec->decays;
    plain += slot.spec->trainable && !slot.spec->decays;
  }
  CHECK(fixed == 2);
  CHECK(decaying == 4);
  CHECK(plain == 5);
}

TEST_CASE("optimizer: gradient descent takes rate times gradient off") {
  Scene scene;
  OptimizerState state(scene.net, Optimizer::sgd);
  const TrainerOptions options = with(Optimizer::sgd, 0.1);
  update(state, options, scene);
  scene.check_trainable(0.95);
  update(state, options, scene);
  scene.check_trainable(0.9);
  CHECK(state.moment(0).size() == 0);
}

TEST_CASE("optimizer: momentum adds up, Nesterov looks ahead") {
  Scene heavy;
  OptimizerState ball(heavy.net, Optimizer::momentum);
  // v: 0.5, then 0.9·0.5 + 0.5 = 0.95; the weight loses a tenth of each.
  update(ball, with(Optimizer::momentum, 0.1), heavy);
  heavy.check_trainable(0.95);
  update(ball, with(Optimizer::momentum, 0.1), heavy);
  heavy.check_trainable(0.855);

  Scene ahead;
  OptimizerState nesterov(ahead.net, Optimizer::nesterov);
  // g + 0.9·v: 0.5 + 0.45 = 0.95, then 0.5 + 0.9·0.95 = 1.355.
  update(nesterov, with(Optimizer::nesterov, 0.1), ahead);
  ahead.check_trainable(0.905);
  update(nesterov, with(Optimizer::nesterov, 0.1), ahead);
  ahead.check_trainable(0.7695);
}

TEST_CASE("optimizer: Adam's steps by hand") {
  Scene scene;
  OptimizerState state(scene.net, Optimizer::adam);
  TrainerOptions options = with(Optimizer::adam, 0.01);
  options.epsilon = 1e-7;
  // A constant gradient gives corrected moments g and g²: each step is rate·g/(|g| + ε).
  update(state, options, scene);
  scene.check_trainable(0.99);
  // Then g = −0.25: m = 0.9·0.05 − 0.1·0.25 = 0.02, v = 0.999·0.00025 + 0.001·0.0625 = 0.00031225;
  // corrected by 1 − 0.81 and 1 − 0.998001: 0.105263158 / √0.156203102 = 0.266336.
  scene.set_gradients(-0.25);
  update(state, options, scene);
  scene.check_trainable(0.99 - 0.01 * 0.266336);
  CHECK(state.updates() == 2);
  // With empty moments the next step is the first one again.
  state.clear();
  CHECK(state.updates() == 0);
  update(state, options, scene);
  scene.check_trainable(0.99 - 0.01 * 0.266336 + 0.01);
}

TEST_CASE("optimizer: weight decay pulls kernels only") {
  for (const Optimizer kind : {Optimizer::sgd, Optimizer::momentum, Optimizer::nesterov}) {
    Scene scene;
    OptimizerState state(scene.net, kind);
    TrainerOptions options = with(kind, 0.1);
    options.weight_decay = 0.5;
    update(state, options, scene);
    const double ahead = kind == Optimizer::nesterov ? 1.9 : 1;
    scene.check(1 - 0.1 * ahead * (0.5 + 0.5), [](const ParameterSpec& s) { return s.trainable && s.decays; });
    scene.check(1 - 0.1 * ahead * 0.5, [](const ParameterSpec& s) { return s.trainable && !s.decays; });
    scene.check(1, [](const ParameterSpec& s) { return !s.trainable; });
  }
}
