#include "engine/kernels/gemm.h"

#include <algorithm>
#include <cstring>

#include "engine/kernels/micro_kernel.h"

namespace cnn::kernels {

// ---------------------------------------------------------------- reference

namespace reference {

template <class T>
void gemm(const Gemm& g, const T* a, const T* b, T* c) {
  for (int i = 0; i < g.m; ++i) {
    for (int j = 0; j < g.n; ++j) {
      T total = 0;
      for (int p = 0; p < g.k; ++p) {
        const T left = g.transpose_a ? a[static_cast<std::size_t>(p) * g.lda + i] : a[static_cast<std::size_t>(i) * g.lda + p];
        const T right = g.transpose_b ? b[static_cast<std::size_t>(j) * g.ldb + p] : b[static_cast<std::size_t>(p) * g.ldb + j];
        total += left * right;
      }
      T& out = c[static_cast<std::size_t>(i) * g.ldc + j];
      out = g.accumulate ? out + total : total;
    }
  }
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised

namespace {

// The inner index is cut so that a panel of B (kInnerBlock × kMaxVectors·kLanes) stays in the first-level cache. The cut
// also bounds the rounding error: sums of at most this many terms are added up.
constexpr int kInnerBlock = 256;

// Rows of A that are run against one panel before the next panel is packed: this many × kInnerBlock floats stay in the
// second-level cache.
constexpr int kRowBlock = 512;

// A single row: B is read once, line after line, at the speed of the memory; nothing would use a packed panel again.
void multiply_row(const Gemm& g, const float* a, const float* b, float* c) {
  constexpr int kLines = 8;
  const std::ptrdiff_t ldb = g.ldb;
  if (!g.accumulate) std::fill_n(c, g.n, 0.0f);
  int p = 0;
  for (; p + kLines <= g.k; p += kLines, b += kLines * ldb) {
    Batch left[kLines];
    unroll<kLines>([&](auto i) { left[i] = Batch(a[p + i]); });
    int j = 0;
    for (; j + kLanes <= g.n; j += kLanes) {
      // Two sums: half the chain of products that wait for each other.
      Batch even = load(c + j), odd(0.0f);
      unroll<kLines / 2>([&](auto i) {
        even = fma(left[2 * i], load(b + 2 * i * ldb + j), even);
        odd = fma(left[2 * i + 1], load(b + (2 * i + 1) * ldb + j), odd);
      });
      store(c + j, even + odd);
    }
    for (; j < g.n; ++j) {
      for (int i = 0; i < kLines; ++i) c[j] += a[p + i] * b[i * ldb + j];
    }
  }
  for (; p < g.k; ++p, b += ldb) {
    const Batch left(a[p]);
    map(g.n, c, true, [left](Batch right) { return left * right; }, b);
  }
}

void gemm_packed(const Gemm& g, const float* a, const float* b, float* c, float* panel) {
  const std::ptrdiff_t lda = g.lda, ldb = g.ldb, ldc = g.ldc;
  const std::ptrdiff_t row = g.transpose_a ? 1 : lda, inner_step = g.transpose_a ? lda : 1;
  std::int32_t offset[kInnerBlock];
  for (int p = 0; p < kInnerBlock; ++p) offset[p] = static_cast<std::int32_t>(p * lda);  // where A is transposed
  for (int p0 = 0; p0 < g.k; p0 += kInnerBlock) {
    const int k = std::min(kInnerBlock, g.k - p0);
    for (int i0 = 0; i0 < g.m; i0 += kRowBlock) {
      Product product;
      product.depth = product.panel_step = k;
      if (g.transpose_a) product.offset = offset;
      product.rows = std::min(kRowBlock, g.m - i0);
      product.a = a + p0 * inner_step + i0 * row;
      product.a_step = row;
      product.c_step = ldc;
      product.b = panel;
      product.accumulate = g.accumulate || p0 > 0;
      for_each_panel(g.n, [&](int first, int vectors) {
        const int width = vectors * kLanes;
        product.columns = std::min(width, g.n - first);
        product.c = c + i0 * ldc + first;
        if (g.transpose_b) {
          pack_panel_transposed(k, product.columns, width, b + first * ldb + p0, ldb, panel);
        } else {
          pack_panel(k, product.columns, width, b + p0 * ldb + first, ldb, panel);
        }
        multiply(product);
      });
    }
  }
  if (g.k == 0 && !g.accumulate) {
    for (int i = 0; i < g.m; ++i) std::fill_n(c + i * ldc, g.n, 0.0f);
  }
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
std::size_t gemm_scratch(const Gemm& g) {
  if constexpr (kVectorised<T>) return static_cast<std::size_t>(std::min(g.k, kInnerBlock)) * kMaxVectors * kLanes;
  return 0;
}

template <class T>
void gemm(const Gemm& g, const T* a, const T* b, T* c, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (g.m == 1 && !g.transpose_a && !g.transpose_b) return multiply_row(g, a, b, c);
    gemm_packed(g, a, b, c, scratch);
  } else {
    static_cast<void>(scratch);
    reference::gemm(g, a, b, c);
  }
}

#define CNN_INSTANTIATE(T) \
  template std::size_t gemm_scratch<T>(const Gemm&); \
  template void gemm(const Gemm&, const T*, const T*, T*, T*); \
  template void reference::gemm(const Gemm&, const T*, const T*, T*);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
