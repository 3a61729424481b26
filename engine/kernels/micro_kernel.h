#pragma once

#include <cstddef>

#include "engine/kernels/simd.h"

// The register-blocked inner products that GEMM and convolution share: a tile of Rows × (Vectors·kLanes) sums stays in
// registers while the inner index runs. The right operand comes in panels: `Vectors·kLanes` columns wide, one line per
// inner index, zero beyond the last column. The left operand is read where it lies.

namespace cnn::kernels {

// LLVM's WebAssembly back end gathers the loads of an unrolled loop before their products, more than there are registers.
#ifdef __wasm__
#define CNN_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define CNN_ROLLED
#endif

constexpr int kMaxVectors = 3;

// Rows of the largest tile whose sums fit the registers beside one line of the panel and the left operand: one value of it
// natively; a value per row in WebAssembly, because older V8 moves all loads of a loop body before the products.
constexpr int tile_rows(int vectors) {
#ifdef __wasm__
  return (kRegisters - vectors) / (vectors + 1);
#else
  const int rows = (kRegisters - vectors - 1) / vectors;
  return rows > 8 ? 8 : rows;
#endif
}

// The inner index of one product as three nested counts over the left operand: `outer` steps of `outer_step` elements,
// each of `inner` steps of `inner_step`, each of `length` neighbours.
struct InnerRuns {
  int outer = 1;
  std::ptrdiff_t outer_step = 0;
  int inner = 1;
  std::ptrdiff_t inner_step = 0;
  int length = 0;
};

// What a tile starts from and how it ends.
struct TileEnd {
  int columns = 0;              // valid columns of the panel
  bool accumulate = false;      // start from what C holds
  const float* bias = nullptr;  // else from this row of full panel width, else from 0
  bool relu = false;            // clamp below at 0 on the way out
};

template <int Rows, int Vectors>
struct Tile {
  static constexpr int kWidth = Vectors * kLanes;
  Batch sum[Rows * Vectors];

  [[gnu::always_inline]] void start(float* const* c, const TileEnd& end) {
    if (end.accumulate) {
      if (end.columns == kWidth) {
        unroll<Rows * Vectors>([&](auto i) { sum[i] = load(c[i / Vectors] + i % Vectors * kLanes); });
        return;
      }
      float lines[Rows][kWidth];
      for (int i = 0; i < Rows; ++i) {
        for (int j = 0; j < kWidth; ++j) lines[i][j] = j < end.columns ? c[i][j] : 0.0f;
      }
      unroll<Rows * Vectors>([&](auto i) { sum[i] = load(lines[i / Vectors] + i % Vectors * kLanes); });
    } else if (end.bias != nullptr) {
      unroll<Rows * Vectors>([&](auto i) { sum[i] = load(end.bias + i % Vectors * kLanes); });
    } else {
      unroll<Rows * Vectors>([&](auto i) { sum[i] = Batch(0.0f); });
    }
  }

  // sum += left[i] · right[v]; left(i) is the scalar of row i.
  template <class Left>
  [[gnu::always_inline]] void add(Left left, const float* right) {
    Batch b[Vectors];
    unroll<Vectors>([&](auto v) { b[v] = load(right + v * kLanes); });
    unroll<Rows>([&](auto i) {
      const Batch a(left(i));
      unroll<Vectors>([&](auto v) { sum[i * Vectors + v] = fma(a, b[v], sum[i * Vectors + v]); });
    });
  }

  [[gnu::always_inline]] void finish(float* const* c, const TileEnd& end) {
    if (end.relu) unroll<Rows * Vectors>([&](auto i) { sum[i] = max(sum[i], Batch(0.0f)); });
    if (end.columns == kWidth) {
      unroll<Rows * Vectors>([&](auto i) { store(c[i / Vectors] + i % Vectors * kLanes, sum[i]); });
      return;
    }
    float lines[Rows][kWidth];
    unroll<Rows * Vectors>([&](auto i) { store(lines[i / Vectors] + i % Vectors * kLanes, sum[i]); });
    for (int i = 0; i < Rows; ++i) {
      for (int j = 0; j < end.columns; ++j) c[i][j] = lines[i][j];
    }
  }
};

// The functions below are called, not inlined: a tile is hundreds of multiply-adds or more, while each place that inlines all
// shapes of tiles costs the download 5 kB.

// C[i, :] = Σ_p a[i][run p] · panel[p, :]: the left rows are separate pointers.
template <int Rows, int Vectors>
[[gnu::noinline]]
void multiply_rows(const float* const* a, const InnerRuns& runs, const float* panel, float* const* c,
                   const TileEnd& end) {
  constexpr int kWidth = Vectors * kLanes;
  Tile<Rows, Vectors> tile;
  tile.start(c, end);
  for (int o = 0; o < runs.outer; ++o) {
    for (int q = 0; q < runs.inner; ++q) {
      const std::ptrdiff_t offset = o * runs.outer_step + q * runs.inner_step;
      const float* row[Rows];
      unroll<Rows>([&](auto i) { row[i] = a[i] + offset; });
      CNN_ROLLED for (int p = 0; p < runs.length; ++p) {
        tile.add([&](auto i) { return row[i][p]; }, panel);
        panel += kWidth;
      }
    }
  }
  tile.finish(c, end);
}

// C[i, :] = Σ_p a[p·a_step + i] · b[p·b_step, :]: the left operand is stored transposed, its rows are neighbours.
// The inner index is `outer` steps of `outer_step` elements of a, each of `inner` of `inner_step`, each of `length` of
// `a_step`; b runs on through all of them.
struct InnerSteps {
  int outer = 1;
  std::ptrdiff_t outer_step = 0;
  int inner = 1;
  std::ptrdiff_t inner_step = 0;
  int length = 0;
  std::ptrdiff_t a_step = 0;
  std::ptrdiff_t b_step = 0;
};

template <int Rows, int Vectors>
[[gnu::noinline]]
void multiply_columns(const float* a, const InnerSteps& steps, const float* b, float* const* c, const TileEnd& end) {
  Tile<Rows, Vectors> tile;
  tile.start(c, end);
  for (int o = 0; o < steps.outer; ++o) {
    for (int q = 0; q < steps.inner; ++q) {
      const float* left = a + o * steps.outer_step + q * steps.inner_step;
      CNN_ROLLED for (int p = 0; p < steps.length; ++p) {
        tile.add([&](auto i) { return left[i]; }, b);
        left += steps.a_step;
        b += steps.b_step;
      }
    }
  }
  tile.finish(c, end);
}

// `count` lines of C through the largest tiles that fit. walk(&a, &c) says where the next line begins.
template <int Vectors, int Rows = tile_rows(Vectors), class Walk>
void panel_rows(int count, Walk& walk, const InnerRuns& runs, const float* panel, const TileEnd& end) {
  const float* a[Rows];
  float* c[Rows];
  for (; count >= Rows; count -= Rows) {
    for (int i = 0; i < Rows; ++i) walk(&a[i], &c[i]);
    multiply_rows<Rows, Vectors>(a, runs, panel, c, end);
  }
  if constexpr (Rows > 1) {
    if (count > 0) panel_rows<Vectors, Rows - 1>(count, walk, runs, panel, end);
  }
}

// The same with a transposed left operand: line i of C is element i of every step of `a`.
template <int Vectors, int Rows = tile_rows(Vectors)>
void panel_columns(int rows, const float* a, const InnerSteps& steps, const float* b, float* c, std::ptrdiff_t ldc,
                   const TileEnd& end) {
  float* lines[Rows];
  int first = 0;
  for (; first + Rows <= rows; first += Rows) {
    for (int i = 0; i < Rows; ++i) lines[i] = c + (first + i) * ldc;
    multiply_columns<Rows, Vectors>(a + first, steps, b, lines, end);
  }
  if constexpr (Rows > 1) {
    if (first < rows) {
      panel_columns<Vectors, Rows - 1>(rows - first, a + first, steps, b, c + first * ldc, ldc, end);
    }
  }
}

// b[k, columns] as lines of `width` (a multiple of kLanes), zeros beyond `columns`.
[[gnu::noinline]]
inline void pack_panel(int k, int columns, int width, const float* b, std::ptrdiff_t ldb, float* panel) {
  for (int p = 0; p < k; ++p, b += ldb, panel += width) {
    if (columns == width) {
      for (int j = 0; j < width; j += kLanes) store(panel + j, load(b + j));
    } else {
      for (int j = 0; j < width; ++j) panel[j] = j < columns ? b[j] : 0.0f;
    }
  }
}

// The same from b stored [columns, k].
[[gnu::noinline]]
inline void pack_panel_transposed(int k, int columns, int width, const float* b, std::ptrdiff_t ldb, float* panel) {
  for (int j = 0; j < width; ++j) {
    if (j < columns) {
      for (int p = 0; p < k; ++p) panel[p * width + j] = b[j * ldb + p];
    } else {
      for (int p = 0; p < k; ++p) panel[p * width + j] = 0.0f;
    }
  }
}

// How many vectors wide the panel that starts at column `first` of `columns` is: twos, and one three where the count is
// odd, so that a lone vector (whose tile has few sums for the loads it needs) appears only by itself.
inline int panel_vectors(int columns, int first) {
  const int left = (columns - first + kLanes - 1) / kLanes;
  return left == 1 || left == 3 ? left : 2;
}

// Columns of all panels together.
inline int padded_columns(int columns) { return (columns + kLanes - 1) / kLanes * kLanes; }

// Calls f(first column, std::integral_constant<int, vectors>) for every panel in order.
template <class F>
void for_each_panel(int columns, F f) {
  for (int first = 0; first < columns;) {
    const int vectors = panel_vectors(columns, first);
    if (vectors == 3) {
      f(first, std::integral_constant<int, 3>());
    } else if (vectors == 2) {
      f(first, std::integral_constant<int, 2>());
    } else {
      f(first, std::integral_constant<int, 1>());
    }
    first += vectors * kLanes;
  }
}

}  // namespace cnn::kernels
