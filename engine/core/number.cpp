#include "engine/core/number.h"

#include <cassert>
#include <cmath>
#include <cstring>

namespace cnn {

namespace {

constexpr std::uint64_t kMantissa = std::uint64_t(1) << 52;
constexpr double kLog2Of10 = 3.3219280948873623;

// The powers of five that doubles need (5^345 at most) and 130 bits more fit.
constexpr int kWords = 32;

// bits · 2^two · 10^ten as a whole number, rounded half to even; it must have at most 64 bits. Exact: the powers of
// five are multiplied or divided one word at a time, and what a division leaves over only decides a tie.
std::uint64_t scaled(std::uint64_t bits, int two, int ten) {
  std::uint32_t words[kWords] = {};
  int first = 0;  // low words that a division will fill
  if (ten < 0) first = static_cast<int>(-ten * (kLog2Of10 - 1) / 32) + 3;
  assert(first + 2 <= kWords);
  words[first] = static_cast<std::uint32_t>(bits);
  words[first + 1] = static_cast<std::uint32_t>(bits >> 32);
  two += ten - 32 * first;
  bool rest = false;
  for (int left = std::abs(ten); left > 0;) {
    std::uint32_t power = 1;
    for (int i = 0; i < 13 && left > 0; ++i, --left) power *= 5;
    std::uint64_t carry = 0;
    if (ten > 0) {
      for (std::uint32_t& word : words) {
        carry += std::uint64_t(word) * power;
        word = static_cast<std::uint32_t>(carry);
        carry >>= 32;
      }
    } else {
      for (int i = kWords - 1; i >= 0; --i) {
        carry = carry << 32 | words[i];
        words[i] = static_cast<std::uint32_t>(carry / power);
        carry %= power;
      }
    }
    rest = rest || carry != 0;
  }
  const auto bit = [&words](int at) { return at < 32 * kWords && (words[at / 32] >> at % 32 & 1) != 0; };
  const int cut = -two;
  std::uint64_t result = 0;
  for (int i = 63; i >= 0; --i) result = result << 1 | (cut + i >= 0 && bit(cut + i) ? 1 : 0);
  if (cut <= 0 || !bit(cut - 1)) return result;
  for (int i = 0; i < cut - 1 && !rest; ++i) rest = bit(i);
  return result + (rest ? 1 : result & 1);
}

int bit_length(std::uint64_t value) {
  int length = 0;
  for (; value > 0; value >>= 1) ++length;
  return length;
}

}  // namespace

double decimal(std::uint64_t digits, int ten) {
  if (digits == 0 || ten < -345) return 0;
  if (ten > 308) return HUGE_VAL;
  if (digits <= 2 * kMantissa && std::abs(ten) <= 22) {  // two doubles without an error, one rounding (Clinger 1990)
    double power = 1;
    for (int i = std::abs(ten); i > 0; --i) power *= 10;
    return ten < 0 ? static_cast<double>(digits) / power : static_cast<double>(digits) * power;
  }
  // 53 bits, or 54 and then one less; below the normal numbers as many as there are.
  int two = 53 - bit_length(digits) - static_cast<int>(std::floor(ten * kLog2Of10));
  if (two > 1074) two = 1074;
  std::uint64_t bits = scaled(digits, two, ten);
  if (bits > 2 * kMantissa) bits = scaled(digits, --two, ten);
  return std::ldexp(static_cast<double>(bits), -two);
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  std::string text = std::signbit(value) ? "-" : "";
  const double size = std::abs(value);
  if (std::isinf(size)) return text + "infinity";

  // `count` digits, of which `whole` stand before the point.
  std::uint64_t digits = 0;
  int count = 0, whole = 0;
  if (size <= 2 * kMantissa && size == std::floor(size)) {
    digits = static_cast<std::uint64_t>(size);
    for (std::uint64_t rest = digits; rest > 0; rest /= 10) ++whole;
    count = whole;
  } else {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &size, sizeof bits);
    const int exponent = static_cast<int>(bits >> 52);
    bits &= kMantissa - 1;
    if (exponent > 0) bits |= kMantissa;
    const int two = (exponent > 0 ? exponent : 1) - 1075;
    std::uint64_t limit = 100000000000000;
    for (count = 15; count <= 17; ++count) {
      limit *= 10;
      whole = static_cast<int>(std::floor((two + bit_length(bits) - 1) / kLog2Of10)) + 1;
      digits = scaled(bits, two, count - whole);
      if (digits >= limit) digits = scaled(bits, two, count - ++whole);
      if (decimal(digits, whole - count) == size) break;
    }
    if (count > 17) count = 17;
    for (; digits % 10 == 0; digits /= 10) --count;
  }

  std::string figures(static_cast<std::size_t>(count), '0');
  for (int i = count; i-- > 0; digits /= 10) figures[i] = static_cast<char>('0' + digits % 10);
  if (count == 0) return text + "0";
  if (whole > 17 || whole < -3) {
    text += figures[0];
    if (count > 1) text.append(".").append(figures, 1, std::string::npos);
    const int exponent = std::abs(whole - 1);
    text += whole > 0 ? "e+" : "e-";
    if (exponent >= 100) text += static_cast<char>('0' + exponent / 100);
    text += static_cast<char>('0' + exponent / 10 % 10);
    return text += static_cast<char>('0' + exponent % 10);
  }
  if (whole <= 0) return text.append("0.").append(static_cast<std::size_t>(-whole), '0').append(figures);
  if (count <= whole) return text.append(figures).append(static_cast<std::size_t>(whole - count), '0');
  return text.append(figures, 0, static_cast<std::size_t>(whole))
      .append(".")
      .append(figures, static_cast<std::size_t>(whole), std::string::npos);
}

}  // namespace cnn
