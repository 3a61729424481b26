#include "engine/core/random.h"

#include <cmath>

namespace cnn {

namespace {
constexpr std::uint64_t kMultiplier = 6364136223846793005ULL;
}

Random::Random(std::uint64_t seed, std::uint64_t stream) : state_(0), increment_((stream << 1) | 1) {
  next();
  state_ += seed;
  next();
}

void Random::restore(const State& state) {
  state_ = state.state;
  increment_ = state.increment;
}

std::uint32_t Random::next() {
  const std::uint64_t old = state_;
  state_ = old * kMultiplier + increment_;
  const auto shifted = static_cast<std::uint32_t>(((old >> 18) ^ old) >> 27);
  const auto turn = static_cast<std::uint32_t>(old >> 59);
  return (shifted >> turn) | (shifted << ((32 - turn) & 31));
}

std::uint32_t Random::below(std::uint32_t bound) {
  const std::uint32_t threshold = (0u - bound) % bound;  // values below it would make the first residues likelier
  for (;;) {
    const std::uint32_t value = next();
    if (value >= threshold) return value % bound;
  }
}

float Random::uniform() { return static_cast<float>(next() >> 8) * (1.0f / 16777216.0f); }

float Random::normal() {
  for (;;) {
    const float u = 2 * uniform() - 1;
    const float v = 2 * uniform() - 1;
    const float s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * std::log(s) / s);
  }
}

}  // namespace cnn
