#include "engine/explain/answer.h"

namespace cnn {

void Answer::add(const char* name, const std::vector<int>& shape, const Real* array) {
  std::size_t count = 1;
  for (const int extent : shape) count *= static_cast<std::size_t>(extent);
  Json entry;
  entry["name"] = name;
  entry["shape"] = shape;
  entry["offset"] = values.size();
  json["arrays"].push_back(std::move(entry));
  values.insert(values.end(), array, array + count);
}

Json numbers_json(const Terms& terms) {
  Json json = Json::object();
  for (const auto& [name, number] : terms.numbers) json[name] = number;
  return json;
}

}  // namespace cnn
