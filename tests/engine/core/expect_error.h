#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "engine/core/error.h"

namespace cnn::test {

// The error that `act` throws; the test fails when there is none.
template <class Act>
Error error_of(Act act) {
  try {
    act();
  } catch (const Error& e) {
    return e;
  }
  FAIL("no error was thrown");
  return Error(ErrorCode::internal, "", "");
}

template <class Act>
void expect_error(Act act, ErrorCode code, const std::string& sentence) {
  const Error e = error_of(act);
  CHECK(std::string(error_code_name(e.code())) == error_code_name(code));
  CHECK(std::string(e.what()) == sentence);
}

}  // namespace cnn::test
