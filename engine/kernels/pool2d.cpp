#include "engine/kernels/pool2d.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {

// The cells of one window that lie inside the picture: rows [y0, y1), columns [x0, x1).
struct Window {
  int y0, y1, x0, x1;
  int oy, ox;
};

Window window_of(const Pool2dShape& s, int oy, int ox) {
  const int y = oy * s.stride_h - s.pad_top, x = ox * s.stride_w - s.pad_left;
  return {std::max(y, 0), std::min(y + s.kernel_h, s.in_h), std::max(x, 0), std::min(x + s.kernel_w, s.in_w), oy, ox};
}

// Cells of one axis that the window at `begin` shares with the picture and so much padding before and after it.
int shared(int begin, int kernel, int in, int before, int after) {
  return std::min(begin + kernel, in + after) - std::max(begin, -before);
}

std::size_t in_cells(const Pool2dShape& s) { return static_cast<std::size_t>(s.in_h) * s.in_w; }
std::size_t out_cells(const Pool2dShape& s) { return static_cast<std::size_t>(s.out_h) * s.out_w; }

// f(window, x of the image, index of the output cell) for every output cell in order.
template <class F>
void for_each_window(const Pool2dShape& s, F f) {
  std::size_t out = 0;
  for (int n = 0; n < s.batch; ++n) {
    for (int oy = 0; oy < s.out_h; ++oy) {
      for (int ox = 0; ox < s.out_w; ++ox, ++out) f(window_of(s, oy, ox), n * in_cells(s) * s.channels, out * s.channels);
    }
  }
}

}  // namespace

int pool_divisor(const Pool2dShape& s, int oy, int ox) {
  const bool all = s.count_padding;
  const int y = oy * s.stride_h - s.pad_top, x = ox * s.stride_w - s.pad_left;
  const int rows = shared(y, s.kernel_h, s.in_h, all ? s.pad_top : 0, all ? s.pad_bottom : 0);
  const int columns = shared(x, s.kernel_w, s.in_w, all ? s.pad_left : 0, all ? s.pad_right : 0);
  return std::max(rows * columns, 1);
}

// ---------------------------------------------------------------- reference

namespace reference {

template <class T>
void max_pool_forward(const Pool2dShape& s, const T* x, T* y, std::int32_t* winners) {
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    for (int c = 0; c < s.channels; ++c) {
      int best = w.y0 * s.in_w + w.x0;
      for (int iy = w.y0; iy < w.y1; ++iy) {
        for (int ix = w.x0; ix < w.x1; ++ix) {
          const int cell = iy * s.in_w + ix;
          if (x[image + static_cast<std::size_t>(cell) * s.channels + c] >
              x[image + static_cast<std::size_t>(best) * s.channels + c]) {
            best = cell;
          }
        }
      }
      y[out + c] = x[image + static_cast<std::size_t>(best) * s.channels + c];
      if (winners != nullptr) winners[out + c] = best;
    }
  });
}

template <class T>
void max_pool_backward(const Pool2dShape& s, const T* dy, const std::int32_t* winners, T* dx, bool accumulate) {
  if (!accumulate) std::fill_n(dx, s.batch * in_cells(s) * s.channels, T(0));
  const std::size_t image_out = out_cells(s) * s.channels;
  for (int n = 0; n < s.batch; ++n, dx += in_cells(s) * s.channels) {
    for (std::size_t i = 0; i < image_out; ++i, ++dy, ++winners) {
      dx[static_cast<std::size_t>(*winners) * s.channels + i % s.channels] += *dy;
    }
  }
}

template <class T>
void sum_pool_forward(const Pool2dShape& s, bool average, const T* x, T* y) {
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    for (int c = 0; c < s.channels; ++c) {
      T total = 0;
      for (int iy = w.y0; iy < w.y1; ++iy) {
        for (int ix = w.x0; ix < w.x1; ++ix) total += x[image + (static_cast<std::size_t>(iy) * s.in_w + ix) * s.channels + c];
      }
      y[out + c] = average ? total / T(pool_divisor(s, w.oy, w.ox)) : total;
    }
  });
}

template <class T>
void sum_pool_backward(const Pool2dShape& s, bool average, const T* dy, T* dx, bool accumulate) {
  if (!accumulate) std::fill_n(dx, s.batch * in_cells(s) * s.channels, T(0));
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    for (int c = 0; c < s.channels; ++c) {
      const T d = average ? dy[out + c] / T(pool_divisor(s, w.oy, w.ox)) : dy[out + c];
      for (int iy = w.y0; iy < w.y1; ++iy) {
        for (int ix = w.x0; ix < w.x1; ++ix) dx[image + (static_cast<std::size_t>(iy) * s.in_w + ix) * s.channels + c] += d;
      }
    }
  });
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised

namespace {

// A whole-number vector in the lanes of a Batch: only moved and compared, never computed with.
Batch as_lanes(std::int32_t value) { return xsimd::bitwise_cast<Batch>(IntBatch(value)); }

void store_lanes(std::int32_t* p, const Batch& v) { xsimd::bitwise_cast<IntBatch>(v).store_unaligned(p); }

// dy where the winner is `cell`, else 0.
Batch won(const std::int32_t* winners, std::int32_t cell, const Batch& dy) {
  const auto mask = IntBatch::load_unaligned(winners) == IntBatch(cell);
  return xsimd::bitwise_cast<Batch>(xsimd::select(mask, xsimd::bitwise_cast<IntBatch>(dy), IntBatch(0)));
}

// f(first channel) for vectors that cover all channels; the last one reaches back over channels already done, so f must
// not mind doing a channel twice. At least kLanes channels.
template <class F>
void for_each_vector(int channels, F f) {
  int c = 0;
  for (; c + kLanes <= channels; c += kLanes) f(c);
  if (c < channels) f(channels - kLanes);
}

// f(row, column) for each cell of a window, line by line; written out where its size is known before run time (not 0).
template <int Kernel, class F>
[[gnu::always_inline]] inline void for_each_cell(const Window& w, F f) {
  if constexpr (Kernel > 0) {
    unroll<Kernel * Kernel>([&](auto i) { f(i / Kernel, i % Kernel); });
  } else {
    for (int r = 0; r < w.y1 - w.y0; ++r) {
      for (int q = 0; q < w.x1 - w.x0; ++q) f(r, q);
    }
  }
}

// Without Record nobody asks for the winners.
template <int Kernel, bool Record>
void max_forward_vectors(const Pool2dShape& s, const float* x, float* y, std::int32_t* winners) {
  const std::ptrdiff_t channels = s.channels, line = channels * s.in_w;
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    const int first = w.y0 * s.in_w + w.x0;
    const float* corner = x + image + first * channels;
    for_each_vector(s.channels, [&](int c) {
      Batch best = load(corner + c), winner = as_lanes(first);
      for_each_cell<Kernel>(w, [&](int r, int q) {
        if (r + q == 0) return;
        const Batch value = load(corner + r * line + q * channels + c);
        if (Record) winner = select(value > best, as_lanes(first + r * s.in_w + q), winner);
        best = max(best, value);
      });
      store(y + out + c, best);
      if (Record) store_lanes(winners + out + c, winner);
    });
  });
}

bool whole_windows(const Pool2dShape& s) {
  return s.pad_top == 0 && s.pad_left == 0 && (s.out_h - 1) * s.stride_h + s.kernel_h <= s.in_h &&
         (s.out_w - 1) * s.stride_w + s.kernel_w <= s.in_w;
}

// The size of square windows that lie in the picture, else 0.
int size_of(const Pool2dShape& s) { return s.kernel_h == s.kernel_w && whole_windows(s) ? s.kernel_h : 0; }

// Windows that do not overlap: every cell belongs to one at most, so its gradient is written, not added up.
template <int Kernel>
void max_backward_apart(const Pool2dShape& s, const float* dy, const std::int32_t* winners, float* dx, bool accumulate) {
  const std::ptrdiff_t channels = s.channels, line = channels * s.in_w;
  const bool covered = whole_windows(s) && s.stride_h * s.out_h == s.in_h && s.stride_w * s.out_w == s.in_w &&
                       s.kernel_h == s.stride_h && s.kernel_w == s.stride_w;
  if (!accumulate && !covered) std::fill_n(dx, s.batch * in_cells(s) * s.channels, 0.0f);
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    const int first = w.y0 * s.in_w + w.x0;
    float* corner = dx + image + first * channels;
    const auto write = [&](int r, int q, int c) {
      store(corner + r * line + q * channels + c, won(winners + out + c, first + r * s.in_w + q, load(dy + out + c)));
    };
    if constexpr (Kernel > 0) {
      if (!accumulate) {
        for_each_vector(s.channels, [&](int c) { for_each_cell<Kernel>(w, [&](int r, int q) { write(r, q, c); }); });
        return;
      }
    }
    for_each_cell<0>(w, [&](int r, int q) {
      if (!accumulate) return for_each_vector(s.channels, [&](int c) { write(r, q, c); });
      const int cell = first + r * s.in_w + q;
      float* to = corner + r * line + q * channels;
      int c = 0;
      for (; c + kLanes <= s.channels; c += kLanes) {
        store(to + c, load(to + c) + won(winners + out + c, cell, load(dy + out + c)));
      }
      for (; c < s.channels; ++c) to[c] += winners[out + c] == cell ? dy[out + c] : 0.0f;
    });
  });
}

void sum_forward_vectors(const Pool2dShape& s, bool average, const float* x, float* y) {
  const std::ptrdiff_t channels = s.channels, line = channels * s.in_w;
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    const float* corner = x + image + (w.y0 * s.in_w + w.x0) * channels;
    const Batch share(average ? 1.0f / static_cast<float>(pool_divisor(s, w.oy, w.ox)) : 1.0f);
    for_each_vector(s.channels, [&](int c) {
      Batch total(0.0f);
      for (int r = 0; r < w.y1 - w.y0; ++r) {
        for (int q = 0; q < w.x1 - w.x0; ++q) total = total + load(corner + r * line + q * channels + c);
      }
      store(y + out + c, total * share);
    });
  });
}

void sum_backward_vectors(const Pool2dShape& s, bool average, const float* dy, float* dx, bool accumulate) {
  if (!accumulate) std::fill_n(dx, s.batch * in_cells(s) * s.channels, 0.0f);
  const std::ptrdiff_t channels = s.channels;
  for_each_window(s, [&](const Window& w, std::size_t image, std::size_t out) {
    const float share = average ? 1.0f / static_cast<float>(pool_divisor(s, w.oy, w.ox)) : 1.0f;
    for (int y = w.y0; y < w.y1; ++y) {
      for (int x = w.x0; x < w.x1; ++x) {
        float* to = dx + image + (static_cast<std::ptrdiff_t>(y) * s.in_w + x) * channels;
        int c = 0;
        for (; c + kLanes <= s.channels; c += kLanes) {
          store(to + c, load(to + c) + load(dy + out + c) * Batch(share));
        }
        for (; c < s.channels; ++c) to[c] += dy[out + c] * share;
      }
    }
  });
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void max_pool_forward(const Pool2dShape& s, const T* x, T* y, std::int32_t* winners) {
  if constexpr (kVectorised<T>) {
    if (s.channels >= kLanes) {
      const auto by_size = [size = size_of(s)](auto two, auto three, auto any) { return size == 2 ? two : size == 3 ? three : any; };
      const auto silent = by_size(max_forward_vectors<2, false>, max_forward_vectors<3, false>, max_forward_vectors<0, false>);
      const auto recording = by_size(max_forward_vectors<2, true>, max_forward_vectors<3, true>, max_forward_vectors<0, true>);
      return (winners != nullptr ? recording : silent)(s, x, y, winners);
    }
  }
  reference::max_pool_forward(s, x, y, winners);
}

template <class T>
void max_pool_backward(const Pool2dShape& s, const T* dy, const std::int32_t* winners, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    if (s.channels >= kLanes && s.kernel_h <= s.stride_h && s.kernel_w <= s.stride_w) {
      return (size_of(s) == 2 ? max_backward_apart<2> : max_backward_apart<0>)(s, dy, winners, dx, accumulate);
    }
  }
  reference::max_pool_backward(s, dy, winners, dx, accumulate);
}

template <class T>
void sum_pool_forward(const Pool2dShape& s, bool average, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    if (s.channels >= kLanes) return sum_forward_vectors(s, average, x, y);
  }
  reference::sum_pool_forward(s, average, x, y);
}

template <class T>
void sum_pool_backward(const Pool2dShape& s, bool average, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    if (s.channels >= kLanes) return sum_backward_vectors(s, average, dy, dx, accumulate);
  }
  reference::sum_pool_backward(s, average, dy, dx, accumulate);
}

#define CNN_INSTANTIATE_ONE(scope, T) \
  template void scope max_pool_forward(const Pool2dShape&, const T*, T*, std::int32_t*); \
  template void scope max_pool_backward(const Pool2dShape&, const T*, const std::int32_t*, T*, bool); \
  template void scope sum_pool_forward(const Pool2dShape&, bool, const T*, T*); \
  template void scope sum_pool_backward(const Pool2dShape&, bool, const T*, T*, bool);
#define CNN_INSTANTIATE(T) CNN_INSTANTIATE_ONE(, T) CNN_INSTANTIATE_ONE(reference::, T)
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
