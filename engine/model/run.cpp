#include "engine/model/run.h"

#include <algorithm>
#include <cassert>

#include "engine/core/error.h"

namespace cnn {

Run::Run(Net& net, int batch, Purpose purpose, const std::vector<char>& frozen)
    : net_(net),
      plan_(make_plan(net.graph(), batch, purpose, frozen)),
      values_(plan_.values),
      saved_(plan_.saved_bytes),
      parameter_gradients_(has_gradients(purpose) ? net.parameter_values() : 0),
      frozen_(net.graph().size(), 0),
      written_(net.graph().size(), 0) {
  const Graph& graph = net_.graph();
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[i];
    Pass pass;
    pass.shape = node.shape;
    pass.output = values_.data() + plan_.activation[i];
    if (plan_.gradient[i] != Plan::kNone) pass.output_gradient = values_.data() + plan_.gradient[i];
    if (plan_.saved[i] != Plan::kNone) pass.saved = saved_.data() + plan_.saved[i];
    pass.scratch = values_.data() + plan_.scratch;
    for (const int input : node.inputs) {
      PassInput in;
      in.shape = graph[input].shape;
      in.value = values_.data() + plan_.activation[input];
      if (plan_.gradient[input] != Plan::kNone) in.gradient = values_.data() + plan_.gradient[input];
      pass.inputs.push_back(in);
    }
    const auto first = frozen.begin() + (frozen.empty() ? 0 : net_.first_slot(i));
    frozen_[i] = !frozen.empty() && !node.parameters.empty() &&
                 std::all_of(first, first + static_cast<std::ptrdiff_t>(node.parameters.size()), [](char f) { return f != 0; });
    for (std::size_t k = 0; k < node.parameters.size(); ++k) {
      const ParameterSlot& slot = net_.slots()[net_.first_slot(i) + k];
      pass.parameters.push_back(net_.parameters() + slot.offset);
      const bool trained = has_gradients(purpose) && slot.spec->trainable && !frozen_[i];
      pass.parameter_gradients.push_back(trained ? parameter_gradients_.data() + slot.offset : nullptr);
    }
    passes_.push_back(std::move(pass));
    merge(i);
  }
}

// Tells the layer that does node i's work what there is to do.
void Run::merge(int node) {
  if (plan_.merged[node] < 0) return;
  Pass& pass = passes_[plan_.merged[node]];
  if (net_.graph()[node].layer->epilogue() == Epilogue::rectify) {
    pass.rectify = true;
    return;
  }
  pass.scale = values_.data() + plan_.line;
  pass.shift = pass.scale + pass.shape.c;
  pass.folded = values_.data() + plan_.folded;
}

void Run::forward(int batch, Mode mode, Random* random) {
  assert(batch > 0 && batch <= plan_.batch);
  assert(mode == Mode::inference || has_gradients(plan_.purpose));
  batch_ = batch;
  mode_ = mode;
  for (std::size_t i = 0; i < passes_.size(); ++i) {
    Pass& pass = passes_[i];
    pass.batch = batch;
    pass.mode = frozen_[i] ? Mode::inference : mode;
    pass.random = random;
    pass.labels = nullptr;
  }
  const Graph& graph = net_.graph();
  for (int i = 0; i < graph.size(); ++i) {
    if (plan_.merged[i] >= 0) continue;
    // Its only consumer is the line to take in.
    if (passes_[i].scale != nullptr) {
      const int next = graph[i].consumers[0];
      Real* line = values_.data() + plan_.line;
      graph[next].layer->line(passes_[next], line, line + passes_[i].shape.c);
    }
    graph[i].layer->forward(passes_[i]);
  }
}

LossReport Run::loss(const std::int32_t* labels) {
  const Graph& graph = net_.graph();
  LossReport report;
  for (const int node : graph.heads()) {
    Pass& pass = passes_[node];
    for (int i = 0; i < batch_; ++i) {
      if (labels[i] >= 0 && labels[i] < pass.shape.c) continue;
      fail_at(graph[node].path, ErrorCode::invalid_value, graph[node].layer->type(),
              "a label is outside the classes. Got {} of {} classes.", labels[i], pass.shape.c);
    }
    pass.labels = labels;
    int correct = 0;
    const double loss = graph.head(node).loss(pass, &correct);
    report.loss += graph.head(node).weight() * loss;
    if (node != graph.output()) continue;
    report.main = loss;
    report.correct = correct;
  }
  return report;
}

double Run::image_loss(int image, const std::int32_t* labels) const {
  const Graph& graph = net_.graph();
  Pass pass = passes_[graph.output()];
  pass.batch = 1;
  pass.inputs[0].value += image * pass.inputs[0].shape.size();
  pass.output += image * pass.shape.size();
  pass.labels = labels + image;
  int correct = 0;
  return graph.head(graph.output()).loss(pass, &correct);
}

void Run::backward(const std::int32_t* labels, double share, int last) {
  assert(has_gradients(plan_.purpose));
  std::fill(written_.begin(), written_.end(), char(0));
  for (Pass& pass : passes_) {
    pass.labels = labels;
    pass.share = share;
  }
  next_ = net_.graph().size() - 1;
  backward_on(last);
}

void Run::backward_on(int last) {
  for (; next_ >= last; --next_) {
    const bool head = net_.graph()[next_].layer->role() == LayerRole::head;
    // A branch that no head sees has no gradient, and a node that nothing before learns from needs none.
    if (head || (written_[next_] && passes_[next_].output_gradient != nullptr)) {
      backward_node(next_);
    } else {
      no_gradient(next_);
    }
  }
}

void Run::backward_from(int node, const Real* gradient) {
  assert(plan_.purpose == Purpose::inspection && plan_.gradient[node] != Plan::kNone);
  std::fill(written_.begin(), written_.end(), char(0));
  // What no path leads to has no gradient from there.
  for (int i = 0; i < node; ++i) {
    if (plan_.gradient[i] != Plan::kNone) {
      std::fill_n(values_.data() + plan_.gradient[i], net_.graph()[i].shape.size() * batch_, Real(0));
    }
  }
  std::copy_n(gradient, net_.graph()[node].shape.size() * batch_, values_.data() + plan_.gradient[node]);
  written_[node] = 1;
  for (int i = net_.graph().size() - 1; i > 0; --i) written_[i] ? backward_node(i) : no_gradient(i);
}

void Run::renew_parameter_gradients() {
  for (Pass& pass : passes_) pass.first_gradient = true;
  for (const ParameterSlot& slot : net_.slots()) {
    if (slot.index == 0 && net_.graph()[slot.node].layer->overwrites_gradient()) continue;
    std::fill_n(parameter_gradients_.data() + slot.offset, slot.count, Real(0));
  }
}

// What a pass does not come to has no gradient.
void Run::no_gradient(int node) {
  Pass& pass = passes_[node];
  if (!pass.first_gradient) return;
  pass.first_gradient = false;
  if (!net_.graph()[node].layer->overwrites_gradient() || pass.parameter_gradients[0] == nullptr) return;
  std::fill_n(pass.parameter_gradients[0], net_.slots()[net_.first_slot(node)].count, Real(0));
}

void Run::backward_node(int node) {
  Pass& pass = passes_[node];
  const std::vector<int>& inputs = net_.graph()[node].inputs;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    pass.inputs[k].accumulate = written_[inputs[k]] != 0;
    written_[inputs[k]] = 1;
  }
  net_.graph()[node].layer->backward(pass);
  pass.first_gradient = false;
}

Span<const Real> Run::activation(int node) const {
  return {values_.data() + plan_.activation[node], net_.graph()[node].shape.size() * batch_};
}

Span<const Real> Run::gradient(int node) const {
  if (plan_.gradient[node] == Plan::kNone) return {};
  return {values_.data() + plan_.gradient[node], net_.graph()[node].shape.size() * batch_};
}

Span<const Real> Run::parameter_gradient(const ParameterSlot& slot) const {
  if (parameter_gradients_.size() == 0) return {};
  return {parameter_gradients_.data() + slot.offset, slot.count};
}

}  // namespace cnn
