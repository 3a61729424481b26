#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "engine/kernels/simd.h"

// The register-blocked product that GEMM and convolution share: a tile of rows × (vectors·kLanes) sums stays in registers
// while the inner index runs. The right operand comes in panels, a few vectors wide, one line per inner index. The left
// operand is read where it lies, its elements found by a table of offsets.

namespace cnn::kernels {

constexpr int kMaxVectors = 3;

// C[i, :] (+)= Σ_p a[i][offset[p]] · b[p, :] for `rows` rows. Without a table the offset is p.
struct Product {
  int depth = 0;  // of p
  const std::int32_t* offset = nullptr;

  // The rows in reading order, where each one reads and where it lands: `in_line` neighbours make a line, `in_picture`
  // lines a picture.
  int rows = 0;
  const float* a = nullptr;
  float* c = nullptr;
  std::ptrdiff_t a_step = 0, c_step = 0;
  int in_line = std::numeric_limits<int>::max();
  std::ptrdiff_t a_line = 0, c_line = 0;
  int in_picture = std::numeric_limits<int>::max();
  std::ptrdiff_t a_picture = 0, c_picture = 0;

  // The columns: the panel that begins at column j lies at b + j·panel_step. Packed panels (panel_step = depth) have lines
  // of their own width, with 0 beyond the last column; with lines of b_step elements the panels lie in a matrix of a
  // multiple of kLanes columns.
  int columns = 0;
  const float* b = nullptr;
  std::ptrdiff_t panel_step = 0;
  std::ptrdiff_t b_step = 0;  // 0: packed
  int skip = 0;               // lines of each panel before the first that is used

  // The same product again and again, its operands and C each time this much further on.
  int repeats = 1;
  std::ptrdiff_t a_repeat = 0, b_repeat = 0, c_repeat = 0;

  bool accumulate = false;      // the sums are added to what C holds
  const float* bias = nullptr;  // else they start from this row of padded_columns(columns), else from 0
  int biased = 0;               // the repeat that it is for; the others start from 0
  bool rectify = false;         // max(0, sum) goes to C
};

void multiply(const Product& product);

// b[k, columns] as lines of `width` (a multiple of kLanes), zeros beyond `columns`.
void pack_panel(int k, int columns, int width, const float* b, std::ptrdiff_t ldb, float* panel);
// The same from b stored [columns, k].
void pack_panel_transposed(int k, int columns, int width, const float* b, std::ptrdiff_t ldb, float* panel);

// How many vectors wide the panel that starts at column `first` of `columns` is: twos, and one three where the count is
// odd, so that a lone vector (whose tile has few sums for the loads it needs) appears only by itself.
inline int panel_vectors(int columns, int first) {
  const int left = (columns - first + kLanes - 1) / kLanes;
  return left == 1 || left == 3 ? left : 2;
}

// Columns of all panels together.
constexpr int padded_columns(int columns) { return (columns + kLanes - 1) / kLanes * kLanes; }

// Calls f(first column, vectors) for every panel in order.
template <class F>
void for_each_panel(int columns, F f) {
  for (int first = 0; first < columns;) {
    const int vectors = panel_vectors(columns, first);
    f(first, vectors);
    first += vectors * kLanes;
  }
}

}  // namespace cnn::kernels
