#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/core/real.h"
#include "engine/definition/json.h"

namespace cnn {

// What is said in words and small numbers, and arrays beside it: json["arrays"] lists {"name", "shape", "offset"} of each in
// `values`.
struct Answer {
  Json json = Json::object();
  std::vector<Real> values;

  void add(const char* name, std::vector<int> shape, const std::vector<Real>& array) {
    Json entry;
    entry["name"] = name;
    entry["shape"] = std::move(shape);
    entry["offset"] = values.size();
    json["arrays"].push_back(std::move(entry));
    values.insert(values.end(), array.begin(), array.end());
  }
};

}  // namespace cnn
