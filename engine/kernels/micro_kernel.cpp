#include "engine/kernels/micro_kernel.h"

#include <algorithm>
#include <numeric>

namespace cnn::kernels {

namespace {

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

// A panel of a product: where it lies and goes.
struct Panel {
  const float* b;
  std::ptrdiff_t b_step;
  const float* bias;                // of its first column, or null
  std::ptrdiff_t a_shift, c_shift;  // from the rows' addresses
  int last_lanes;                   // of its last vector that are columns
};

template <int Vectors>
struct Tile {
  static constexpr int kRows = tile_rows(Vectors);
  Batch sum[kRows * Vectors];

  // f(where in C, the sum, whether it is in the last column of vectors).
  template <class F>
  [[gnu::always_inline]] void each(float* const* c, std::ptrdiff_t shift, F f) {
    unroll<kRows * Vectors>([&](auto i) {
      constexpr int v = decltype(i)::value % Vectors;
      f(c[i / Vectors] + shift + v * kLanes, sum[i], v + 1 == Vectors);
    });
  }

  // The sums are added to those of C: all lanes in one go, or the last ones only as far as they are columns. At the end, so that a
  // long sum is one of shorter ones, which rounds less.
  [[gnu::always_inline]] void take_up(float* const* c, std::ptrdiff_t shift, int last_lanes) {
    if (last_lanes == kLanes) return each(c, shift, [](const float* at, Batch& s, bool) { s = s + load(at); });
    each(c, shift, [=](const float* at, Batch& s, bool last) { s = s + (last ? load_part(at, last_lanes) : load(at)); });
  }

  // sum += left(row) · right[vector].
  template <class Left>
  [[gnu::always_inline]] void add(Left left, const float* right) {
    Batch b[Vectors];
    unroll<Vectors>([&](auto v) { b[v] = load(right + v * kLanes); });
    unroll<kRows>([&](auto i) {
      const Batch a(left(i));
      unroll<Vectors>([&](auto v) { sum[i * Vectors + v] = fma(a, b[v], sum[i * Vectors + v]); });
    });
  }

  [[gnu::always_inline]] void finish(float* const* c, std::ptrdiff_t shift, int last_lanes) {
    if (last_lanes == kLanes) return each(c, shift, [](float* at, Batch& s, bool) { store(at, s); });
    each(c, shift, [=](float* at, Batch& s, bool last) { last ? store_part(at, s, last_lanes) : store(at, s); });
  }
};

template <int Vectors>
[[gnu::noinline]]
void multiply_tiles(int rows, const float* const* a, float* const* c, const Panel& panel, const Product& product) {
  constexpr int kRows = Tile<Vectors>::kRows;
  // Kept here: as far as the compiler can tell, C might lie over them.
  const int depth = product.depth, last_lanes = panel.last_lanes;
  const std::int32_t* const offset = product.offset;
  const std::ptrdiff_t b_step = panel.b_step, a_shift = panel.a_shift, c_shift = panel.c_shift;
  const bool accumulate = product.accumulate, rectify = product.rectify;
  const float* const bias = panel.bias;
  for (; rows > 0; rows -= kRows, a += kRows, c += kRows) {
    Tile<Vectors> tile;
    if (bias != nullptr && !accumulate) {
      unroll<kRows * Vectors>([&](auto i) { tile.sum[i] = load(bias + i % Vectors * kLanes); });
    } else {
      unroll<kRows * Vectors>([&](auto i) { tile.sum[i] = Batch(0.0f); });
    }
    const float* row[kRows];
    unroll<kRows>([&](auto i) { row[i] = a[i] + a_shift; });
    const float* b = panel.b;
    // Three ways to find the left operand, from few to many address calculations.
    if (offset == nullptr) {
      CNN_ROLLED for (int p = 0; p < depth; ++p) {
        tile.add([&](auto i) { return row[i][p]; }, b);
        b += b_step;
      }
    } else if (rows >= kRows && row[kRows - 1] == row[0] + (kRows - 1)) {
      // Rows only go up, unless the last one is repeated: these are neighbours.
      CNN_ROLLED for (int p = 0; p < depth; ++p) {
        const float* left = row[0] + offset[p];
        tile.add([&](auto i) { return left[i]; }, b);
        b += b_step;
      }
    } else {
      CNN_ROLLED for (int p = 0; p < depth; ++p) {
        const std::ptrdiff_t at = offset[p];
        tile.add([&](auto i) { return row[i][at]; }, b);
        b += b_step;
      }
    }
    if (accumulate) tile.take_up(c, c_shift, last_lanes);
    if (rectify) unroll<kRows * Vectors>([&](auto i) { tile.sum[i] = max(tile.sum[i], Batch(0.0f)); });
    tile.finish(c, c_shift, last_lanes);
  }
}

constexpr int kHeights[] = {tile_rows(1), tile_rows(2), tile_rows(3)};
constexpr int kHighest = std::max({kHeights[0], kHeights[1], kHeights[2]});

// Rows whose pointers are found at a time, for all panels: about a hundred, whole tiles of every height.
constexpr int kEven = std::lcm(std::lcm(kHeights[0], kHeights[1]), kHeights[2]);
constexpr int kChunk = (95 / kEven + 1) * kEven;

}  // namespace

void multiply(const Product& product) {
  constexpr decltype(&multiply_tiles<1>) kMultiply[] = {multiply_tiles<1>, multiply_tiles<2>, multiply_tiles<3>};
  const float* a[kChunk + kHighest];
  float* c[kChunk + kHighest];
  const float *picture_a = product.a, *line_a = product.a;
  float *picture_c = product.c, *line_c = product.c;
  int column = 0, line = 0;
  for (int left = product.rows; left > 0; left -= kChunk) {
    const int rows = std::min(left, kChunk);
    for (int i = 0; i < rows;) {
      if (column == product.in_line) {
        column = 0;
        line_a += product.a_line;
        line_c += product.c_line;
        if (++line == product.in_picture) {
          line = 0;
          line_a = picture_a += product.a_picture;
          line_c = picture_c += product.c_picture;
        }
      }
      const int stop = std::min(rows, i + (product.in_line - column));
      const float* at = line_a + column * product.a_step;
      float* to = line_c + column * product.c_step;
      column += stop - i;
      for (; i < stop; ++i, at += product.a_step, to += product.c_step) {
        a[i] = at;
        c[i] = to;
      }
    }
    // What is missing in the last tile repeats its last row, which is then written more than once: cheaper than a kernel
    // for every height.
    for (int i = rows; i < rows + kHighest; ++i) {
      a[i] = a[rows - 1];
      c[i] = c[rows - 1];
    }
    for (int r = 0; r < product.repeats; ++r) {
      for_each_panel(product.columns, [&](int first, int vectors) {
        const std::ptrdiff_t b_step = product.b_step == 0 ? vectors * kLanes : product.b_step;
        const Panel panel{product.b + r * product.b_repeat + first * product.panel_step + product.skip * b_step,
                          b_step,
                          product.bias != nullptr && r == product.biased ? product.bias + first : nullptr,
                          r * product.a_repeat,
                          r * product.c_repeat + first,
                          std::min(kLanes, product.columns - first - (vectors - 1) * kLanes)};
        kMultiply[vectors - 1](rows, a, c, panel, product);
      });
    }
  }
}

void pack_panel(int k, int columns, int width, const float* b, std::ptrdiff_t ldb, float* panel) {
  const int whole = columns / kLanes * kLanes;
  for (int p = 0; p < k; ++p, b += ldb, panel += width) {
    for (int j = 0; j < whole; j += kLanes) store(panel + j, load(b + j));
    if (whole < width) store(panel + whole, load_part(b + whole, columns - whole));
  }
}

void pack_panel_transposed(int k, int columns, int width, const float* b, std::ptrdiff_t ldb, float* panel) {
  for (int j = 0; j < width; j += kLanes, b += kLanes * ldb) {
    float* to = panel + j;
    for (int p = 0; p < k; p += kLanes) {
      Batch square[kLanes];
      const int lines = std::min(kLanes, k - p);
      const float* from = b + p;
      unroll<kLanes>([&](auto i) {
        square[i] = j + i < columns ? load_upto(from, lines) : Batch(0.0f);
        from += ldb;
      });
      transpose(square);
      unroll<kLanes>([&](auto i) {
        if (i < lines) store(to, square[i]);
        to += width;
      });
    }
  }
}

}  // namespace cnn::kernels
