#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/definition/json.h"

namespace cnn::test {

// The value at a JSON pointer such as /layers/2/kernel; null when there is none.
inline Json* find_pointer(Json& root, const std::string& pointer) {
  Json* at = &root;
  for (std::size_t start = 0; start < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', start + 1), pointer.size());
    const std::string part = pointer.substr(start + 1, end - start - 1);
    start = end;
    Json* next = nullptr;
    if (at->is_object()) {
      next = at->find(part);
    } else if (at->is_array() && part.find_first_not_of("0123456789") == std::string::npos) {
      next = at->begin() + std::min<std::size_t>(std::stoul(part), at->size());
    }
    if (next == nullptr || next == at->end()) return nullptr;
    at = next;
  }
  return at;
}

// The JSON in a file of the repository; null when it cannot be read.
inline Json read_repository_json(const std::string& path) {
  std::ifstream file(std::string(CNN_SOURCE_DIR "/") + path);
  if (!file.good()) return nullptr;
  return Json::parse({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
}

}  // namespace cnn::test
