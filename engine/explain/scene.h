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

  // Goes backward from the loss, once. Throws Error when the net has no head or the label is no class of it.
  void differentiate();
  const std::vector<std::int32_t>& labels() const { return labels_; }
  const LossReport& loss() const { return loss_; }

  // The value that the query points at. Throws Error (invalid_value) that names the place.
  Place place(int node, const Query& query) const;
  Terms terms(int node, const Place& place) const;

 private:
  Net& net_;
  Run& run_;
  std::vector<std::int32_t> labels_;
  LossReport loss_;
  bool differentiated_ = false;
};

}  // namespace cnn
