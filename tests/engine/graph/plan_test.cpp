#include "engine/graph/plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/core/tensor.h"

using namespace cnn;

namespace {

constexpr std::size_t kNone = Plan::kNone;

Graph graph(const std::string& layers) {
  return Graph(parse_definition(R"({"layers": [{"type": "input", "name": "in", "shape": [8, 8, 2]}, )" + layers + "]}"));
}

struct Scene {
  Graph g;
  Plan plan;

  Scene(const std::string& layers, Purpose purpose, int batch = 3)
      : g(graph(layers)), plan(make_plan(g, batch, purpose)) {}
  std::size_t value(const char* name) const { return plan.activation[g.find(name)]; }
  std::size_t gradient(const char* name) const { return plan.gradient[g.find(name)]; }
  bool in_place(const char* name) const {
    const int index = g.find(name);
    return plan.activation[index] == plan.activation[g[index].inputs[0]];
  }
};

const char* kChain = R"({"type": "conv2d", "name": "conv", "filters": 4}, {"type": "relu", "name": "relu"},
  {"type": "flatten", "name": "flat"}, {"type": "dense", "name": "logits", "units": 5}, {"type": "softmax", "name": "p"})";

// Distinct buffers lie apart, aligned and inside the arena.
void check_apart(const Scene& s) {
  struct Piece {
    std::size_t first, end;
  };
  std::set<std::size_t> seen;
  std::vector<Piece> pieces;
  const auto add = [&](std::size_t offset, std::size_t count) {
    CHECK(offset % aligned_count<Real>(1) == 0);
    CHECK(offset + count <= s.plan.values);
    if (seen.insert(offset).second) pieces.push_back({offset, offset + count});
  };
  for (int i = 0; i < s.g.size(); ++i) {
    const std::size_t count = s.g[i].shape.size() * s.plan.batch;
    add(s.plan.activation[i], count);
    if (s.plan.gradient[i] != kNone) add(s.plan.gradient[i], count);
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.first < b.first; });
  for (std::size_t i = 1; i < pieces.size(); ++i) CHECK(pieces[i - 1].end <= pieces[i].first);
  CHECK(pieces.back().end <= s.plan.scratch);
}

}  // namespace

TEST_CASE("plan: training works in place where it may, and only there") {
  const Scene chain(kChain, Purpose::training);
  CHECK(chain.in_place("relu"));
  CHECK(chain.gradient("relu") == chain.gradient("conv"));
  CHECK(chain.in_place("flat"));
  CHECK(chain.gradient("flat") == chain.gradient("relu"));
  check_apart(chain);

  // Not over the pixels.
  CHECK_FALSE(Scene(R"({"type": "relu", "name": "relu"})", Purpose::training).in_place("relu"));
  // Not where another layer reads the same input.
  const Scene shared(R"({"type": "conv2d", "name": "conv", "filters": 2, "padding": "same"},
    {"type": "relu", "name": "relu"}, {"type": "add", "name": "sum", "inputs": ["conv", "relu"]})", Purpose::training);
  CHECK_FALSE(shared.in_place("relu"));
  CHECK(shared.gradient("relu") != shared.gradient("conv"));
  check_apart(shared);
  // Not over a layer that looks at its own output when it goes backward.
  const Scene twice(R"({"type": "conv2d", "name": "conv", "filters": 2}, {"type": "sigmoid", "name": "first"},
    {"type": "relu", "name": "second"})", Purpose::training);
  CHECK(twice.in_place("first"));
  CHECK_FALSE(twice.in_place("second"));
}

TEST_CASE("plan: inspection keeps every activation and every gradient down to the pixels") {
  const Scene s(kChain, Purpose::inspection);
  CHECK_FALSE(s.in_place("relu"));
  for (const char* name : {"in", "conv", "relu", "flat", "logits"}) CHECK(s.gradient(name) != kNone);
  CHECK(s.gradient("p") == kNone);
  CHECK(s.gradient("relu") != s.gradient("conv"));
  check_apart(s);
}

const char* kResidual = R"({"type": "conv2d", "name": "stem", "filters": 4, "padding": "same", "bias": false},
  {"type": "batch_norm", "name": "norm"}, {"type": "relu", "name": "relu"},
  {"type": "conv2d", "name": "conv", "filters": 4, "padding": "same"}, {"type": "batch_norm", "name": "norm2"},
  {"type": "add", "name": "sum", "inputs": ["norm2", "relu"]}, {"type": "relu", "name": "relu2"},
  {"type": "global_pool", "name": "logits"}, {"type": "softmax", "name": "p"})";

TEST_CASE("plan: training writes ReLU with the layer before, and a sum's gradient is that of its first input") {
  const Scene s(kResidual, Purpose::training);
  const auto merged = [&](const char* name) { return s.plan.merged[s.g.find(name)]; };
  CHECK(merged("relu") == s.g.find("norm"));
  CHECK(merged("relu2") == s.g.find("sum"));
  for (const char* name : {"stem", "norm", "conv", "norm2", "sum", "logits"}) CHECK(merged(name) == -1);
  CHECK(s.gradient("sum") == s.gradient("norm2"));
  // Batch normalisation goes backward over the gradient that it is given.
  CHECK(s.gradient("norm2") == s.gradient("conv"));
  CHECK(s.gradient("sum") == s.gradient("relu2"));
  CHECK(s.gradient("sum") != s.gradient("relu"));
  check_apart(s);
}

TEST_CASE("plan: a prediction merges what it can and uses memory again") {
  const Scene s(kResidual, Purpose::prediction);
  const auto merged = [&](const char* name) { return s.plan.merged[s.g.find(name)]; };
  CHECK(merged("norm") == s.g.find("stem"));
  CHECK(merged("relu") == s.g.find("stem"));
  CHECK(merged("norm2") == s.g.find("conv"));
  CHECK(merged("relu2") == s.g.find("sum"));
  CHECK(s.value("relu") == s.value("stem"));
  CHECK(s.value("norm2") == s.value("conv"));
  // The skip holds the stem's memory until the sum; what comes later lies in it.
  CHECK(s.value("sum") != s.value("conv"));
  CHECK(s.value("sum") != s.value("stem"));
  CHECK(s.value("logits") == s.value("stem"));
  CHECK(s.value("p") != s.value("logits"));
  for (const std::size_t gradient : s.plan.gradient) CHECK(gradient == kNone);
  CHECK(s.plan.line >= s.plan.scratch);
  CHECK(s.plan.folded >= s.plan.line + 2 * 4);
  CHECK(s.plan.values >= s.plan.folded + 4 * 4 * 9 + 4 + 4);
  CHECK(s.plan.scratch < Scene(kResidual, Purpose::inference).plan.scratch);
  // Not where somebody else reads the convolution.
  const Scene shared(R"({"type": "conv2d", "name": "conv", "filters": 2, "padding": "same"},
    {"type": "batch_norm", "name": "norm"}, {"type": "add", "name": "sum", "inputs": ["conv", "norm"]})", Purpose::prediction);
  CHECK(shared.plan.merged[shared.g.find("norm")] == -1);
  CHECK_FALSE(shared.in_place("norm"));
}

TEST_CASE("plan: inference keeps every activation and no gradient") {
  const Scene s(kChain, Purpose::inference);
  CHECK_FALSE(s.in_place("relu"));
  CHECK(s.in_place("flat"));
  for (const std::size_t gradient : s.plan.gradient) CHECK(gradient == kNone);
  for (const std::size_t saved : s.plan.saved) CHECK(saved == kNone);
  check_apart(s);
}

TEST_CASE("plan: a view shares its input, but not a gradient that others add to") {
  const std::string layers = R"({"type": "conv2d", "name": "conv", "filters": 2},
    {"type": "flatten", "name": "flat"}, {"type": "flatten", "name": "flat2", "inputs": ["conv"]},
    {"type": "add", "name": "sum", "inputs": ["flat", "flat2"]}, {"type": "dense", "units": 3}, {"type": "softmax"})";
  const Scene s(layers, Purpose::training);
  CHECK(s.in_place("flat"));
  CHECK(s.in_place("flat2"));
  CHECK(s.gradient("flat") != s.gradient("conv"));
  CHECK(s.gradient("flat2") != s.gradient("conv"));
  CHECK(s.gradient("flat") != s.gradient("flat2"));
  check_apart(s);
}

TEST_CASE("plan: training computes no gradient that nobody learns from") {
  const Scene s(R"({"type": "pool2d", "name": "pool"}, {"type": "conv2d", "name": "conv", "filters": 2},
    {"type": "global_pool", "name": "logits"}, {"type": "softmax", "name": "p"})", Purpose::training);
  CHECK(s.gradient("in") == kNone);
  CHECK(s.gradient("pool") == kNone);
  CHECK(s.gradient("conv") != kNone);
  CHECK(s.gradient("logits") != kNone);
}

TEST_CASE("plan: memory grows with the batch") {
  const Graph g = graph(kChain);
  const Plan one = make_plan(g, 1, Purpose::inference);
  const Plan ten = make_plan(g, 10, Purpose::inference);
  // Scratch lies behind everything else and has its own ways.
  CHECK(ten.scratch > 8 * one.scratch);
  CHECK(ten.scratch <= 10 * one.scratch);
  CHECK(ten.values >= ten.scratch);
}
