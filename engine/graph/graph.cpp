#include "engine/graph/graph.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/definition/blocks.h"
#include "engine/layers/registry.h"

namespace cnn {

namespace {

// A net that asks for more values than this per image, parameters included, is a slip of the pen (or an attack). With
// addresses of 32 bits also a promise: no product of extents overflows.
constexpr double kMaxValues = sizeof(std::size_t) > 4 ? 1099511627776.0 : 268435456.0;  // 2^40, 2^28

double product(const std::vector<int>& extents) {
  double values = 1;
  for (const int extent : extents) values *= extent;
  return values;
}

std::unique_ptr<Layer> make_layer(const NodeDefinition& node) {
  const LayerType* type = find_layer_type(node.type);
  if (type != nullptr) return type->create(node.object, node.path);
  std::vector<std::string> names;
  for (const LayerType& known : layer_types()) names.emplace_back(known.name);
  for (const BlockType& known : block_types()) names.emplace_back(known.name);
  // A layer that came from "activation" has no "type" of its own to point at.
  const bool sugar = node.path.size() > 11 && node.path.rfind("/activation") == node.path.size() - 11;
  fail_at(sugar ? node.path : node.path + "/type", ErrorCode::invalid_definition, "definition",
          "unknown layer \"{}\".{}", node.type, suggestion(node.type, names));
}

int clamp_to_int(std::int64_t value) {
  return static_cast<int>(std::min<std::int64_t>(std::max<std::int64_t>(value, -2147483647), 2147483647));
}

// The field of `step` placed on top of the field `in` of its input.
ReceptiveField grow(const ReceptiveField& in, const ReceptiveStep& step) {
  ReceptiveField out;
  out.size_h = clamp_to_int(in.size_h + std::int64_t(step.kernel_h - 1) * in.jump_h);
  out.size_w = clamp_to_int(in.size_w + std::int64_t(step.kernel_w - 1) * in.jump_w);
  // Jumps are whole pixels: where a map grows beyond the input's own grid, neighbours are said to stand 1 apart.
  out.jump_h = std::max(1, clamp_to_int(std::int64_t(in.jump_h) * step.stride_h / step.growth_h));
  out.jump_w = std::max(1, clamp_to_int(std::int64_t(in.jump_w) * step.stride_w / step.growth_w));
  out.start_h = clamp_to_int(in.start_h - std::int64_t(step.pad_top) * in.jump_h);
  out.start_w = clamp_to_int(in.start_w - std::int64_t(step.pad_left) * in.jump_w);
  return out;
}

// The smallest box around both; where paths of different stride meet, the finer jump describes the grid.
ReceptiveField unite(const ReceptiveField& a, const ReceptiveField& b) {
  ReceptiveField out;
  out.start_h = std::min(a.start_h, b.start_h);
  out.start_w = std::min(a.start_w, b.start_w);
  out.size_h = std::max(a.start_h + a.size_h, b.start_h + b.size_h) - out.start_h;
  out.size_w = std::max(a.start_w + a.size_w, b.start_w + b.size_w) - out.start_w;
  out.jump_h = std::min(a.jump_h, b.jump_h);
  out.jump_w = std::min(a.jump_w, b.jump_w);
  return out;
}

ReceptiveField whole(const Shape& input) { return {input.h, input.w, 1, 1, 0, 0}; }

}  // namespace

CheckedLayer check_layer(const NodeDefinition& node, const std::vector<Shape>& inputs, bool first) {
  CheckedLayer checked;
  checked.layer = make_layer(node);
  const Layer& layer = *checked.layer;
  if (first != (layer.role() == LayerRole::input)) {
    // In the middle: say what is really wrong, not how many inputs it took.
    if (!first) {
      fail_at(node.path, ErrorCode::invalid_definition, layer.type(),
              "must be the first layer and the only one of its kind.");
    }
    fail_at(node.path, ErrorCode::invalid_definition, "definition", "the first layer must be an input.");
  }
  const int count = static_cast<int>(inputs.size());
  const int least = layer.least_inputs();
  if (count < least || count > layer.most_inputs()) {
    fail_at(node.path, ErrorCode::shape_mismatch, layer.type(), "needs {}{} {}. Got {}.",
            least == layer.most_inputs() ? "" : "at least ", least, least == 1 ? "input" : "inputs", count);
  }
  try {
    const LayerInputs shapes{{inputs.data(), inputs.size()}};
    checked.shape = layer.output_shape(shapes);
    checked.parameters = layer.parameters(shapes);
  } catch (const Error& e) {
    throw e.at(node.path);
  }
  return checked;
}

Graph::Graph(Definition definition) : definition_(std::move(definition)) {
  for (const NodeDefinition& node : definition_.nodes) add(node);
  check();
  output_ = heads_.empty() ? size() - 1 : heads_.back();
}

void Graph::add(const NodeDefinition& definition) {
  Node node;
  node.name = definition.name;
  node.path = definition.path;
  const int index = size();
  for (const std::string& input : definition.inputs) {
    node.inputs.push_back(find(input));
    node.input_shapes.push_back(nodes_[node.inputs.back()].shape);
  }

  CheckedLayer checked = check_layer(definition, node.input_shapes, index == 0);
  node.layer = std::move(checked.layer);
  node.shape = checked.shape;
  node.parameters = std::move(checked.parameters);
  values_ += product({node.shape.h, node.shape.w, node.shape.c});
  for (const ParameterSpec& parameter : node.parameters) values_ += product(parameter.shape);
  if (values_ > kMaxValues) {
    fail_at(node.path, ErrorCode::shape_mismatch, node.layer->type(), "is too large. Output {}.", node.shape);
  }
  node.macs = node.layer->macs(node.layer_inputs(), node.shape);

  const ReceptiveStep step = node.layer->receptive_step(node.layer_inputs(), node.shape);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const ReceptiveField& in = nodes_[node.inputs[i]].receptive_field;
    const ReceptiveField field = step.whole ? whole(nodes_[0].shape) : grow(in, step);
    node.receptive_field = i == 0 ? field : unite(node.receptive_field, field);
  }
  for (const int input : node.inputs) nodes_[input].consumers.push_back(index);
  if (node.layer->role() == LayerRole::head) heads_.push_back(index);
  nodes_.push_back(std::move(node));
}

void Graph::check() const {
  for (const int head : heads_) {
    if (nodes_[head].consumers.empty()) continue;
    fail_at(nodes_[nodes_[head].consumers[0]].path, ErrorCode::invalid_definition, nodes_[head].layer->type(),
            "must be the end of its branch.");
  }
  const Shape& in = nodes_[0].shape;
  const Preprocessing& p = definition_.preprocessing;
  if ((p.crop_h != 0 && p.crop_h != in.h) || (p.crop_w != 0 && p.crop_w != in.w)) {
    fail_at("/preprocessing", ErrorCode::shape_mismatch, "preprocessing",
            "the crop must be the size of the input. Got crop {}x{}, input {}.", p.crop_h, p.crop_w, in);
  }
}

int Graph::find(const std::string& name) const {
  for (int i = 0; i < size(); ++i) {
    if (nodes_[i].name == name) return i;
  }
  return -1;
}

std::int64_t Graph::parameter_count() const {
  std::int64_t sum = 0;
  for (const Node& node : nodes_) {
    for (const ParameterSpec& parameter : node.parameters) sum += static_cast<std::int64_t>(parameter.count());
  }
  return sum;
}

std::int64_t Graph::macs() const {
  std::int64_t sum = 0;
  for (const Node& node : nodes_) sum += node.macs;
  return sum;
}

}  // namespace cnn
