#include "engine/describe/summary.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/core/text.h"
#include "engine/graph/plan.h"
#include "engine/layers/registry.h"

namespace cnn {

namespace {

constexpr std::int64_t kBytes = 4;  // of a number as it ships

std::int64_t parameter_count(const Node& node) {
  std::int64_t sum = 0;
  for (const ParameterSpec& spec : node.parameters) sum += static_cast<std::int64_t>(spec.count());
  return sum;
}

std::int64_t trainable_count(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.parameters)
      sum += spec.trainable ? static_cast<std::int64_t>(spec.count()) : 0;
  }
  return sum;
}

std::int64_t output_bytes(const Node& node) { return static_cast<std::int64_t>(node.shape.size()) * kBytes; }

struct Memory {
  std::int64_t parameters = 0;
  std::int64_t activations = 0;  // of inference, where every layer keeps its own
  std::int64_t gradients = 0;    // of training, where some layers work in place
  std::int64_t training = 0;     // with the activations of training
};

// Per image. What shares a buffer with its input (views, layers working in place) costs nothing.
Memory memory_of(const Graph& graph) {
  const Plan inference = make_plan(graph, 1, Purpose::inference);
  const Plan training = make_plan(graph, 1, Purpose::training);
  Memory memory;
  memory.parameters = graph.parameter_count() * kBytes;
  for (int i = 0; i < graph.size(); ++i) {
    const auto own = [&](const std::vector<std::size_t>& offsets) {
      const std::vector<int>& inputs = graph[i].inputs;
      return offsets[i] != Plan::kNone &&
             std::none_of(inputs.begin(), inputs.end(), [&](int input) { return offsets[input] == offsets[i]; });
    };
    const std::int64_t bytes = output_bytes(graph[i]);
    if (own(inference.activation)) memory.activations += bytes;
    if (own(training.activation)) memory.training += bytes;
    if (own(training.gradient)) memory.gradients += bytes;
  }
  memory.training += memory.gradients;
  return memory;
}

Json shape_json(const Shape& shape) { return Json::array({shape.h, shape.w, shape.c}); }

Json layer_json(const Graph& graph, const Node& node) {
  Json json;
  json["name"] = node.name;
  json["type"] = node.layer->type();
  json["role"] = role_name(node.layer->role());
  json["inputs"] = Json::array();
  for (const int input : node.inputs) json["inputs"].push_back(graph[input].name);
  json["shape"] = shape_json(node.shape);
  json["parameters"] = parameter_count(node);
  json["tensors"] = Json::array();
  for (const ParameterSpec& spec : node.parameters) {
    Json tensor;
    tensor["name"] = spec.name;
    tensor["shape"] = spec.shape;
    tensor["count"] = spec.count();
    tensor["trainable"] = spec.trainable;
    json["tensors"].push_back(std::move(tensor));
  }
  json["macs"] = node.macs;
  const ReceptiveField& field = node.receptive_field;
  json["receptive_field"]["size"] = Json::array({field.size_h, field.size_w});
  json["receptive_field"]["jump"] = Json::array({field.jump_h, field.jump_w});
  json["receptive_field"]["start"] = Json::array({field.start_h, field.start_w});
  json["activation_bytes"] = output_bytes(node);
  json["attributes"] = node.layer->attributes();
  json["path"] = node.path;
  return json;
}

// 421,642
std::string grouped(std::int64_t value) {
  std::string text = compose("{}", value);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

// 1.6 MB
std::string bytes_text(std::int64_t bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1000 && unit < 4) {
    value /= 1000;
    ++unit;
  }
  const auto tenths = static_cast<std::int64_t>(value * 10);
  if (unit == 0 || value >= 100) return compose("{} {}", tenths / 10, units[unit]);
  return compose("{}.{} {}", tenths / 10, tenths % 10, units[unit]);
}

std::string extent_text(int h, int w) { return compose("{}x{}", h, w); }

struct Column {
  std::string title;
  bool right;
  std::vector<std::string> cells;
};

// Rows of the columns, two blanks between them.
std::string lay_out(const std::vector<Column>& columns) {
  std::string text;
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (const Column& column : columns) {
    std::size_t width = column.title.size();
    for (const std::string& cell : column.cells) width = std::max(width, cell.size());
    widths.push_back(width);
    total += width + (widths.size() > 1 ? 2 : 0);
  }
  const auto add_row = [&](auto&& cell_of) {
    std::string row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& cell = cell_of(columns[i]);
      const std::string blanks(widths[i] - cell.size(), ' ');
      row += (i > 0 ? "  " : "") + (columns[i].right ? blanks + cell : cell + blanks);
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  };
  add_row([](const Column& column) -> const std::string& { return column.title; });
  text += std::string(total, '=') + "\n";
  for (std::size_t r = 0; r < columns[0].cells.size(); ++r) {
    add_row([r](const Column& column) -> const std::string& { return column.cells[r]; });
  }
  return text + std::string(total, '=') + "\n";
}

}  // namespace

Json summarize(const Graph& graph) {
  Json json;
  json["name"] = graph.definition().name;
  json["input"] = shape_json(graph.input_shape());
  json["output"] = graph[graph.output()].name;
  json["heads"] = Json::array();
  for (const int head : graph.heads()) json["heads"].push_back(graph[head].name);
  json["preprocessing"] = write_fields(graph.definition().preprocessing);
  json["layers"] = Json::array();
  for (const Node& node : graph.nodes()) json["layers"].push_back(layer_json(graph, node));
  json["parameters"] = graph.parameter_count();
  json["trainable_parameters"] = trainable_count(graph);
  json["macs"] = graph.macs();
  const Memory memory = memory_of(graph);
  json["memory"]["parameters_bytes"] = memory.parameters;
  json["memory"]["activations_bytes"] = memory.activations;
  json["memory"]["gradients_bytes"] = memory.gradients;
  json["memory"]["training_bytes"] = memory.training;
  return json;
}

std::string summary_table(const Graph& graph) {
  Column layer{"Layer (type)", false, {}};
  Column shape{"Output shape", false, {}};
  Column parameters{"Params", true, {}};
  Column macs{"MACs", true, {}};
  Column field{"Sees", true, {}};
  Column jump{"Jump", true, {}};
  Column start{"Start", true, {}};
  Column connected{"Connected to", false, {}};
  bool chain = true;
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph[i];
    layer.cells.push_back(node.name + " (" + node.layer->type() + ")");
    shape.cells.push_back(to_string(node.shape));
    parameters.cells.push_back(grouped(parameter_count(node)));
    macs.cells.push_back(grouped(node.macs));
    field.cells.push_back(extent_text(node.receptive_field.size_h, node.receptive_field.size_w));
    jump.cells.push_back(extent_text(node.receptive_field.jump_h, node.receptive_field.jump_w));
    start.cells.push_back(std::to_string(node.receptive_field.start_h) + "," +
                          std::to_string(node.receptive_field.start_w));
    const bool follows = i == 0 || (node.inputs.size() == 1 && node.inputs[0] == i - 1);
    std::string names;
    for (const int input : node.inputs) names += (names.empty() ? "" : ", ") + graph[input].name;
    connected.cells.push_back(follows ? "" : names);
    chain = chain && follows;
  }
  std::vector<Column> columns = {layer, shape, parameters, macs, field, jump, start};
  if (!chain) columns.push_back(connected);

  const std::int64_t trainable = trainable_count(graph);
  const Memory memory = memory_of(graph);
  return "Model: " + graph.definition().name + "\n\n" + lay_out(columns) +
         "Total params: " + grouped(graph.parameter_count()) + " (" + bytes_text(memory.parameters) + ")\n" +
         "Trainable params: " + grouped(trainable) + "\n" +
         "Non-trainable params: " + grouped(graph.parameter_count() - trainable) + "\n" +
         "MACs per image: " + grouped(graph.macs()) + "\n" + "Memory per image: " + bytes_text(memory.activations) +
         " activations; in training " + bytes_text(memory.training - memory.gradients) + " activations + " +
         bytes_text(memory.gradients) + " gradients = " + bytes_text(memory.training) + "\n" +
         "Sees: the part of the input, height x width in pixels, that one output of the layer depends on; Jump: the distance\n"
         "between the parts of neighbouring outputs; Start: top, left of the first (negative: in the padding).\n";
}

}  // namespace cnn
