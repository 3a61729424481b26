#include "engine/kernels/gemm.h"

#include "tests/engine/kernels/compare.h"

namespace cnn {
namespace {

// Runs one product in float and in the double reference. The leading dimensions are a little wider than needed, and the
// cells between must stay untouched.
void check(int m, int n, int k, bool transpose_a, bool transpose_b, bool accumulate) {
  CAPTURE(m, n, k, transpose_a, transpose_b, accumulate);
  Random random(7);
  kernels::Gemm g;
  g.m = m;
  g.n = n;
  g.k = k;
  g.transpose_a = transpose_a;
  g.transpose_b = transpose_b;
  g.accumulate = accumulate;
  g.lda = (transpose_a ? m : k) + 1;
  g.ldb = (transpose_b ? k : n) + 2;
  g.ldc = n + 3;
  const auto a = test::random_values(static_cast<std::size_t>(transpose_a ? k : m) * g.lda, random);
  const auto b = test::random_values(static_cast<std::size_t>(transpose_b ? n : k) * g.ldb, random);
  auto c = test::random_values(static_cast<std::size_t>(m) * g.ldc, random);
  auto expected = test::widen(c);
  kernels::reference::gemm(g, test::widen(a).data(), test::widen(b).data(), expected.data());
  test::Scratch scratch(kernels::gemm_scratch<float>(g));
  kernels::gemm(g, a.data(), b.data(), c.data(), scratch.data());
  test::require_close(c, expected);
  REQUIRE(scratch.intact());
}

}  // namespace

TEST_CASE("gemm: vectorised matches reference", "[kernels]") {
  for (const int m : {1, 3, 16, 17, 127, 128}) {
    for (const int n : {1, 3, 16, 17, 127, 128}) {
      for (const int k : {1, 17, 128}) {
        for (int flags = 0; flags < 8; ++flags) check(m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
      }
    }
  }
}

TEST_CASE("gemm: every width around the vector", "[kernels]") {
  for (int n = 1; n <= 100; ++n) check(13, n, 5, false, (n & 1) != 0, false);
  for (int m = 1; m <= 50; ++m) {
    check(m, 40, 6, true, false, false);
    check(m, 7, 6, false, false, true);
  }
}

TEST_CASE("gemm: inner index longer than one block", "[kernels]") {
  for (const int k : {255, 256, 257, 600}) {
    check(33, 30, k, false, false, false);
    check(5, 18, k, true, false, true);
    check(5, 18, k, false, true, false);
  }
  check(600, 20, 300, false, false, false);
}

TEST_CASE("gemm: few rows against a large matrix, as it lies or turned", "[kernels]") {
  for (const int m : {2, 7, 32, 64, 65}) {
    for (const bool accumulate : {false, true}) {
      check(m, 48, 300, false, false, accumulate);
      check(m, 600, 300, false, true, accumulate);
      check(m, 1030, 130, false, true, accumulate);
    }
  }
}

TEST_CASE("gemm: scratch for many rows is enough for fewer", "[kernels]") {
  kernels::Gemm g;
  g.n = 700;
  g.transpose_b = true;
  for (g.k = 1; g.k < 300; g.k += 37) {
    std::size_t before = 0;
    for (g.m = 1; g.m < 200; ++g.m) {
      const std::size_t now = kernels::gemm_scratch<float>(g);
      REQUIRE(now >= before);
      before = now;
    }
  }
}

TEST_CASE("gemm: an empty sum is zero", "[kernels]") {
  check(5, 9, 0, false, false, false);
  check(5, 9, 0, false, false, true);
}

TEST_CASE("gemm: matches literals", "[kernels]") {
  kernels::Gemm g;
  g.m = 2;
  g.n = 2;
  g.k = 3;
  g.lda = 3;
  g.ldb = 2;
  g.ldc = 2;
  const float a[] = {1, 2, 3, 4, 5, 6};
  const float b[] = {7, 8, 9, 10, 11, 12};
  float c[4] = {};
  test::Scratch scratch(kernels::gemm_scratch<float>(g));
  kernels::gemm(g, a, b, c, scratch.data());
  REQUIRE(std::vector<float>(c, c + 4) == std::vector<float>{58, 64, 139, 154});
}

}  // namespace cnn
