#pragma once

#include <vector>

namespace cnn::kernels {

// What a cell outside the picture reads: 0, the nearest cell, or the picture mirrored at its first or last cell.
enum class Border { zero, nearest, reflect };

// The cell that is read at place `i` of an axis of `extent` cells; −1 where that is 0.
int cell_behind_border(int i, int extent, Border border);

// One axis: the input is made `factor` times as long, then `before` cells are put in front (negative: cut off) and as many
// behind as `out` asks for.
struct ResampleAxis {
  int in = 0, out = 0;
  int before = 0;
  int factor = 1;
};

// Pictures made larger or smaller without any weights: padding, cropping, up-sampling. With `linear` a cell is the mean of its
// neighbours weighted by nearness, cells being squares whose middles count; else it is the cell it falls into.
struct Resample {
  int batch = 1, channels = 0;
  ResampleAxis h, w;
  Border border = Border::zero;  // reflect: before and behind are smaller than the input
  bool linear = false;
};

// One cell of the input, and its share in a cell of the output.
struct ResampleTap {
  int row, column;
  double share;
};
// What the output at (row, column) is made of; nothing where the border is 0.
std::vector<ResampleTap> resample_taps(const Resample& s, int row, int column);

template <class T>
void resample_forward(const Resample& s, const T* x, T* y);
// dx (+)= each dy, shared out as the values were.
template <class T>
void resample_backward(const Resample& s, const T* dy, T* dx, bool accumulate);

namespace reference {
template <class T>
void resample_forward(const Resample& s, const T* x, T* y);
template <class T>
void resample_backward(const Resample& s, const T* dy, T* dx, bool accumulate);
}  // namespace reference

}  // namespace cnn::kernels
