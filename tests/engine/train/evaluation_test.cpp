#include "engine/train/evaluation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// A net without hidden layers whose logit c is the brightness of class c's block.
Net block_reader() {
  Net net(parse_definition(kLinear), 1);
  const ParameterSlot& kernel = *net.find("logits/kernel");
  std::fill_n(net.parameters(), net.parameter_values(), Real(0));
  for (int c = 0; c < 4; ++c) {
    const int corner = (c / 2) * 3 * 6 + (c % 2) * 3 + 7;
    for (const int p : {0, 1, 6, 7}) net.parameters()[kernel.offset + (corner + p) * 4 + c] = 1;
  }
  return net;
}

}  // namespace

TEST_CASE("evaluation: counts what a known net gets right") {
  Net net = block_reader();
  TinySet set(150);
  set.labels[3] = (set.labels[3] + 1) % 4;  // two wrong labels, beyond the first batch and within
  set.labels[100] = (set.labels[100] + 2) % 4;
  const Dataset data = set.dataset(150);
  Evaluation evaluation(net, data, 0);
  CHECK(evaluation.total() == 150);
  CHECK(evaluation.seen() == 0);
  CHECK(evaluation.accuracy() == 0);
  CHECK_FALSE(evaluation.done());
  evaluation.step(1000);
  CHECK(evaluation.done());
  CHECK(evaluation.errors() == 2);
  CHECK(evaluation.accuracy() == Approx(148.0 / 150));
  const auto& confusion = evaluation.confusion();
  CHECK(std::accumulate(confusion.begin(), confusion.end(), 0u) == 150);
  CHECK(confusion[set.labels[3] * 4 + (set.labels[3] + 3) % 4] >= 1);
  std::uint32_t diagonal = 0;
  for (int c = 0; c < 4; ++c) diagonal += confusion[c * 5];
  CHECK(diagonal == 148);
  REQUIRE(evaluation.predicted().size() == 150);
  for (int i = 0; i < 150; ++i) CHECK((evaluation.predicted()[i] != set.labels[i]) == (i == 3 || i == 100));
}

TEST_CASE("evaluation: the loss is the mean cross-entropy") {
  Net net = block_reader();
  const TinySet set(5);
  const Dataset data = set.dataset(5);
  Evaluation evaluation(net, data, 0);
  evaluation.step(5);
  double expected = 0;
  for (int i = 0; i < 5; ++i) {
    double logits[4], total = 0;
    for (int c = 0; c < 4; ++c) {
      const int corner = (c / 2) * 3 * 6 + (c % 2) * 3 + 7;
      logits[c] = 0;
      for (const int p : {0, 1, 6, 7}) logits[c] += set.pixels[i * 36 + corner + p] / 255.0;
      total += std::exp(logits[c]);
    }
    expected += std::log(total) - logits[set.labels[i]];
  }
  CHECK(evaluation.loss() == Approx(expected / 5).epsilon(1e-5));
  const std::vector<float>& losses = evaluation.losses();
  CHECK(std::accumulate(losses.begin(), losses.end(), 0.0) == Approx(expected).epsilon(1e-5));
}

TEST_CASE("evaluation: slices of any size give the same") {
  Net net(parse_definition(kEverything), 3);
  const Dataset data = TinySet(150).dataset(150);
  Evaluation whole(net, data, 0);
  whole.step(150);
  CHECK(whole.errors() > 0);
  for (const std::size_t slice : {1u, 7u, 64u, 100u}) {
    Evaluation evaluation(net, data, 0);
    while (!evaluation.done()) evaluation.step(slice);
    CHECK(evaluation.errors() == whole.errors());
    CHECK(evaluation.confusion() == whole.confusion());
    CHECK(evaluation.loss() == Approx(whole.loss()).epsilon(1e-6));
  }
}

TEST_CASE("evaluation: the main head counts, not the auxiliary one") {
  Net net(parse_definition(kEverything), 3);
  const ParameterSlot& bias = *net.find("logits/bias");
  net.parameters()[bias.offset + 2] = 1e4;  // the main head always says 2
  const TinySet set(80);
  const Dataset data = set.dataset(80);
  Evaluation evaluation(net, data, 0);
  evaluation.step(80);
  const auto twos = static_cast<std::size_t>(std::count(set.labels.begin(), set.labels.end(), 2));
  CHECK(evaluation.errors() == 80 - twos);
  CHECK(evaluation.loss() > 1000);
}

TEST_CASE("evaluation: a limit, and a set without images") {
  Net net = block_reader();
  const Dataset data = TinySet(30).dataset(30);
  Evaluation some(net, data, 12);
  some.step(100);
  CHECK(some.seen() == 12);
  CHECK(some.done());
  CHECK(Evaluation(net, data, 1000).total() == 30);
  const Dataset empty({6, 6, 1}, 4, 100);
  Evaluation nothing(net, empty, 0);
  CHECK(nothing.done());
  CHECK(nothing.loss() == 0);
}

TEST_CASE("evaluation: nets and sets that do not fit are both named") {
  Net net = block_reader();
  const Dataset large({28, 28, 1}, 4, 0), many({6, 6, 1}, 10, 0);
  expect_error([&] { Evaluation(net, large, 0); }, ErrorCode::shape_mismatch,
               "[evaluation] the net reads pictures of another shape than the data set has. Net 6x6x1, data set 28x28x1. "
               "(at /layers/0)");
  expect_error([&] { Evaluation(net, many, 0); }, ErrorCode::shape_mismatch,
               "[evaluation] the net tells another number of classes apart than the data set has. Net 4 (\"classes\"), "
               "data set 10. (at /layers/3)");
  Net headless(parse_definition(std::string(
                   R"({"layers": [{"type": "input", "shape": [6, 6, 1]}, {"type": "flatten", "name": "flat"}]})")),
               1);
  expect_error([&] { Evaluation(headless, many, 0); }, ErrorCode::invalid_definition,
               "[evaluation] the net has no head to measure: end it with softmax. It ends with \"flat\". (at /layers/1)");
}
