// Why depth needs shortcuts (He et al. 2015; lecture "vanishing gradient"): the same twenty layers with and without.

#include <catch2/catch.hpp>
#include <cmath>

#include "engine/core/random.h"
#include "engine/model/run.h"
#include "tests/engine/definition/json_files.h"

using namespace cnn;
using cnn::test::read_repository_json;

namespace {

// plain20 as it is, or with nothing but its shortcuts added.
Definition twenty_layers(bool skip) {
  Json definition = read_repository_json("assets/architectures/plain20.json");
  int stages = 0;
  for (Json& layer : definition["layers"]) {
    if (!layer.contains("skip")) continue;
    ++stages;
    layer["skip"] = skip;
  }
  REQUIRE(stages == 3);
  return parse_definition(definition);
}

// Root mean square of the gradient at the output of each convolution, first to last; not of those on shortcuts.
std::vector<double> gradients(bool skip) {
  constexpr int kBatch = 8;
  Net net(twenty_layers(skip), 5);
  Run run(net, kBatch, Purpose::inspection);
  Random random(6);
  for (std::size_t i = 0; i < net.graph().input_shape().size() * kBatch; ++i) run.input()[i] = random.uniform();
  const std::int32_t labels[kBatch] = {0, 1, 2, 3, 0, 1, 2, 3};
  run.forward(kBatch, Mode::training, &random);
  run.backward(labels);
  std::vector<double> sizes;
  for (int i = 0; i < net.graph().size(); ++i) {
    const Node& node = net.graph()[i];
    const bool on_shortcut = node.name.rfind(".skip") == node.name.size() - 5;
    if (node.layer->role() != LayerRole::convolution || on_shortcut) continue;
    const Span<const Real> gradient = run.gradient(i);
    double sum = 0;
    for (std::size_t k = 0; k < gradient.size; ++k) sum += double(gradient.data[k]) * gradient.data[k];
    sizes.push_back(std::sqrt(sum / static_cast<double>(gradient.size)));
  }
  return sizes;
}

}  // namespace

TEST_CASE("depth: without shortcuts the gradient fades from layer to layer, with them it arrives") {
  const std::vector<double> plain = gradients(false), residual = gradients(true);
  REQUIRE(plain.size() == 19);
  REQUIRE(residual.size() == 19);
  // Glorot's variance lets half of the power through each ReLU: √½ to the 18th is two and a half decimal places.
  CHECK(plain.front() < 0.02 * plain.back());
  // The same gradient is shared out among sixteen times as many places in front of the two strides.
  CHECK(residual.front() > 0.2 * residual.back());
}
