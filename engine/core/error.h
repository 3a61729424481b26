#pragma once

#include <stdexcept>
#include <string>

#include "engine/core/text.h"

namespace cnn {

enum class ErrorCode {
  invalid_definition,  // the JSON is no definition: syntax, unknown key, missing key
  invalid_value,       // a value of the right kind, but out of its range
  shape_mismatch,      // layers or data whose extents do not fit
  bad_file,            // bytes that are no model, data set or picture, or a damaged one
  not_found,           // a name that nothing has
  out_of_memory,       // an allocation failed
  diverged,            // training left the finite numbers
  internal,            // a fault of the engine itself
};

// The name used in JSON and in the C interface, e.g. "shape_mismatch".
const char* error_code_name(ErrorCode code);

// What went wrong (`message`, without the place), at what kind of thing (`subject`: a layer type, "model file" …) and
// where (`path`: a JSON pointer such as /layers/2/kernel, or empty). what() is the whole sentence that people read:
//   [conv2d] kernel is larger than the padded input. Got kernel 5x5, input 3x3. (at /layers/2)
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& subject, const std::string& message, const std::string& path = "");

  ErrorCode code() const { return code_; }
  const std::string& subject() const { return subject_; }
  const std::string& message() const { return message_; }
  const std::string& path() const { return path_; }

  // The same error at a place that the thrower could not know.
  Error at(const std::string& path) const { return Error(code_, subject_, message_, path); }

 private:
  ErrorCode code_;
  std::string subject_;
  std::string message_;
  std::string path_;
};

[[noreturn]] void throw_error(ErrorCode code, const TextPiece& subject, const TextPiece& path, const char* pattern,
                              const TextPiece* pieces, int count);

// Throws an Error whose message is compose(pattern, values...): the way to fail.
//   fail(ErrorCode::shape_mismatch, kType, "kernel is larger than the input. Got kernel {}, input {}.", kernel, input);
template <class... Values>
[[noreturn]] void fail(ErrorCode code, const TextPiece& subject, const char* pattern, const Values&... values) {
  const TextPiece pieces[] = {values..., ""};
  throw_error(code, subject, "", pattern, pieces, static_cast<int>(sizeof...(values)));
}

// The same at a place that is known.
template <class... Values>
[[noreturn]] void fail_at(const TextPiece& path, ErrorCode code, const TextPiece& subject, const char* pattern,
                          const Values&... values) {
  const TextPiece pieces[] = {values..., ""};
  throw_error(code, subject, path, pattern, pieces, static_cast<int>(sizeof...(values)));
}

}  // namespace cnn
