#include "engine/model/run.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// Skips, a concatenation, an auxiliary head, batch normalisation, a node used twice by one layer, views with two consumers.
const std::string kDag = R"({"layers": [
  {"type": "input", "name": "pixels", "shape": [6, 5, 2]},
  {"type": "conv2d", "name": "stem", "filters": 4, "padding": "same", "bias": false},
  {"type": "batch_norm", "name": "norm", "activation": "swish"},
  {"type": "conv2d", "name": "left", "filters": 4, "padding": "same", "groups": 2, "activation": "tanh"},
  {"type": "add", "name": "skip", "inputs": ["left", "norm"]},
  {"type": "conv2d", "name": "right", "inputs": ["norm"], "filters": 3, "kernel": [1, 3], "padding": "same", "padding_mode": "nearest"},
  {"type": "concat", "name": "both", "inputs": ["skip", "right", "skip"]},
  {"type": "pool2d", "name": "pool", "mode": "average", "kernel": 2, "padding": "same"},
  {"type": "dropout", "name": "drop", "rate": 0.4},
  {"type": "flatten", "name": "flat"},
  {"type": "dense", "name": "early", "inputs": ["flat"], "units": 3},
  {"type": "softmax", "name": "aux", "weight": 0.3},
  {"type": "dense", "name": "hidden", "inputs": ["flat"], "units": 5, "activation": "softplus"},
  {"type": "add", "name": "double", "inputs": ["hidden", "hidden"]},
  {"type": "dense", "name": "logits", "units": 3},
  {"type": "softmax", "name": "classes"}]})";

struct Scene {
  Net net;
  Run run;
  std::vector<std::int32_t> labels;
  int batch;

  Scene(const std::string& definition, Purpose purpose, int batch)
      : net(parse_definition(definition), 7), run(net, batch, purpose), batch(batch) {
    Random random(3);
    // Biases and running averages off their special values.
    for (const ParameterSlot& slot : net.slots()) {
      for (std::size_t i = 0; i < slot.count; ++i) net.parameters()[slot.offset + i] += Real(0.2) * random.uniform();
    }
    for (std::size_t i = 0; i < net.graph().input_shape().size() * batch; ++i) run.input()[i] = random.normal();
    for (int i = 0; i < batch; ++i) labels.push_back(static_cast<std::int32_t>(random.below(3)));
  }

  double loss(Mode mode) {
    Random masks(5);  // the same in every pass
    run.forward(batch, mode, &masks);
    return run.loss(labels.data()).loss;
  }
};

}  // namespace

TEST_CASE("run: the gradient of a whole net matches finite differences") {
#ifdef CNN_DOUBLE
  for (const Mode mode : {Mode::training, Mode::inference}) {
    for (const Purpose purpose : {Purpose::training, Purpose::inspection}) {
      Scene s(kDag, purpose, 4);
      s.run.renew_parameter_gradients();
      s.loss(mode);
      s.run.backward(s.labels.data());
      const std::vector<Real> gradients(s.run.parameter_gradients(), s.run.parameter_gradients() + s.net.parameter_values());
      std::vector<Real> pixel_gradients;
      if (purpose == Purpose::inspection) {
        const Span<const Real> g = s.run.gradient(0);
        pixel_gradients.assign(g.begin(), g.end());
      }
      // Training moves the running averages; they do not take part in its loss.
      constexpr double kStep = 1e-6;
      const auto slope = [&](Real& value) {
        const Real middle = value;
        value = middle + kStep;
        const double above = s.loss(mode);
        value = middle - kStep;
        const double below = s.loss(mode);
        value = middle;
        return (above - below) / (2 * kStep);
      };
      const auto close = [](double actual, double expected) {  // PyTorch's gradcheck
        return std::abs(actual - expected) <= 1e-5 + 1e-3 * std::abs(expected);
      };
      std::size_t checked = 0, wrong = 0;
      for (const ParameterSlot& slot : s.net.slots()) {
        if (!slot.spec->trainable) continue;
        INFO(slot.address);
        for (std::size_t i = 0; i < slot.count; ++i, ++checked) {
          wrong += !close(gradients[slot.offset + i], slope(s.net.parameters()[slot.offset + i]));
        }
        CHECK(wrong == 0);
      }
      CHECK(checked == 1u * 72 + 8 + 72 + 4 + 36 + 3 + 99 * 3 + 3 + 99 * 5 + 5 + 15 + 3);
      for (std::size_t i = 0; i < pixel_gradients.size(); ++i) wrong += !close(pixel_gradients[i], slope(s.run.input()[i]));
      CHECK(wrong == 0);
    }
  }
#else
  // In float the same gradients agree with the loss along a random direction, as far as float carries.
  Scene s(kDag, Purpose::training, 4);
  s.run.renew_parameter_gradients();
  s.loss(Mode::training);
  s.run.backward(s.labels.data());
  double norm = 0;
  std::vector<Real> direction(s.run.parameter_gradients(), s.run.parameter_gradients() + s.net.parameter_values());
  for (const Real g : direction) norm += double(g) * g;
  norm = std::sqrt(norm);
  constexpr double kStep = 1e-2;
  const auto move = [&](double step) {
    for (std::size_t i = 0; i < direction.size(); ++i) {
      s.net.parameters()[i] += static_cast<Real>(step * direction[i] / norm);
    }
  };
  move(kStep);
  const double above = s.loss(Mode::training);
  move(-2 * kStep);
  const double below = s.loss(Mode::training);
  CHECK((above - below) / (2 * kStep) == Approx(norm).epsilon(0.01));
#endif
}

TEST_CASE("run: a smaller batch is computed as if it were alone") {
  Scene large(kDag, Purpose::training, 4);
  Net net(parse_definition(kDag), 7);
  std::copy_n(large.net.parameters(), net.parameter_values(), net.parameters());
  Run alone(net, 2, Purpose::training);
  std::copy_n(large.run.input(), net.graph().input_shape().size() * 2, alone.input());
  large.run.forward(2, Mode::inference);
  alone.forward(2, Mode::inference);
  CHECK(large.run.batch() == 2);
  const Span<const Real> a = large.run.activation(net.graph().output()), b = alone.activation(net.graph().output());
  REQUIRE(a.size == 6);
  REQUIRE(b.size == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(a[i] == Approx(b[i]).margin(1e-6));
  const double first = large.run.loss(large.labels.data()).loss;
  CHECK(first == Approx(alone.loss(large.labels.data()).loss).epsilon(1e-6));
}

TEST_CASE("run: a prediction answers as inference does, loss and all") {
  const std::string residual = R"({"layers": [
    {"type": "input", "name": "pixels", "shape": [9, 8, 3]},
    {"type": "conv2d", "name": "stem", "filters": 8, "padding": "same", "bias": false},
    {"type": "batch_norm", "scale": false}, {"type": "relu", "name": "start"},
    {"type": "conv2d", "filters": 8, "padding": "same"}, {"type": "batch_norm", "activation": "relu"},
    {"type": "conv2d", "filters": 8, "kernel": 1, "weight_norm": "normalize"}, {"type": "batch_norm", "name": "end", "shift": false},
    {"type": "add", "name": "sum", "inputs": ["start", "end", "start"], "activation": "relu"},
    {"type": "conv2d", "filters": 8, "groups": 8, "activation": "relu"}, {"type": "batch_norm"},
    {"type": "conv2d", "filters": 5, "algorithm": "fft"}, {"type": "batch_norm", "activation": "relu"},
    {"type": "pool2d", "kernel": 2}, {"type": "flatten"},
    {"type": "dense", "units": 6, "activation": "relu"}, {"type": "dense", "units": 3}, {"type": "softmax"}]})";
  for (const std::string& definition : {kDag, residual}) {
    Scene whole(definition, Purpose::inference, 4);
    Scene answer(definition, Purpose::prediction, 4);
    // More images than are asked for, and twice: nothing of the first pass is left.
    for (const int batch : {4, 3}) {
      whole.run.forward(batch, Mode::inference);
      answer.run.forward(batch, Mode::inference);
      const LossReport expected = whole.run.loss(whole.labels.data()), got = answer.run.loss(answer.labels.data());
      CHECK(got.loss == Approx(expected.loss).epsilon(1e-5));
      CHECK(got.correct == expected.correct);
      for (const int head : whole.net.graph().heads()) {
        const Span<const Real> a = whole.run.activation(head), b = answer.run.activation(head);
        for (std::size_t i = 0; i < a.size; ++i) REQUIRE(b[i] == Approx(a[i]).epsilon(1e-5).margin(1e-6));
      }
    }
  }
}

TEST_CASE("run: the loss sums the heads by their weights, the answer is the last one's") {
  Scene s(kDag, Purpose::inference, 4);
  s.run.forward(4, Mode::inference);
  const LossReport report = s.run.loss(s.labels.data());
  const Graph& graph = s.net.graph();
  double expected = 0;
  int correct = 0;
  for (const int head : graph.heads()) {
    const Span<const Real> p = s.run.activation(head);
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
      sum -= std::log(p[i * 3 + s.labels[i]]);
      double total = 0;
      int best = 0;
      for (int c = 0; c < 3; ++c) {
        total += p[i * 3 + c];
        if (p[i * 3 + c] > p[i * 3 + best]) best = c;
      }
      CHECK(total == Approx(1).epsilon(1e-5));
      if (head == graph.output()) correct += best == s.labels[i];
    }
    expected += graph.head(head).weight() * sum / 4;
  }
  CHECK(report.loss == Approx(expected).epsilon(1e-5));
  CHECK(report.correct == correct);
}

TEST_CASE("run: parameter gradients add up until they are zeroed") {
  Scene s(kDag, Purpose::training, 4);
  const auto gradients = [&] {
    return std::vector<Real>(s.run.parameter_gradients(), s.run.parameter_gradients() + s.net.parameter_values());
  };
  s.loss(Mode::inference);
  s.run.backward(s.labels.data());
  const std::vector<Real> once = gradients();
  s.loss(Mode::inference);
  s.run.backward(s.labels.data());
  const std::vector<Real> twice = gradients();
  for (std::size_t i = 0; i < once.size(); ++i) REQUIRE(twice[i] == Approx(2 * once[i]).margin(1e-5));
  s.run.renew_parameter_gradients();
  s.loss(Mode::inference);
  s.run.backward(s.labels.data(), 1, s.net.graph().find("hidden"));
  s.run.backward_on();
  REQUIRE(gradients() == once);
  for (const ParameterSlot& slot : s.net.slots()) {
    if (slot.spec->trainable) continue;
    for (std::size_t i = 0; i < slot.count; ++i) CHECK(once[slot.offset + i] == 0);
  }
}

TEST_CASE("run: what a pass does not come to has no gradient") {
  Scene s(kDag, Purpose::inspection, 2);
  s.loss(Mode::inference);
  s.run.backward(s.labels.data());
  s.run.renew_parameter_gradients();
  const int node = s.net.graph().find("skip");
  const std::vector<Real> ones(s.net.graph()[node].shape.size() * 2, Real(1));
  s.run.backward_from(node, ones.data());
  for (const ParameterSlot& slot : s.net.slots()) {
    CAPTURE(slot.address);
    const Span<const Real> gradient = s.run.parameter_gradient(slot);
    const bool any = std::any_of(gradient.data, gradient.data + gradient.size, [](Real g) { return g != 0; });
    CHECK(any == (slot.spec->trainable && slot.node <= node));
  }
}

TEST_CASE("run: what a purpose does not keep is empty, what it keeps has its size") {
  Scene inference(kDag, Purpose::inference, 2);
  inference.run.forward(2, Mode::inference);
  CHECK(inference.run.gradient(1).size == 0);
  CHECK(inference.run.parameter_gradient(inference.net.slots()[0]).size == 0);
  CHECK(inference.run.activation(1).size == 6u * 5 * 4 * 2);

  Scene inspection(kDag, Purpose::inspection, 2);
  inspection.loss(Mode::inference);
  inspection.run.backward(inspection.labels.data());
  CHECK(inspection.run.gradient(0).size == 6u * 5 * 2 * 2);
  CHECK(inspection.run.parameter_gradient(inspection.net.slots()[0]).size == 72);
}

TEST_CASE("run: labels outside the classes are an error before anything is read") {
  Scene s(kDag, Purpose::training, 4);
  s.run.forward(4, Mode::inference);
  s.labels[2] = 3;
  expect_error([&] { s.run.loss(s.labels.data()); }, ErrorCode::invalid_value,
               "[softmax] a label is outside the classes. Got 3 of 3 classes. (at /layers/11)");
  s.labels[2] = -1;
  expect_error([&] { s.run.loss(s.labels.data()); }, ErrorCode::invalid_value,
               "[softmax] a label is outside the classes. Got -1 of 3 classes. (at /layers/11)");
}

TEST_CASE("run: a branch that no head sees leaves its parameters alone") {
  Scene s(R"({"layers": [{"type": "input", "shape": [4, 4, 1]},
    {"type": "conv2d", "name": "seen", "filters": 3, "padding": "same"},
    {"type": "conv2d", "name": "blind", "filters": 2, "inputs": ["seen"]},
    {"type": "global_pool", "inputs": ["seen"]}, {"type": "softmax"}]})", Purpose::training, 2);
  s.loss(Mode::training);
  s.run.backward(s.labels.data());
  for (const Real g : s.run.parameter_gradient(*s.net.find("blind/kernel"))) CHECK(g == 0);
  double seen = 0;
  for (const Real g : s.run.parameter_gradient(*s.net.find("seen/kernel"))) seen += std::abs(g);
  CHECK(seen > 0);
}
