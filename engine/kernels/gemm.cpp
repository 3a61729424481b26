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

constexpr int kPanel = kInnerBlock * kMaxVectors * kLanes;

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

// Few rows against a large matrix, as dense layers have them: what is moved of B before it is multiplied would be used but a few
// times. Where its lines are whole vectors they are read where they lie.
constexpr int kFewRows = 64;

bool in_place(const Gemm& g) { return !g.transpose_b && g.m <= kFewRows && g.n % kLanes == 0; }

// A transposed B is taken as left operand instead: C' = B · A', whose few columns are transposed when they are done.
bool turned(const Gemm& g) { return g.transpose_b && !g.transpose_a && g.m <= kFewRows && g.k >= 2 * g.m; }

// c[columns, rows] (+)= the transpose of t[rows, columns].
void put_transposed(int rows, int columns, const float* t, float* c, std::ptrdiff_t ldc, bool accumulate) {
  for (int i = 0; i < rows; i += kLanes) {
    const int lines = std::min(kLanes, rows - i);
    for (int j = 0; j < columns; j += kLanes) {
      Batch square[kLanes];
      unroll<kLanes>([&](auto l) {
        square[l] = l < lines ? load_upto(t + (i + l) * columns + j, std::min(kLanes, columns - j)) : Batch(0.0f);
      });
      transpose(square);
      unroll<kLanes>([&](auto l) {
        if (j + l >= columns) return;
        float* const to = c + (j + l) * ldc + i;
        const Batch sum = accumulate ? load_upto(to, lines) + square[l] : square[l];
        store_upto(to, sum, lines);
      });
    }
  }
}

void gemm_packed(const Gemm& g, const float* a, const float* b, float* c, float* panel) {
  const std::ptrdiff_t lda = g.lda, ldb = g.ldb, ldc = g.ldc;
  const bool unpacked = in_place(g);
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
      if (unpacked) {
        product.columns = g.n;
        product.c = c + i0 * ldc;
        product.b = b + p0 * ldb;
        product.b_step = ldb;
        product.panel_step = 1;
        multiply(product);
        continue;
      }
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

// `scratch`: see gemm_scratch.
void gemm_turned(const Gemm& g, const float* a, const float* b, float* c, float* scratch) {
  Gemm block = g;  // of rows of B: columns of C
  block.n = block.ldc = g.m;
  block.lda = g.ldb;
  block.ldb = g.lda;
  block.accumulate = false;
  for (int i0 = 0; i0 < g.n; i0 += kRowBlock) {
    block.m = std::min(kRowBlock, g.n - i0);
    float* const sums = scratch + kPanel;
    gemm_packed(block, b + static_cast<std::ptrdiff_t>(i0) * g.ldb, a, sums, scratch);
    put_transposed(block.m, g.m, sums, c + i0, g.ldc, g.accumulate);
  }
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
std::size_t gemm_scratch(const Gemm& g) {
  if constexpr (kVectorised<T>) {
    // Enough for fewer rows as well, which may go another way.
    if (g.transpose_b && !g.transpose_a) {
      return kPanel + static_cast<std::size_t>(std::min(g.n, kRowBlock)) * std::min({g.m, kFewRows, g.k / 2});
    }
    return static_cast<std::size_t>(std::min(g.k, kInnerBlock)) * kMaxVectors * kLanes;
  }
  return 0;
}

template <class T>
void gemm(const Gemm& g, const T* a, const T* b, T* c, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (g.m == 1 && !g.transpose_a && !g.transpose_b) return multiply_row(g, a, b, c);
    if (turned(g)) return gemm_turned(g, a, b, c, scratch);
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
