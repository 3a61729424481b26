#include "engine/explain/patches.h"

#include <algorithm>

#include "engine/data/preprocess.h"
#include "engine/explain/receptive.h"
#include "engine/train/fit.h"

namespace cnn {

namespace {

struct Patch {
  std::size_t index;
  Place place;
  Real value;
};

}  // namespace

Answer explain_top_patches(Scene& scene, const Query& query, const Dataset& data) {
  check_fit(scene.graph(), data, "query");
  const int index = scene.net().need_node(query.node);
  const Node& node = scene.graph()[index];
  const Place asked = scene.place(index, query);
  const std::size_t end = std::min<std::size_t>(data.size(), std::size_t(query.from) + query.images);
  std::vector<Patch> patches;
  for (std::size_t i = query.from; i < end; ++i) {
    preprocess(scene.graph().definition().preprocessing, data.shape(), data.image(i), scene.run().input());
    scene.run().forward(1, Mode::inference);
    Patch best{i, {0, 0, 0, asked.channel}, scene.value(index, {0, 0, 0, asked.channel})};
    Place at = best.place;
    for (at.row = 0; at.row < node.shape.h; ++at.row) {
      for (at.column = 0; at.column < node.shape.w; ++at.column) {
        const Real value = scene.value(index, at);
        if (value > best.value) best = {i, at, value};
      }
    }
    patches.push_back(best);
  }
  std::stable_sort(patches.begin(), patches.end(), [](const Patch& a, const Patch& b) { return a.value > b.value; });
  patches.resize(std::min<std::size_t>(patches.size(), query.count));

  Answer answer;
  Json& json = answer.json;
  json["node"] = node.name;
  json["channel"] = asked.channel;
  json["next"] = end;
  json["patches"] = Json::array();
  for (const Patch& patch : patches) {
    Json entry = box_json(receptive_boxes(scene, index, patch.place).box[0]);
    entry["index"] = patch.index;
    entry["label"] = data.label(patch.index);
    entry["row"] = patch.place.row;
    entry["column"] = patch.place.column;
    entry["value"] = patch.value;
    json["patches"].push_back(std::move(entry));
  }
  return answer;
}

}  // namespace cnn
