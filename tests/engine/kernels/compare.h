#pragma once

#include <catch2/catch.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/core/tensor.h"

// Helpers of the kernel tests: random operands, and float results held against the same arithmetic in double.

namespace cnn::test {

inline std::vector<float> random_values(std::size_t count, Random& random, float low = -1.0f, float high = 1.0f) {
  std::vector<float> values(count);
  for (float& v : values) v = low + (high - low) * static_cast<float>(random.uniform());
  return values;
}

inline std::vector<double> widen(const std::vector<float>& values) { return {values.begin(), values.end()}; }

// PyTorch's rule for float32: |got − expected| ≤ atol + rtol·|expected| for every element.
inline void require_close(const std::vector<float>& got, const std::vector<double>& expected, double rtol = 1.3e-6,
                          double atol = 1e-5) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[i]) - expected[i]);
    if (!(error <= atol + rtol * std::abs(expected[i]))) {
      FAIL("element " << i << " of " << got.size() << ": got " << got[i] << ", expected " << expected[i]);
    }
  }
}

// Scratch with a guard behind it: a kernel that writes past what it asked for is found out.
class Scratch {
 public:
  explicit Scratch(std::size_t count) : count_(count), buffer_(count + kGuard) {
    for (std::size_t i = 0; i < buffer_.size(); ++i) buffer_[i] = std::nanf("");
    for (std::size_t i = count_; i < buffer_.size(); ++i) buffer_[i] = kMark;
  }
  float* data() { return buffer_.data(); }
  bool intact() const {
    for (std::size_t i = count_; i < buffer_.size(); ++i) {
      if (buffer_[i] != kMark) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kGuard = 64;
  static constexpr float kMark = 12345.0f;
  std::size_t count_;
  Buffer<float> buffer_;
};

}  // namespace cnn::test
