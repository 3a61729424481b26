#include "engine/kernels/local_response_norm.h"

#include <cmath>
#include <cstdlib>

#include "engine/kernels/columns.h"
#include "engine/kernels/elementwise.h"

namespace cnn::kernels {

// ---------------------------------------------------------------- reference

namespace reference {
namespace {

template <class T>
T response(const LocalResponse& p, int channels, const T* x, int c) {
  T sum = 0;
  for (int j = std::max(0, c - p.reach); j <= std::min(channels - 1, c + p.reach); ++j) sum += x[j] * x[j];
  return T(p.offset) + T(p.alpha) * sum;
}

}  // namespace

template <class T>
void local_response_forward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, T* y) {
  for (std::size_t i = 0; i < pixels; ++i, x += channels, y += channels) {
    for (int c = 0; c < channels; ++c) y[c] = x[c] * std::pow(response(p, channels, x, c), -T(p.beta));
  }
}

template <class T>
void local_response_backward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, const T* dy, T* dx,
                             bool accumulate) {
  for (std::size_t i = 0; i < pixels; ++i, x += channels, dy += channels, dx += channels) {
    for (int c = 0; c < channels; ++c) {
      T d = dy[c] * std::pow(response(p, channels, x, c), -T(p.beta));
      for (int j = std::max(0, c - p.reach); j <= std::min(channels - 1, c + p.reach); ++j) {
        const T power = std::pow(response(p, channels, x, j), -T(p.beta) - 1);
        d -= 2 * T(p.alpha) * T(p.beta) * x[c] * dy[j] * x[j] * power;
      }
      dx[c] = accumulate ? dx[c] + d : d;
    }
  }
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised
// A pixel at a time: the window slides as a sum of shifted rows.

namespace {

template <class T>
void window_sums(int reach, int channels, const T* values, T* sums) {
  std::fill_n(sums, channels, T(0));
  for (int shift = -reach; shift <= reach; ++shift) {
    const int first = std::max(0, -shift), count = channels - std::abs(shift);
    if (count > 0) add_scaled(count, T(1), values + first + shift, sums + first, true);
  }
}

// powers = s^−beta. The exponent of AlexNet is two square roots; any other goes through the library.
template <class T>
void inverse_powers(double beta, int channels, const T* s, T* powers) {
  if (beta == 0.75) {
    transform(channels, powers, false, [](auto v) {
      using std::sqrt;
      using xsimd::sqrt;
      return decltype(v)(T(1)) / sqrt(v * sqrt(v));
    }, s);
  } else {
    for (int c = 0; c < channels; ++c) powers[c] = std::pow(s[c], -T(beta));
  }
}

template <class T>
void responses(const LocalResponse& p, int channels, const T* x, T* squares, T* s, T* powers) {
  multiply(channels, x, x, squares, false);
  window_sums(p.reach, channels, squares, s);
  const T offset = T(p.offset), alpha = T(p.alpha);
  transform(channels, s, false, [=](auto v) { return decltype(v)(offset) + decltype(v)(alpha) * v; }, s);
  inverse_powers(p.beta, channels, s, powers);
}

}  // namespace

template <class T>
void local_response_forward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, T* y, T* scratch) {
  T *squares = scratch, *s = scratch + channels, *powers = scratch + 2 * channels;
  for (std::size_t i = 0; i < pixels; ++i, x += channels, y += channels) {
    responses(p, channels, x, squares, s, powers);
    multiply(channels, x, powers, y, false);
  }
}

template <class T>
void local_response_backward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, const T* dy, T* dx,
                             bool accumulate, T* scratch) {
  T *row = scratch, *s = scratch + channels, *powers = scratch + 2 * channels;
  const T factor = T(2 * p.alpha * p.beta);
  for (std::size_t i = 0; i < pixels; ++i, x += channels, dy += channels, dx += channels) {
    responses(p, channels, x, row, s, powers);
    transform(channels, row, false, [](auto v, auto d, auto t, auto q) { return d * v * q / t; }, x, dy, s, powers);
    T* sums = s;
    window_sums(p.reach, channels, row, sums);
    const auto gradient = [=](auto v, auto d, auto q, auto w) { return d * q - decltype(v)(factor) * v * w; };
    transform(channels, dx, accumulate, gradient, x, dy, powers, sums);
  }
}

#define CNN_INSTANTIATE(T) \
  template void local_response_forward(const LocalResponse&, std::size_t, int, const T*, T*, T*); \
  template void local_response_backward(const LocalResponse&, std::size_t, int, const T*, const T*, T*, bool, T*); \
  template void reference::local_response_forward(const LocalResponse&, std::size_t, int, const T*, T*); \
  template void reference::local_response_backward(const LocalResponse&, std::size_t, int, const T*, const T*, T*, bool);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
