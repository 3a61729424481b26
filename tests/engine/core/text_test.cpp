#include "engine/core/text.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

using namespace cnn;

TEST_CASE("text: every {} takes the next value") {
  CHECK(compose("no place") == "no place");
  CHECK(compose("{}", "whole") == "whole");
  CHECK(compose("kernel {}x{}, input {}.", 5, 3, Shape{28, 28, 1}) == "kernel 5x3, input 28x28x1.");
  CHECK(compose("{} and {}", std::string("one"), Shape{1, 1, 10}) == "one and 10");
  CHECK(compose("an object {…} of {}", 0.5) == "an object {…} of 0.5");
}

TEST_CASE("text: whole numbers of every size") {
  CHECK(compose("{} {}", 0, -7) == "0 -7");
  CHECK(compose("{}", std::uint8_t(255)) == "255");
  CHECK(compose("{}", std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(compose("{}", std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}
