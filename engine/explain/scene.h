#pragma once

#include <cstdint>
#include <vector>

#include "engine/explain/query.h"
#include "engine/layers/terms.h"
#include "engine/model/run.h"

namespace cnn {

// One pass through a net that questions are asked about, every value of it kept. The run (purpose inspection) has gone forward.
class Scene {
 public:
  // `labels`: one an image, or none, when backward is to start from the class that was predicted.
  Scene(Net& net, Run& run, std::vector<std::int32_t> labels);

  const Net& net() const { return net_; }
  const Graph& graph() const { return net_.graph(); }
  Run& run() { return run_; }
  Span<const Real> activation(int node) const { return run_.activation(node); }

  // Goes backward from the loss, once. Throws Error when the net has no head or the label is no class of it.
  void differentiate();
  const std::vector<std::int32_t>& labels() const { return labels_; }
  const LossReport& loss() const { return loss_; }

  // Index in the parameters of one element of a tensor. Throws Error (invalid_value) where it has none.
  std::size_t element(const ParameterSlot& slot, int element) const;
  const Real* parameter_gradients() const { return run_.parameter_gradients(); }

  // The value that the query points at. Throws Error (invalid_value) that names the place.
  Place place(int node, const Query& query) const;
  Terms terms(int node, const Place& place) const;
  Real value(int node, const Place& place) const { return run_.activation(node)[offset(place, graph()[node].shape)]; }

  // Where the score of a class stands before the head makes a probability of it. −1: the class that was predicted. Throws Error
  // (invalid_value) when it is no class.
  struct Score {
    int node;
    Place place;
  };
  Score score(int label) const;

  // ∂(value at place of node) / ∂(first picture), [input shape]. The gradients of the run are then those of that value.
  Span<const Real> input_gradient(int node, const Place& place);
  // Σ over channels of the sizes, [h, w].
  std::vector<Real> pixel_map(Span<const Real> picture) const;

 private:
  std::int32_t predicted(int image) const;

  Net& net_;
  Run& run_;
  std::vector<std::int32_t> labels_;
  LossReport loss_;
  bool differentiated_ = false;
};

// Divided by `most`, where that is above 0.
std::vector<Real> scaled(std::vector<Real> map, Real most);

}  // namespace cnn
