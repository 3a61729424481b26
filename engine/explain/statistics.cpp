#include "engine/explain/statistics.h"

#include <algorithm>
#include <cmath>

namespace cnn {

namespace {

// In double: the sums run over millions of values. The standard deviation is that of the whole (÷ n).
Json describe(Span<const Real> values, int bins) {
  double low = values.size > 0 ? values[0] : 0, high = low, sum = 0, squares = 0;
  std::size_t zeros = 0;
  for (const Real value : values) {
    low = std::min<double>(low, value);
    high = std::max<double>(high, value);
    sum += value;
    squares += double(value) * value;
    zeros += value == 0 ? 1 : 0;
  }
  const double count = std::max<double>(1, static_cast<double>(values.size));
  const double mean = sum / count;
  Json json;
  json["min"] = low;
  json["max"] = high;
  json["mean"] = mean;
  json["std"] = std::sqrt(std::max(0.0, squares / count - mean * mean));
  json["norm"] = std::sqrt(squares);
  json["zeros"] = static_cast<double>(zeros) / count;
  if (bins == 0) return json;
  // Equal bins from min to max; what is not finite is in none.
  std::vector<int> counts(bins, 0);
  const double scale = high > low ? bins / (high - low) : 0;
  for (const Real value : values) {
    const double at = (value - low) * scale;
    if (at >= 0) ++counts[std::min(bins - 1, static_cast<int>(std::min<double>(at, bins)))];
  }
  json["histogram"] = counts;
  return json;
}

// Channels that are above 0 nowhere in the batch.
Json dead_channels(Span<const Real> values, int channels) {
  std::vector<char> alive(channels, 0);
  for (std::size_t start = 0; start < values.size; start += channels) {
    for (int c = 0; c < channels; ++c) alive[c] |= values[start + c] > 0 ? 1 : 0;
  }
  Json dead = Json::array();
  for (int c = 0; c < channels; ++c) {
    if (alive[c] == 0) dead.push_back(c);
  }
  return dead;
}

}  // namespace

Answer explain_statistics(Scene& scene, const Query& query) {
  const bool backward = !scene.graph().heads().empty();
  if (backward) scene.differentiate();
  const Run& run = scene.run();
  Answer answer;
  Json& json = answer.json;
  json["images"] = run.batch();
  if (backward) {
    json["loss"] = scene.loss().loss;
    json["accuracy"] = static_cast<double>(scene.loss().correct) / run.batch();
  }
  json["nodes"] = Json::array();
  for (int i = 0; i < scene.graph().size(); ++i) {
    const Node& node = scene.graph()[i];
    Json entry;
    entry["node"] = node.name;
    entry["activation"] = describe(run.activation(i), query.bins);
    const Span<const Real> gradient = run.gradient(i);
    if (backward && gradient.data != nullptr) entry["gradient"] = describe(gradient, query.bins);
    entry["channels"] = node.shape.c;
    entry["dead"] = dead_channels(run.activation(i), node.shape.c);
    json["nodes"].push_back(std::move(entry));
  }
  json["parameters"] = Json::array();
  for (const ParameterSlot& slot : scene.net().slots()) {
    Json entry;
    entry["parameter"] = slot.address;
    entry["value"] = describe({scene.net().parameters() + slot.offset, slot.count}, query.bins);
    if (backward && slot.spec->trainable) entry["gradient"] = describe(run.parameter_gradient(slot), query.bins);
    json["parameters"].push_back(std::move(entry));
  }
  return answer;
}

}  // namespace cnn
