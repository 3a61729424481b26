// Why depth needs shortcuts (He et al. 2015; lecture "vanishing gradient"): the same twenty layers with and without.

#include <catch2/catch.hpp>
#include <cmath>

#include "engine/core/random.h"
#include "engine/model/run.h"

using namespace cnn;

namespace {

Definition twenty_layers(bool skip) {
  Json layers = Json::parse(R"([{"type": "input", "shape": [12, 12, 1]},
    {"type": "conv2d", "name": "conv1", "filters": 6, "padding": "same", "init": "glorot_uniform", "activation": "relu"}])");
  for (int stage = 1; stage <= 3; ++stage) {
    layers.push_back({{"type", "residual"}, {"name", "stage" + std::to_string(stage)}, {"filters", 6}, {"repeat", 3},
                      {"norm", false}, {"init", "glorot_uniform"}, {"skip", skip}});
  }
  for (const char* end : {R"({"type": "global_pool"})", R"({"type": "dense", "units": 4, "init": "glorot_uniform"})",
                          R"({"type": "softmax"})"}) {
    layers.push_back(Json::parse(end));
  }
  Json definition;
  definition["layers"] = layers;
  return parse_definition(definition);
}

// Root mean square of the gradient at the output of each convolution, first to last.
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
    if (net.graph()[i].layer->role() != LayerRole::convolution) continue;
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
  CHECK(residual.front() > 0.5 * residual.back());
}
