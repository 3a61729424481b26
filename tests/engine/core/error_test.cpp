#include "engine/core/error.h"

#include <catch2/catch.hpp>
#include <set>

using namespace cnn;

TEST_CASE("error: the sentence says what, of which thing and where") {
  const Error e(ErrorCode::shape_mismatch, "conv2d", "does not fit.", "/layers/2");
  CHECK(std::string(e.what()) == "[conv2d] does not fit. (at /layers/2)");
  CHECK(std::string(Error(ErrorCode::bad_file, "", "is no file.").what()) == "is no file.");
  CHECK(std::string(Error(ErrorCode::bad_file, "idx", "is cut off.").what()) == "[idx] is cut off.");
}

TEST_CASE("error: a place can be added later") {
  const Error e = Error(ErrorCode::invalid_value, "dense", "is wrong.").at("/layers/7");
  CHECK(e.code() == ErrorCode::invalid_value);
  CHECK(e.subject() == "dense");
  CHECK(e.message() == "is wrong.");
  CHECK(e.path() == "/layers/7");
  CHECK(std::string(e.what()) == "[dense] is wrong. (at /layers/7)");
}

TEST_CASE("error: every code has a name of its own") {
  std::set<std::string> names;
  for (const ErrorCode code :
       {ErrorCode::invalid_definition, ErrorCode::invalid_value, ErrorCode::shape_mismatch, ErrorCode::bad_file,
        ErrorCode::not_found, ErrorCode::out_of_memory, ErrorCode::diverged, ErrorCode::internal}) {
    CHECK(names.insert(error_code_name(code)).second);
  }
  CHECK(names.count("shape_mismatch") == 1);
}
