#include "engine/definition/json.h"

#include <algorithm>

#include "engine/core/error.h"

namespace cnn {

namespace {

// "end in line 1, column 7", from the parser's count of bytes read.
std::string fault_place(const char* text, std::size_t size, std::size_t bytes_read) {
  const char* at = text + std::min(bytes_read == 0 ? 0 : bytes_read - 1, size);
  const auto line = 1 + std::count(text, at, '\n');
  const char* start = at;
  while (start > text && start[-1] != '\n') --start;
  return std::string(at == text + size ? "end" : "character") + " in line " + std::to_string(line) + ", column " +
         std::to_string(at - start + 1);
}

}  // namespace

Json read_json(const char* text, std::size_t size, const std::string& subject, int most_depth) {
  try {
    return Json::parse(text, text + size, [&](int depth, Json::parse_event_t, Json&) {
      if (depth <= most_depth) return true;
      throw Error(ErrorCode::invalid_definition, subject,
                  "nested deeper than " + std::to_string(most_depth) + " levels.");
    });
  } catch (const Json::parse_error& e) {
    throw Error(ErrorCode::invalid_definition, subject,
                "is no JSON: unexpected " + fault_place(text, size, e.byte) + ".");
  } catch (const Json::exception&) {
    throw Error(ErrorCode::invalid_definition, subject, "has a number that is out of range.");
  }
}

std::string write_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace cnn
