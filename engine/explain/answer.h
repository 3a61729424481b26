#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/core/real.h"
#include "engine/definition/json.h"
#include "engine/layers/terms.h"

namespace cnn {

// What is said in words and small numbers, and arrays beside it: json["arrays"] lists {"name", "shape", "offset"} of each in
// `values`.
struct Answer {
  Json json = Json::object();
  std::vector<Real> values;

  void add(const char* name, const std::vector<int>& shape, const Real* array);
};

// One number of each entry of a list, as an array.
template <class Entry, class ValueOf>
void add_column(Answer& answer, const char* name, const std::vector<Entry>& list, ValueOf value_of) {
  std::vector<Real> column;
  column.reserve(list.size());
  for (const Entry& entry : list) column.push_back(static_cast<Real>(value_of(entry)));
  answer.add(name, {static_cast<int>(list.size())}, column.data());
}

Json numbers_json(const Terms& terms);

}  // namespace cnn
