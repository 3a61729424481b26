#include <algorithm>

#include "engine/kernels/conv2d_fast.h"
#include "engine/kernels/correlation.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/micro_kernel.h"
#include "engine/kernels/winograd_forms.h"

// The gradient of the kernel by Winograd's filtering where the picture has one channel, as in the first layer of a net for grey
// pictures: at each point there is one product for every channel of the result, which is taken where that is transformed, and no
// matrix is written. The picture is transformed with the pixels of a line, then the lines of a patch, side by side in the vectors.
// (The same for the forward pass is no faster than im2col: tests/bench/RESULTS.md.)

namespace cnn::kernels {

namespace {

using namespace winograd;

// What one patch needs, F(out×out, taps×taps); points lie at `points[column · padded_columns(side) + row]`.
struct Single {
  int taps, side, out;
  void (*columns)(const float* const* rows, std::ptrdiff_t count, float* out, std::ptrdiff_t out_row);
  void (*rows)(const float* in, std::ptrdiff_t row, float* points);
  Transform gather;
  void (*sums)(const float* dy, std::ptrdiff_t row, std::ptrdiff_t column, const float* points, float* sums, float* dbias,
               int cell);
};

// Along the lines of a patch, kLanes of them at a time; of the lines only those of the patch count.
template <class Line>
void transform_single_rows(const float* in, std::ptrdiff_t row, float* points) {
  constexpr int kSide = Line::kIn, kStep = padded_columns(kSide);
  for (int r = 0; r < kSide; r += kLanes, points += kLanes) {
    Batch d[kStep], t[kSide];
    unroll<kStep / kLanes>([&](auto block) {
      Batch square[kLanes];
      const float* from = in + block * kLanes;
      unroll<kLanes>([&](auto i) {
        square[i] = load(from);
        from += row;
      });
      transpose(square);
      unroll<kLanes>([&](auto i) { d[block * kLanes + i] = square[i]; });
    });
    Line::line(d, t);
    unroll<kSide>([&](auto p) { store(points + p * kStep, t[p]); });
    in += kLanes * row;
  }
}

// What a patch adds to the gradient of the kernel at the points, [row][column][channel], and to that of the bias, which is what the
// gradient of the result has at the point (1, 1).
template <class Line>
void add_sums(const float* dy, std::ptrdiff_t row, std::ptrdiff_t column, const float* points, float* sums, float* dbias,
              int cell) {
  constexpr int kSide = Line::kOut, kOut = Line::kIn;
  for (int c = 0; c < cell; c += kLanes) {
    float middle[kSide * kOut * kLanes];
    const float* from = dy + c;
    CNN_ROLLED for (int q = 0; q < kOut; ++q, from += column) {
      Batch t[kSide];
      transform_line<Line>(from, row, t);
      unroll<kSide>([&](auto k) { store(middle + (k * kOut + q) * kLanes, t[k]); });
    }
    float* sum = sums + c;
    CNN_ROLLED for (int k = 0; k < kSide; ++k) {
      Batch t[kSide];
      transform_line<Line>(middle + k * kOut * kLanes, kLanes, t);
      const float* point = points + k;
      unroll<kSide>([&](auto p) {
        store(sum, fma(Batch(*point), t[p], load(sum)));
        point += padded_columns(kSide);
        sum += cell;
      });
      if (k == 1) store(dbias + c, load(dbias + c) + t[1]);
    }
  }
}

template <int Out, int Taps>
constexpr Single single() {
  constexpr int kSide = Out + Taps - 1;
  using Taken = Gather<kSide, Taps, true>;
  return {Taps, kSide, Out, transform_columns<Patch<kSide>>, transform_single_rows<Patch<kSide>>, transform<Taken, Taken>,
          add_sums<Evaluate<kSide, Out, false>>};
}

constexpr Single kThree = single<4, 3>(), kFive = single<4, 5>();

// The sizes of the parts of its scratch memory.
struct Sizes {
  const Single& form;
  int cell;  // channels of the result
  int row;   // pixels of a line of patches

  explicit Sizes(const Conv2dShape& s)
      : form(s.kernel_h == 5 ? kFive : kThree),
        cell(padded_columns(s.out_c)),
        row(padded_columns((s.out_w + form.out - 1) / form.out * form.out + form.taps - 1)) {}

  // At the points, and of dy.
  std::size_t sums() const { return static_cast<std::size_t>(form.side * form.side + 1) * cell; }
  std::size_t points() const { return static_cast<std::size_t>(form.side) * padded_columns(form.side); }
  // A patch of the gradient of the result, or the gradient of the kernel.
  std::size_t tile() const { return static_cast<std::size_t>(std::max(form.out * form.out, form.taps * form.taps)) * cell; }
  std::size_t copy() const { return static_cast<std::size_t>(form.side) * row; }
  // Whole vectors of lines, and of pixels from the last patch on.
  std::size_t strip() const { return static_cast<std::size_t>(padded_columns(form.side)) * row + kLanes; }
  std::size_t all() const { return 2 * sums() + points() + tile() + copy() + strip(); }
};

}  // namespace

bool single_fits(const Conv2dShape& s) { return s.in_c == 1 && s.stride_h == 1 && winograd_fits(s, 4); }

std::size_t single_scratch(const Conv2dShape& s) { return Sizes(s).all(); }

void single_backward_kernel(const Conv2dShape& s, const float* x, const float* dy, float* dkernel, float* dbias,
                            float* scratch) {
  const Sizes sizes(s);
  const auto& [form, cell, row] = sizes;
  float* const total = scratch;
  float* const sums = total + sizes.sums();  // of one picture: shorter sums round less
  float* const points = sums + sizes.sums();
  float* const tile = points + sizes.points();
  float* const copy = tile + sizes.tile();
  float* const strip = copy + sizes.copy();
  const std::ptrdiff_t bias = static_cast<std::ptrdiff_t>(form.side) * form.side * cell;
  std::fill_n(total, sizes.sums(), 0.0f);
  std::fill_n(strip, sizes.strip(), 0.0f);
  const Axis h = forward_axis(s.in_h, s.out_h, form.taps, 1, 1, s.pad_top);
  const Axis w = forward_axis(s.in_w, s.out_w, form.taps, 1, 1, s.pad_left);
  Band band;
  band.span_h = form.side;
  band.span_w = row;
  const float* lines[kMostCells];
  for (int k = 0; k < form.side; ++k) lines[k] = copy + k * row;
  const std::ptrdiff_t dy_row = static_cast<std::ptrdiff_t>(s.out_w) * s.out_c;
  const float* const end = dy + static_cast<std::ptrdiff_t>(s.batch) * s.out_h * dy_row;
  for (int n = 0; n < s.batch; ++n) {
    const float* picture = x + static_cast<std::size_t>(n) * s.in_h * s.in_w;
    std::fill_n(sums, sizes.sums(), 0.0f);
    for (int y = 0; y < s.out_h; y += form.out) {
      copy_with_border(picture, h, w, y - s.pad_top, band, 1, 1, s.pad_mode, copy);
      form.columns(lines, row, strip, row);
      for (int q = 0; q < s.out_w; q += form.out) {
        form.rows(strip + q, row, points);
        const float* from = dy + (static_cast<std::ptrdiff_t>(n) * s.out_h + y) * dy_row + q * s.out_c;
        const int rows = std::min(form.out, s.out_h - y), columns = std::min(form.out, s.out_w - q);
        // A vector that is not full takes in what the next pixel has there; the last one of all has none.
        if (rows == form.out && columns == form.out && from + (form.out - 1) * (dy_row + s.out_c) + cell <= end) {
          form.sums(from, dy_row, s.out_c, points, sums, sums + bias, cell);
          continue;
        }
        std::fill_n(tile, sizes.tile(), 0.0f);
        for (int r = 0; r < rows; ++r, from += dy_row) {
          pack_panel(columns, s.out_c, cell, from, s.out_c, tile + r * form.out * cell);
        }
        form.sums(tile, form.out * cell, cell, points, sums, sums + bias, cell);
      }
    }
    add(sizes.sums(), total, sums, false, total);
  }
  form.gather(total, form.side * cell, cell, tile, form.taps * cell, cell, cell, kNoLimit);
  for (int t = 0; t < form.taps * form.taps; ++t, dkernel += s.out_c) add(s.out_c, dkernel, tile + t * cell, false, dkernel);
  if (dbias != nullptr) add(s.out_c, dbias, total + bias, false, dbias);
}

}  // namespace cnn::kernels
