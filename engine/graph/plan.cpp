#include "engine/graph/plan.h"

#include <algorithm>
#include <cstdint>

#include "engine/core/error.h"
#include "engine/core/tensor.h"

namespace cnn {

namespace {

// Whether node i may write over its input: the layer can, nobody else reads that input, and whoever made it does not look at
// its own output again when going backward.
bool runs_in_place(const Graph& graph, int i) {
  const Node& node = graph[i];
  if (!node.layer->in_place() || node.inputs.size() != 1) return false;
  const Node& producer = graph[node.inputs[0]];
  return producer.consumers.size() == 1 && producer.layer->role() != LayerRole::input &&
         producer.layer->role() != LayerRole::head && !producer.layer->uses_output() && !producer.layer->is_view();
}

// A node's gradient is needed when the node or something before it learns.
std::vector<bool> learning(const Graph& graph, const std::vector<char>& frozen) {
  std::vector<bool> needed(graph.size(), false);
  std::size_t slot = 0;
  for (int i = 0; i < graph.size(); ++i) {
    for (const ParameterSpec& parameter : graph[i].parameters) {
      const bool learns = parameter.trainable && (frozen.empty() || !frozen[slot]);
      needed[i] = needed[i] || learns;
      ++slot;
    }
    for (const int input : graph[i].inputs) needed[i] = needed[i] || needed[input];
  }
  return needed;
}

class Arena {
 public:
  explicit Arena(std::size_t value_bytes) : most_(static_cast<std::size_t>(-1) / 2 / value_bytes) {}

  std::size_t take(std::uint64_t count, std::size_t alignment) {
    const std::uint64_t rounded = (count + alignment - 1) / alignment * alignment;
    if (rounded > most_ - size_) fail(ErrorCode::out_of_memory, "memory", "a batch of this size does not fit.");
    const std::size_t offset = size_;
    size_ += static_cast<std::size_t>(rounded);
    return offset;
  }
  std::size_t size() const { return size_; }

 private:
  std::size_t most_;
  std::size_t size_ = 0;
};

}  // namespace

Plan make_plan(const Graph& graph, int batch, Purpose purpose, const std::vector<char>& frozen) {
  constexpr std::size_t kStep = kAlignment / sizeof(Real);
  Plan plan;
  plan.batch = batch;
  plan.purpose = purpose;
  plan.activation.assign(graph.size(), Plan::kNone);
  plan.gradient.assign(graph.size(), Plan::kNone);
  plan.saved.assign(graph.size(), Plan::kNone);

  Arena values(sizeof(Real));
  Arena bytes(1);
  const std::vector<bool> learns = learning(graph, frozen);
  std::size_t scratch = 0;
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[i];
    const std::uint64_t count = std::uint64_t(node.shape.size()) * batch;
    const bool in_place = purpose == Purpose::training && runs_in_place(graph, i);
    const bool view = node.layer->is_view();

    plan.activation[i] =
        in_place || view ? plan.activation[node.inputs[0]] : values.take(count, kStep);
    if (purpose != Purpose::inference && node.layer->role() != LayerRole::head) {
      const bool wanted = purpose == Purpose::inspection || learns[i];
      // A view may share its input's gradient only when no other consumer adds to that one.
      const bool shares = (in_place || (view && graph[node.inputs[0]].consumers.size() == 1)) &&
                          plan.gradient[node.inputs[0]] != Plan::kNone;
      if (wanted) plan.gradient[i] = shares ? plan.gradient[node.inputs[0]] : values.take(count, kStep);
    }
    if (purpose != Purpose::inference) {
      const std::size_t saved = node.layer->saved_bytes(node.layer_inputs(), node.shape, batch);
      if (saved > 0) plan.saved[i] = bytes.take(saved, kAlignment);
    }
    scratch = std::max(scratch, node.layer->scratch(node.layer_inputs(), node.shape, batch));
  }
  plan.scratch = values.take(scratch, kStep);
  plan.values = values.size();
  plan.saved_bytes = bytes.size();
  return plan;
}

}  // namespace cnn
