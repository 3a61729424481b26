#include "engine/core/float16.h"

#include <cstring>

namespace cnn {

std::uint16_t to_half(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return static_cast<std::uint16_t>(sign | 0x7E00u);   // NaN
  if (magnitude >= 0x47800000u) return static_cast<std::uint16_t>(sign | 0x7C00u);  // 65536 and above, infinity
  const int exponent = static_cast<int>(magnitude >> 23) - 127;
  std::uint32_t mantissa = magnitude & 0x7FFFFFu;
  std::uint32_t half = 0;
  int dropped = 13;
  if (exponent >= -14) {
    half = static_cast<std::uint32_t>(exponent + 15) << 10;
  } else {
    // Subnormal: the leading one becomes visible and moves right.
    if (exponent < -25) return static_cast<std::uint16_t>(sign);
    mantissa |= 0x800000u;
    dropped += -14 - exponent;
  }
  half += mantissa >> dropped;
  const std::uint32_t rest = mantissa & ((1u << dropped) - 1);
  const std::uint32_t middle = 1u << (dropped - 1);
  // A carry out of the mantissa runs into the exponent, which is just the next number (or infinity).
  if (rest > middle || (rest == middle && (half & 1) != 0)) ++half;
  return static_cast<std::uint16_t>(sign | half);
}

float from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  std::uint32_t exponent = (half >> 10) & 0x1Fu;
  std::uint32_t mantissa = half & 0x3FFu;
  std::uint32_t bits = 0;
  if (exponent == 0x1F) {
    bits = sign | 0x7F800000u | (mantissa << 13);
  } else if (exponent != 0) {
    bits = sign | ((exponent + 112) << 23) | (mantissa << 13);
  } else if (mantissa == 0) {
    bits = sign;
  } else {
    exponent = 113;
    while ((mantissa & 0x400u) == 0) {
      mantissa <<= 1;
      --exponent;
    }
    bits = sign | (exponent << 23) | ((mantissa & 0x3FFu) << 13);
  }
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace cnn
