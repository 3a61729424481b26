#include "engine/explain/scene.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/train/fit.h"

namespace cnn {

Scene::Scene(Net& net, Run& run, std::vector<std::int32_t> labels)
    : net_(net), run_(run), labels_(std::move(labels)) {}

void Scene::differentiate() {
  if (differentiated_) return;
  check_has_head(graph(), "backward");
  if (labels_.empty()) {
    const int classes = graph()[graph().output()].shape.c;
    const Real* row = run_.activation(graph().output()).data;
    for (int i = 0; i < run_.batch(); ++i, row += classes) {
      labels_.push_back(static_cast<std::int32_t>(std::max_element(row, row + classes) - row));
    }
  }
  run_.zero_parameter_gradients();
  loss_ = run_.loss(labels_.data());
  run_.backward(labels_.data());
  differentiated_ = true;
}

Place Scene::place(int node, const Query& query) const {
  const Shape& shape = graph()[node].shape;
  const Place place{query.image, query.row, query.column, query.channel};
  if (!inside(place, shape)) {
    throw Error(ErrorCode::invalid_value, "query",
                "points outside of \"" + graph()[node].name + "\". Got row " + std::to_string(query.row) + ", column " +
                    std::to_string(query.column) + ", channel " + std::to_string(query.channel) + " of " +
                    to_string(shape) + ".");
  }
  if (place.image >= run_.batch()) {
    throw Error(ErrorCode::invalid_value, "query",
                "points at an image that is not there. Got image " + std::to_string(place.image) + " of " +
                    std::to_string(run_.batch()) + ".");
  }
  return place;
}

Terms Scene::terms(int node, const Place& place) const {
  Terms terms;
  graph()[node].layer->terms(run_.pass(node), place, terms);
  return terms;
}

}  // namespace cnn
