#pragma once

#include <cstdint>

namespace cnn::kernels {

// Windows may overlap and may reach into the padding and beyond. Only the picture's cells take part: no other can win a
// maximum, and an average divides by those inside the picture or, with `count_padding`, inside picture and padding.
struct Pool2dShape {
  int batch = 1;
  int in_h = 0, in_w = 0, channels = 0;
  int out_h = 0, out_w = 0;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool count_padding = false;
};

// What the average of the window at (oy, ox) divides by.
int pool_divisor(const Pool2dShape& s, int oy, int ox);

// winners[n, oy, ox, c] = the flat index iy·in_w + ix of the first largest cell in reading order. May be null (inference).
template <class T>
void max_pool_forward(const Pool2dShape& s, const T* x, T* y, std::int32_t* winners);
// dx overwritten with zeros first unless `accumulate`, then each dy is added at its winner.
template <class T>
void max_pool_backward(const Pool2dShape& s, const T* dy, const std::int32_t* winners, T* dx, bool accumulate);

// average = sum / count; `average` false gives the sum.
template <class T>
void sum_pool_forward(const Pool2dShape& s, bool average, const T* x, T* y);
template <class T>
void sum_pool_backward(const Pool2dShape& s, bool average, const T* dy, T* dx, bool accumulate);

namespace reference {
template <class T>
void max_pool_forward(const Pool2dShape& s, const T* x, T* y, std::int32_t* winners);
template <class T>
void max_pool_backward(const Pool2dShape& s, const T* dy, const std::int32_t* winners, T* dx, bool accumulate);
template <class T>
void sum_pool_forward(const Pool2dShape& s, bool average, const T* x, T* y);
template <class T>
void sum_pool_backward(const Pool2dShape& s, bool average, const T* dy, T* dx, bool accumulate);
}  // namespace reference

}  // namespace cnn::kernels
