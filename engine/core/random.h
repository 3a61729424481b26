#pragma once

#include <cstdint>

namespace cnn {

// A seeded generator (PCG32, O'Neill 2014): 64 bits of state, the same stream on every platform. `stream` separates
// generators of one seed (initialisation, shuffling, dropout), so that one more draw in one does not shift the others.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint32_t next();
  // Uniform in [0, bound), without modulo bias. bound > 0.
  std::uint32_t below(std::uint32_t bound);
  // Uniform in [0, 1), 24 bits.
  float uniform();
  // Standard normal, polar method (Marsaglia & Bray 1964).
  float normal();

  // The whole state, for checkpoints.
  struct State {
    std::uint64_t state;
    std::uint64_t increment;
  };
  State state() const { return {state_, increment_}; }
  void restore(const State& state);

 private:
  std::uint64_t state_ = 0;
  std::uint64_t increment_ = 1;
};

}  // namespace cnn
