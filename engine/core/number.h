#pragma once

#include <cstdint>
#include <string>

namespace cnn {

// Decimal numbers without the C library's printf and strtod, whose long doubles would cost the download 25 kB.

// The double nearest to digits · 10^ten; infinity when that is too large.
double decimal(std::uint64_t digits, int ten);

// As people write it, with as few digits as give the same double again: 64, 0.5, 1e-06. Infinity and NaN by name.
std::string number_text(double value);

}  // namespace cnn
