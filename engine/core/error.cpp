#include "engine/core/error.h"

namespace cnn {

namespace {

std::string sentence(const std::string& subject, const std::string& message, const std::string& path) {
  std::string text = subject.empty() ? message : compose("[{}] {}", subject, message);
  if (!path.empty()) text += compose(" (at {})", path);
  return text;
}

}  // namespace

const char* error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_definition: return "invalid_definition";
    case ErrorCode::invalid_value: return "invalid_value";
    case ErrorCode::shape_mismatch: return "shape_mismatch";
    case ErrorCode::bad_file: return "bad_file";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::out_of_memory: return "out_of_memory";
    case ErrorCode::diverged: return "diverged";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

Error::Error(ErrorCode code, const std::string& subject, const std::string& message, const std::string& path)
    : std::runtime_error(sentence(subject, message, path)),
      code_(code),
      subject_(subject),
      message_(message),
      path_(path) {}

void throw_error(ErrorCode code, const TextPiece& subject, const TextPiece& path, const char* pattern,
                 const TextPiece* pieces, int count) {
  std::string subject_text, path_text;
  subject.append_to(subject_text);
  path.append_to(path_text);
  throw Error(code, subject_text, compose_pieces(pattern, pieces, count), path_text);
}

}  // namespace cnn
