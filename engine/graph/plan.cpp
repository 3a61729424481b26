#include "engine/graph/plan.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "engine/core/error.h"
#include "engine/core/tensor.h"

namespace cnn {

namespace {

constexpr int kForever = std::numeric_limits<int>::max();

// Whether node i may write over its input: the layer can, nobody else reads that input, and whoever made it does not look at
// its own output again when going backward.
bool runs_in_place(const Graph& graph, int i, Purpose purpose) {
  const Node& node = graph[i];
  if (purpose != Purpose::training && purpose != Purpose::prediction) return false;
  if (!node.layer->in_place() || node.inputs.size() != 1) return false;
  const Node& producer = graph[node.inputs[0]];
  return producer.consumers.size() == 1 && producer.layer->role() != LayerRole::input &&
         producer.layer->role() != LayerRole::head && !producer.layer->is_view() &&
         (purpose == Purpose::prediction || !producer.layer->uses_output());
}

// The earlier node whose forward does node i's as well, or −1. `merged` is known of all before.
int merged_into(const Graph& graph, int i, Purpose purpose, const std::vector<int>& merged) {
  const Node& node = graph[i];
  const Epilogue epilogue = node.layer->epilogue();
  if (epilogue == Epilogue::none) return -1;
  int maker = node.inputs[0];
  if (epilogue == Epilogue::scale) {
    if (purpose != Purpose::prediction || graph[maker].consumers.size() != 1) return -1;
  } else {
    if (!runs_in_place(graph, i, purpose)) return -1;
    if (merged[maker] >= 0) maker = merged[maker];
  }
  return graph[maker].layer->takes(epilogue) ? maker : -1;
}

// Per node, the last one that reads what lies in its memory; kForever where the caller does: the pixels, the answers and what
// the loss is made of.
std::vector<int> last_readers(const Graph& graph, const std::vector<bool>& shares) {
  std::vector<int> last(graph.size(), kForever);
  for (int i = graph.size() - 1; i > 0; --i) {
    int reader = graph[i].consumers.empty() ? kForever : i;
    for (const int consumer : graph[i].consumers) {
      const bool kept = graph[consumer].layer->role() == LayerRole::head;
      reader = std::max(reader, kept ? kForever : shares[consumer] ? last[consumer] : consumer);
    }
    last[i] = reader;
  }
  return last;
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

// Where pieces of memory lie, in steps of `alignment` values.
class Arena {
 public:
  Arena(std::size_t value_bytes, std::size_t alignment)
      : most_(static_cast<std::size_t>(-1) / 2 / value_bytes), alignment_(alignment) {}

  // The first gap that is large enough, held until release(a later node than `last`).
  std::size_t take(std::uint64_t count, int last = kForever) {
    const std::uint64_t size = rounded(count);
    std::size_t offset = 0, at = 0;
    for (; at < held_.size() && held_[at].first - offset < size; ++at) offset = held_[at].end;
    const std::size_t end = grow(offset, size);
    held_.insert(held_.begin() + static_cast<std::ptrdiff_t>(at), {offset, end, last});
    return offset;
  }
  // Behind everything that was ever taken.
  std::size_t append(std::uint64_t count) {
    const std::size_t offset = size_;
    grow(offset, rounded(count));
    return offset;
  }
  void release(int now) {
    held_.erase(std::remove_if(held_.begin(), held_.end(), [now](const Piece& p) { return p.last < now; }), held_.end());
  }
  std::size_t size() const { return size_; }

 private:
  struct Piece {
    std::size_t first, end;
    int last;
  };

  std::uint64_t rounded(std::uint64_t count) const { return (count + alignment_ - 1) / alignment_ * alignment_; }
  std::size_t grow(std::size_t offset, std::uint64_t size) {
    if (size > most_ - offset) fail(ErrorCode::out_of_memory, "memory", "a batch of this size does not fit.");
    size_ = std::max(size_, offset + static_cast<std::size_t>(size));
    return offset + static_cast<std::size_t>(size);
  }

  std::size_t most_, alignment_;
  std::size_t size_ = 0;
  std::vector<Piece> held_;  // in the order of offsets
};

}  // namespace

Plan make_plan(const Graph& graph, int batch, Purpose purpose, const std::vector<char>& frozen) {
  Plan plan;
  plan.batch = batch;
  plan.purpose = purpose;
  plan.activation.assign(graph.size(), Plan::kNone);
  plan.gradient.assign(graph.size(), Plan::kNone);
  plan.saved.assign(graph.size(), Plan::kNone);
  plan.merged.assign(graph.size(), -1);

  // What lies in its input's memory.
  std::vector<bool> in_place(graph.size(), false), shares(graph.size(), false);
  for (int i = 0; i < graph.size(); ++i) {
    plan.merged[i] = merged_into(graph, i, purpose, plan.merged);
    in_place[i] = plan.merged[i] >= 0 || runs_in_place(graph, i, purpose);
    shares[i] = in_place[i] || graph[i].layer->is_view();
  }

  Arena values(sizeof(Real), kAlignment / sizeof(Real));
  Arena bytes(1, kAlignment);
  const std::vector<bool> learns = learning(graph, frozen);
  const std::vector<int> last = last_readers(graph, shares);
  const bool backward = has_gradients(purpose);
  std::size_t scratch = 0, line = 0, folded = 0;
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[i];
    const Layer& layer = *node.layer;
    const std::uint64_t count = std::uint64_t(node.shape.size()) * batch;
    if (purpose == Purpose::prediction) values.release(i);
    plan.activation[i] = shares[i] ? plan.activation[node.inputs[0]] : values.take(count, last[i]);
    if (backward && layer.role() != LayerRole::head && (purpose == Purpose::inspection || learns[i])) {
      // An input's gradient may be shared only when no other consumer adds to it.
      const bool over = layer.hands_gradient_on() || (purpose == Purpose::training && layer.gradient_in_place());
      const bool shared = (in_place[i] || (over && graph[node.inputs[0]].consumers.size() == 1)) &&
                          plan.gradient[node.inputs[0]] != Plan::kNone;
      plan.gradient[i] = shared ? plan.gradient[node.inputs[0]] : values.take(count);
    }
    if (backward) {
      const std::size_t saved = layer.saved_bytes(node.layer_inputs(), node.shape, batch);
      if (saved > 0) plan.saved[i] = bytes.take(saved);
    }
    scratch = std::max(scratch, layer.scratch(node.layer_inputs(), node.shape, batch));
    if (plan.merged[i] < 0 || layer.epilogue() != Epilogue::scale) continue;
    line = std::max(line, std::size_t(2) * node.shape.c);
    std::size_t parameters = node.shape.c;
    for (const ParameterSpec& parameter : graph[plan.merged[i]].parameters) parameters += parameter.count();
    folded = std::max(folded, parameters);
  }
  plan.scratch = values.append(scratch);
  plan.line = values.append(line);
  plan.folded = values.append(folded);
  plan.values = values.size();
  plan.saved_bytes = bytes.size();
  return plan;
}

}  // namespace cnn
