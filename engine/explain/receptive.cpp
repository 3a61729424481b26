#include "engine/explain/receptive.h"

#include <algorithm>
#include <cmath>

namespace cnn {

namespace {

void widen(Boxes& boxes, int node, const Box& box) {
  Box& known = boxes.box[node];
  if (boxes.sees[node] == 0) {
    known = box;
    boxes.sees[node] = 1;
    return;
  }
  known = {std::min(known.top, box.top), std::min(known.left, box.left), std::max(known.bottom, box.bottom),
           std::max(known.right, box.right)};
}

}  // namespace

Json box_json(const Box& box) {
  Json json;
  json["top"] = box.top;
  json["left"] = box.left;
  json["bottom"] = box.bottom;
  json["right"] = box.right;
  return json;
}

Boxes receptive_boxes(const Scene& scene, int node, const Place& place) {
  const Graph& graph = scene.graph();
  Boxes boxes{std::vector<Box>(graph.size()), std::vector<char>(graph.size(), 0)};
  widen(boxes, node, {place.row, place.column, place.row, place.column});
  for (int i = node; i > 0; --i) {
    if (boxes.sees[i] == 0) continue;
    const Node& reader = graph[i];
    const ReceptiveStep step = reader.layer->receptive_step(reader.layer_inputs(), reader.shape);
    const Box& box = boxes.box[i];
    if (step.whole && i == node) {
      // As a whole the layer sees everything; this one value may see less (flatten).
      for (const Term& term : scene.terms(i, place).list) {
        if (term.input < 0) continue;
        const Place& cell = term.cell;
        widen(boxes, reader.inputs[term.input], {cell.row, cell.column, cell.row, cell.column});
      }
      continue;
    }
    for (const int input : reader.inputs) {
      const Shape& shape = graph[input].shape;
      if (step.whole) {
        widen(boxes, input, {0, 0, shape.h - 1, shape.w - 1});
      } else {
        widen(boxes, input,
              {box.top * step.stride_h - step.pad_top, box.left * step.stride_w - step.pad_left,
               box.bottom * step.stride_h - step.pad_top + step.kernel_h - 1,
               box.right * step.stride_w - step.pad_left + step.kernel_w - 1});
      }
    }
  }
  return boxes;
}

Answer explain_receptive_field(Scene& scene, const Query& query) {
  const int index = scene.net().need_node(query.node);
  const Node& node = scene.graph()[index];
  const Place place = scene.place(index, query);
  Answer answer;
  Json& json = answer.json;
  json["node"] = node.name;
  const ReceptiveField& field = node.receptive_field;
  json["size"] = std::vector<int>{field.size_h, field.size_w};
  json["jump"] = std::vector<int>{field.jump_h, field.jump_w};
  json["start"] = std::vector<int>{field.start_h, field.start_w};
  json["boxes"] = Json::array();
  const Boxes boxes = receptive_boxes(scene, index, place);
  for (int i = index; i >= 0; --i) {
    if (boxes.sees[i] == 0) continue;
    Json entry = box_json(boxes.box[i]);
    entry["node"] = scene.graph()[i].name;
    json["boxes"].push_back(std::move(entry));
  }
  // The effective field (Luo, Li, Urtasun & Zemel 2016), of this unit and this picture.
  const Shape& input = scene.graph().input_shape();
  const std::vector<Real> map = scene.pixel_map(scene.input_gradient(index, place));
  const Real peak = *std::max_element(map.begin(), map.end());
  json["peak"] = peak;
  answer.add("field", {input.h, input.w}, scaled(map, peak).data());
  return answer;
}

}  // namespace cnn
