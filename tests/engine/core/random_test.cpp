#include "engine/core/random.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace cnn;

TEST_CASE("random: PCG32's published sequence") {
  // The demonstration of the PCG library: seed 42, sequence 54.
  Random random(42, 54);
  for (const std::uint32_t value : {0xa15c02b7u, 0x7b47f409u, 0xba1d3330u, 0x83d2f293u, 0xbfa4784bu, 0xcbed606eu}) {
    CHECK(random.next() == value);
  }
}

TEST_CASE("random: same seed, same numbers; other seed or stream, others") {
  Random a(1, 2), b(1, 2), other_stream(1, 3), other_seed(2, 2);
  int same_stream = 0, same_seed = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t value = a.next();
    REQUIRE(b.next() == value);
    same_stream += other_stream.next() == value;
    same_seed += other_seed.next() == value;
  }
  CHECK(same_stream < 5);
  CHECK(same_seed < 5);
}

TEST_CASE("random: a restored state goes on where it was") {
  Random random(7);
  for (int i = 0; i < 10; ++i) random.next();
  const Random::State state = random.state();
  std::vector<std::uint32_t> expected;
  for (int i = 0; i < 10; ++i) expected.push_back(random.next());
  Random other(99, 5);
  other.restore(state);
  for (const std::uint32_t value : expected) CHECK(other.next() == value);
}

TEST_CASE("random: below is uniform and stays below") {
  Random random(3);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 70000; ++i) {
    const std::uint32_t value = random.below(7);
    REQUIRE(value < 7);
    ++counts[value];
  }
  for (const int count : counts) CHECK(std::abs(count - 10000) < 500);
  for (int i = 0; i < 10; ++i) CHECK(random.below(1) == 0);
}

TEST_CASE("random: uniform and normal have their moments") {
  Random random(4);
  double sum = 0, squares = 0, normal_sum = 0, normal_squares = 0, fourth = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    squares += u * u;
    const double n = random.normal();
    normal_sum += n;
    normal_squares += n * n;
    fourth += n * n * n * n;
  }
  CHECK(sum / kCount == Approx(0.5).margin(0.005));
  CHECK(squares / kCount == Approx(1.0 / 3).margin(0.005));
  CHECK(normal_sum / kCount == Approx(0).margin(0.015));
  CHECK(normal_squares / kCount == Approx(1).margin(0.02));
  CHECK(fourth / kCount == Approx(3).margin(0.15));
}
