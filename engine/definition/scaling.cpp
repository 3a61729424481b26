#include "engine/definition/scaling.h"

#include <algorithm>
#include <cmath>

namespace cnn {

namespace {

struct Multipliers {
  double depth, width, resolution;
};

double round_to_eights(double filters, double multiplier) {
  const double wanted = filters * multiplier;
  const double near = std::max(8.0, std::floor((wanted + 4) / 8) * 8);
  return near < 0.9 * wanted ? near + 8 : near;
}

// Replaces every number in `value`, which is one or a list of them.
template <class Change>
void change_numbers(Json& value, Change&& change) {
  if (value.is_array()) {
    for (Json& each : value) change_numbers(each, change);
  } else if (value.is_number()) {
    const double number = change(value.get<double>());
    if (std::abs(number) < 1e9) value = static_cast<std::int64_t>(number);
  }
}

void scale(Json& layers, const Multipliers& by) {
  if (!layers.is_array()) return;
  for (Json& layer : layers) {
    if (!layer.is_object()) continue;
    for (auto& item : layer.items()) {
      const std::string& key = item.key();
      Json& value = item.value();
      if (key == "layers") {
        scale(value, by);
      } else if (key == "repeat" && by.depth != 1) {
        change_numbers(value, [&](double rounds) { return std::ceil(rounds * by.depth); });
      } else if (key == "shape" && by.resolution != 1 && value.is_array() && value.size() == 3) {
        for (int i : {0, 1}) change_numbers(value[i], [&](double extent) { return std::round(extent * by.resolution); });
      } else if (by.width != 1 && (key == "filters" || key == "conv1x1" || key == "conv3x3" || key == "conv5x5")) {
        change_numbers(value, [&](double filters) { return round_to_eights(filters, by.width); });
      }
    }
  }
}

}  // namespace

Json scale_layers(const Json& layers, const Scaling& scaling) {
  const auto power = [&](double base) { return std::pow(base, scaling.compound); };
  Json scaled = layers;
  scale(scaled, {power(scaling.depth), power(scaling.width), power(scaling.resolution)});
  return scaled;
}

}  // namespace cnn
