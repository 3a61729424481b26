#pragma once

#include <cstdint>

namespace cnn {

// IEEE 754 binary16. To half: round to nearest, ties to even; too large becomes infinity, NaN stays NaN.
std::uint16_t to_half(float value);
// Exact.
float from_half(std::uint16_t half);

}  // namespace cnn
