#include "engine/core/tensor.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <utility>

#include "engine/core/shape.h"
#include "tests/engine/core/expect_error.h"

using namespace cnn;

TEST_CASE("buffer: aligned, zero, move-only") {
  for (const std::size_t count : {1u, 3u, 16u, 17u, 1000u}) {
    Buffer<float> buffer(count);
    REQUIRE(buffer.size() == count);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % kAlignment == 0);
    for (const float value : buffer) CHECK(value == 0);
  }
  Buffer<float> a(4);
  a[2] = 5;
  const float* place = a.data();
  Buffer<float> b(std::move(a));
  CHECK(b.data() == place);
  CHECK(b[2] == 5);
  Buffer<float> c;
  CHECK(c.size() == 0);
  c = std::move(b);
  CHECK(c.data() == place);
  c.fill_zero();
  CHECK(c[2] == 0);
}

TEST_CASE("buffer: what cannot be had is an error, not the end") {
  // Counts whose bytes no address can hold.
  for (const std::size_t count : {static_cast<std::size_t>(-1) / 8, static_cast<std::size_t>(-1) / 2}) {
    const Error e = test::error_of([&] { Buffer<double> buffer(count); });
    CHECK(e.code() == ErrorCode::out_of_memory);
    CHECK_THAT(e.what(), Catch::Matchers::StartsWith("[memory] could not get "));
  }
}

TEST_CASE("aligned_count: the next piece of an arena starts aligned") {
  CHECK(aligned_count<float>(0) == 0);
  CHECK(aligned_count<float>(1) == 16);
  CHECK(aligned_count<float>(16) == 16);
  CHECK(aligned_count<float>(17) == 32);
  CHECK(aligned_count<double>(9) == 16);
  CHECK(aligned_count<std::uint8_t>(65) == 128);
}

TEST_CASE("shape: size, vectors, text") {
  CHECK(Shape{28, 27, 3}.size() == 28u * 27 * 3);
  CHECK(Shape{4096, 4096, 256}.size() == std::size_t(4096) * 4096 * 256);
  CHECK(Shape{1, 1, 10}.flat());
  CHECK_FALSE(Shape{1, 2, 10}.flat());
  CHECK(Shape{2, 3, 4} == Shape{2, 3, 4});
  CHECK(Shape{2, 3, 4} != Shape{3, 2, 4});
  CHECK(to_string(Shape{28, 28, 8}) == "28x28x8");
  CHECK(to_string(Shape{1, 1, 128}) == "128");
}
