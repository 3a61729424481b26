#include "engine/core/number.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "engine/core/random.h"

using namespace cnn;

namespace {

double from_bits(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::uint64_t next64(Random& random) { return std::uint64_t(random.next()) << 32 | random.next(); }

}  // namespace

TEST_CASE("number: written as people write it") {
  CHECK(number_text(0) == "0");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(64) == "64");
  CHECK(number_text(-1.5) == "-1.5");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.001) == "0.001");
  CHECK(number_text(0.00012) == "0.00012");
  CHECK(number_text(1e-6) == "1e-06");
  CHECK(number_text(1.25e-7) == "1.25e-07");
  CHECK(number_text(1.0 / 3) == "0.3333333333333333");
  CHECK(number_text(0.1 + 0.2) == "0.30000000000000004");
  CHECK(number_text(9007199254740991.0) == "9007199254740991");
  CHECK(number_text(1e22) == "1e+22");
  CHECK(number_text(1.5e300) == "1.5e+300");
  CHECK(number_text(DBL_MAX) == "1.7976931348623157e+308");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "infinity");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-infinity");
  CHECK(number_text(std::nan("")) == "NaN");
}

TEST_CASE("number: a decimal is the nearest double") {
  CHECK(decimal(0, 5) == 0);
  CHECK(decimal(1, -1) == 0.1);
  CHECK(decimal(1, 309) == HUGE_VAL);
  CHECK(decimal(18, 307) == HUGE_VAL);  // beyond the largest
  CHECK(decimal(17976931348623157, 292) == DBL_MAX);
  CHECK(decimal(49406564584124654, -340) == 5e-324);
  CHECK(decimal(2, -324) == 0);                                        // less than half of the smallest
  CHECK(decimal(22250738585072011, -324) == 2.2250738585072011e-308);  // the largest below the normal ones
  CHECK(decimal(9007199254740993, 0) == 9007199254740992.0);           // a tie goes to the even
  CHECK(decimal(9007199254740995, 0) == 9007199254740996.0);
  Random random(7);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t digits = next64(random) >> random.below(64);
    const int ten = static_cast<int>(random.below(680)) - 360;
    const std::string text = std::to_string(digits) + "e" + std::to_string(ten);
    INFO(text);
    REQUIRE(decimal(digits, ten) == std::strtod(text.c_str(), nullptr));
  }
}

TEST_CASE("number: text gives the same double again") {
  Random random(8);
  for (int i = 0; i < 20000; ++i) {
    const double value = from_bits(next64(random));
    if (!std::isfinite(value)) continue;
    const std::string text = number_text(value);
    INFO(text);
    REQUIRE(std::strtod(text.c_str(), nullptr) == value);
    const auto figures = [](const std::string& number) {
      return std::count_if(number.begin(), number.begin() + number.find('e'),
                           [](char c) { return c >= '0' && c <= '9'; });
    };
    if (std::abs(value) < 1e20) continue;
    char shortest[40];
    for (int digits = 15; digits <= 17; ++digits) {
      std::snprintf(shortest, sizeof shortest, "%.*e", digits - 1, value);
      if (std::strtod(shortest, nullptr) == value) break;
    }
    CHECK(figures(text) <= figures(shortest));
  }
}
