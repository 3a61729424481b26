#include "engine/explain/ascent.h"

#include <algorithm>
#include <cmath>

#include "engine/core/random.h"
#include "engine/explain/pixels.h"

namespace cnn {

namespace {

// Each pixel goes the share `blur` of the way to the mean of its neighbours to the left, right, above and below.
void blur_picture(const Shape& shape, Real blur, std::vector<Real>& picture) {
  if (blur == 0) return;
  const std::vector<Real> before = picture;
  const auto at = [&](int row, int column, int channel) {
    return offset({0, std::clamp(row, 0, shape.h - 1), std::clamp(column, 0, shape.w - 1), channel}, shape);
  };
  for (int row = 0; row < shape.h; ++row) {
    for (int column = 0; column < shape.w; ++column) {
      for (int c = 0; c < shape.c; ++c) {
        const Real around = before[at(row - 1, column, c)] + before[at(row + 1, column, c)] +
                            before[at(row, column - 1, c)] + before[at(row, column + 1, c)];
        Real& value = picture[at(row, column, c)];
        value += blur * (around / 4 - value);
      }
    }
  }
}

// A map that is silent everywhere has no gradient through its ReLU: the node before that, whose map can be climbed instead. The
// node itself where no ReLU makes its values, be it by way of pooling and the like.
int before_silence(const Graph& graph, int node) {
  for (int i = node; graph[i].inputs.size() == 1 && graph[i].parameters.empty(); i = graph[i].inputs[0]) {
    if (graph[i].shape.c != graph[graph[i].inputs[0]].shape.c) break;
    if (graph[i].layer->epilogue() == Epilogue::rectify) return graph[i].inputs[0];
  }
  return node;
}

// The gradient of the mean of a channel's map.
std::vector<Real> mean_of_map(const Shape& shape, int channel) {
  std::vector<Real> seed(shape.size(), 0);
  for (std::size_t i = channel; i < seed.size(); i += shape.c) seed[i] = Real(1) / static_cast<Real>(shape.h * shape.w);
  return seed;
}

}  // namespace

Answer explain_ascent(Scene& scene, const Query& query, std::vector<Real>& picture) {
  const Shape& input = scene.graph().input_shape();
  const PixelRange range = pixel_range(scene.graph().definition().preprocessing);
  const Real span = range.white - range.black;
  const Graph& graph = scene.graph();
  int node, channel = query.channel;
  if (query.node.empty()) {
    const Scene::Score score = scene.score(query.label);
    node = score.node;
    channel = score.place.channel;
  } else {
    node = scene.net().need_node(query.node);
    scene.place(node, query);
    // A head goes backward from labels, not from its output: what climbs is the class's value before it.
    if (graph[node].layer->role() == LayerRole::head) node = graph[node].inputs[0];
  }
  const Shape& shape = graph[node].shape;
  const int before = before_silence(graph, node);
  const std::vector<Real> seed = mean_of_map(shape, channel), seed_before = mean_of_map(graph[before].shape, channel);

  if (!query.resume || picture.size() != input.size()) {
    Random random(query.seed);
    picture.resize(input.size());
    for (Real& value : picture) value = range.black + span * (Real(0.4) + Real(0.2) * random.uniform());
  }
  const auto excitement = [&] {
    std::copy(picture.begin(), picture.end(), scene.run().input());
    scene.run().forward(1, Mode::inference);
    const Span<const Real> values = scene.run().activation(node);
    double sum = 0;
    for (std::size_t i = channel; i < values.size; i += shape.c) sum += values[i];
    return static_cast<Real>(sum / (shape.h * shape.w));
  };
  std::vector<Real> path;
  for (int step = 0; step < query.steps; ++step) {
    path.push_back(excitement());
    const bool silent = path.back() == 0;
    scene.run().backward_from(silent ? before : node, (silent ? seed_before : seed).data());
    const Span<const Real> gradient = scene.run().gradient(0);
    double squares = 0;
    for (const Real g : gradient) squares += double(g) * g;
    const Real size = static_cast<Real>(std::sqrt(squares / gradient.size));
    const Real rate = size > 0 ? static_cast<Real>(query.rate) * span / size : 0;
    const Real keep = static_cast<Real>(1 - query.decay);
    for (std::size_t i = 0; i < picture.size(); ++i) {
      picture[i] = range.black + keep * (picture[i] + rate * gradient[i] - range.black);
    }
    blur_picture(input, static_cast<Real>(query.blur), picture);
    for (Real& value : picture) value = std::clamp(value, range.black, range.white);
  }
  path.push_back(excitement());

  Answer answer;
  answer.json["value"] = path.back();
  answer.add("path", {static_cast<int>(path.size())}, path.data());
  std::vector<Real> shown = picture;
  for (Real& value : shown) value = (value - range.black) / span;
  answer.add("picture", {input.h, input.w, input.c}, shown.data());
  return answer;
}

}  // namespace cnn
