#include "engine/explain/scene.h"

#include <algorithm>
#include <cmath>

#include "engine/core/error.h"
#include "engine/train/fit.h"

namespace cnn {

Scene::Scene(Net& net, Run& run, std::vector<std::int32_t> labels)
    : net_(net), run_(run), labels_(std::move(labels)) {}

std::int32_t Scene::predicted(int image) const {
  const std::size_t values = graph()[graph().output()].shape.size();
  const Real* row = run_.activation(graph().output()).data + image * values;
  return static_cast<std::int32_t>(std::max_element(row, row + values) - row);
}

void Scene::differentiate() {
  if (differentiated_) return;
  check_has_head(graph(), "backward");
  if (labels_.empty()) {
    for (int i = 0; i < run_.batch(); ++i) labels_.push_back(predicted(i));
  }
  run_.renew_parameter_gradients();
  loss_ = run_.loss(labels_.data());
  run_.backward(labels_.data());
  differentiated_ = true;
}

Place Scene::place(int node, const Query& query) const {
  const Shape& shape = graph()[node].shape;
  const Place place{query.image, query.row, query.column, query.channel};
  if (!inside(place, shape)) {
    fail(ErrorCode::invalid_value, "query", "points outside of \"{}\". Got row {}, column {}, channel {} of {}.",
         graph()[node].name, query.row, query.column, query.channel, shape);
  }
  if (place.image >= run_.batch()) {
    fail(ErrorCode::invalid_value, "query", "points at an image that is not there. Got image {} of {}.", place.image,
         run_.batch());
  }
  return place;
}

std::size_t Scene::element(const ParameterSlot& slot, int element) const {
  if (static_cast<std::size_t>(element) < slot.count) return slot.offset + static_cast<std::size_t>(element);
  throw Error(ErrorCode::invalid_value, "query",
              "points outside of \"" + slot.address + "\". Got element " + std::to_string(element) + " of " +
                  std::to_string(slot.count) + ".");
}

Terms Scene::terms(int node, const Place& place) const {
  Terms terms;
  graph()[node].layer->terms(run_.pass(node), place, terms);
  return terms;
}

Scene::Score Scene::score(int label) const {
  const int output = graph().output();
  const Shape& shape = graph()[output].shape;
  const int chosen = label < 0 ? predicted(0) : label;
  const bool head = graph()[output].layer->role() == LayerRole::head;
  const int node = head ? graph()[output].inputs[0] : output;
  if (chosen < shape.c) return {node, {0, 0, 0, chosen}};
  fail(ErrorCode::invalid_value, "query", "label must be a class of the net. Got {} of {} classes.", chosen, shape.c);
}

Span<const Real> Scene::input_gradient(int node, const Place& place) {
  // A head's own backward starts at labels; its terms tell how its output moves with its inputs.
  const Node& asked = graph()[node];
  const bool head = asked.layer->role() == LayerRole::head;
  const int start = head ? asked.inputs[0] : node;
  std::vector<Real> seed(graph()[start].shape.size() * run_.batch(), 0);
  if (head) {
    for (const Term& term : terms(node, place).list) seed[offset(term.cell, graph()[start].shape)] += term.weight;
  } else {
    seed[offset(place, asked.shape)] = 1;
  }
  run_.backward_from(start, seed.data());
  differentiated_ = false;
  return {run_.gradient(0).data, graph().input_shape().size()};
}

std::vector<Real> Scene::pixel_map(Span<const Real> picture) const {
  const int channels = graph().input_shape().c;
  std::vector<Real> map(picture.size / channels, 0);
  for (std::size_t i = 0; i < picture.size; ++i) map[i / channels] += std::abs(picture[i]);
  return map;
}

std::vector<Real> scaled(std::vector<Real> map, Real most) {
  if (most > 0) {
    for (Real& value : map) value /= most;
  }
  return map;
}

}  // namespace cnn
