#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace cnn {

// Keys keep the order in which they were written: tables, files and error texts follow the author.
using Json = nlohmann::ordered_json;

// What is nested deeper than this would exhaust the stack of a recursive consumer long before it is useful.
constexpr int kMaxJsonDepth = 64;

// The one place where text becomes JSON (each instance of the parser would cost the download some kB). Throws Error
// (invalid_definition) that names `subject` and the place in the text.
Json read_json(const char* text, std::size_t size, const std::string& subject, int most_depth = kMaxJsonDepth);

// On one line, in UTF-8 whatever the strings hold; NaN and infinity become null.
std::string write_json(const Json& json);

}  // namespace cnn
