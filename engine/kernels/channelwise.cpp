#include "engine/kernels/channelwise.h"

#include "engine/kernels/columns.h"
#include "engine/kernels/elementwise.h"

namespace cnn::kernels {

// ---------------------------------------------------------------- reference

namespace reference {

template <class T>
void gate_maps(int images, std::size_t rows, int channels, const T* x, const T* gate, T* y, bool accumulate) {
  const std::size_t image = rows * channels;
  for (std::size_t i = 0; i < images * image; ++i) {
    const T product = x[i] * gate[i / image * channels + i % channels];
    y[i] = accumulate ? y[i] + product : product;
  }
}

template <class T>
void gate_maps_backward(int images, std::size_t rows, int channels, const T* x, const T* dy, T* dgate, bool accumulate) {
  const std::size_t image = rows * channels;
  if (!accumulate) std::fill_n(dgate, static_cast<std::size_t>(images) * channels, T(0));
  for (std::size_t i = 0; i < images * image; ++i) dgate[i / image * channels + i % channels] += x[i] * dy[i];
}

template <class T>
void prelu_forward(std::size_t rows, int channels, const T* slope, const T* x, T* y) {
  for (std::size_t i = 0; i < rows * channels; ++i) y[i] = x[i] < 0 ? slope[i % channels] * x[i] : x[i];
}

template <class T>
void prelu_backward(std::size_t rows, int channels, const T* slope, const T* x, const T* dy, T* dx, bool accumulate,
                    T* dslope) {
  for (std::size_t i = 0; i < rows * channels; ++i) {
    const int c = static_cast<int>(i % channels);
    if (dslope != nullptr && !(x[i] > 0)) dslope[c] += dy[i] * x[i];
    if (dx == nullptr) continue;
    const T d = x[i] > 0 ? dy[i] : slope[c] * dy[i];
    dx[i] = accumulate ? dx[i] + d : d;
  }
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised and routing

template <class T>
void gate_maps(int images, std::size_t rows, int channels, const T* x, const T* gate, T* y, bool accumulate) {
  const auto product = [](auto v, auto g) { return v * g; };
  if (channels == 1) {
    for (int n = 0; n < images; ++n) add_scaled(rows, gate[n], x + n * rows, y + n * rows, accumulate);
    return;
  }
  for (int n = 0; n < images; ++n, gate += channels) {
    for (std::size_t r = 0; r < rows; ++r, x += channels, y += channels) {
      transform(channels, y, accumulate, product, x, gate);
    }
  }
}

template <class T>
void gate_maps_backward(int images, std::size_t rows, int channels, const T* x, const T* dy, T* dgate, bool accumulate) {
  for (int n = 0; n < images; ++n, x += rows * channels, dy += rows * channels, dgate += channels) {
    dot_columns(rows, channels, x, dy, dgate, accumulate);
  }
}

template <class T>
void prelu_forward(std::size_t rows, int channels, const T* slope, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    const auto bend = [](Batch v, Batch a) { return select(v < Batch(0.0f), v * a, v); };
    for (std::size_t r = 0; r < rows; ++r, x += channels, y += channels) map(channels, y, false, bend, x, slope);
  } else {
    reference::prelu_forward(rows, channels, slope, x, y);
  }
}

template <class T>
void prelu_backward(std::size_t rows, int channels, const T* slope, const T* x, const T* dy, T* dx, bool accumulate,
                    T* dslope) {
  if constexpr (kVectorised<T>) {
    if (channels >= kLanes) {
      const auto bent = [x, dy](std::size_t i, Nothing, Batch(&part)[1]) {
        part[0] = fma(min(load(x + i), Batch(0.0f)), load(dy + i), part[0]);
      };
      if (dslope != nullptr) {
        sum_columns<1>(rows, channels, nothing, bent, [=](int c, int first_lane, const Batch(&total)[1]) {
          put_lanes(dslope + c, total[0], first_lane, true);
        });
      }
      if (dx == nullptr) return;
      const auto gradient = [](Batch v, Batch d, Batch a) { return select(v > Batch(0.0f), d, d * a); };
      for (std::size_t r = 0; r < rows; ++r, x += channels, dy += channels, dx += channels) {
        map(channels, dx, accumulate, gradient, x, dy, slope);
      }
      return;
    }
  }
  reference::prelu_backward(rows, channels, slope, x, dy, dx, accumulate, dslope);
}

#define CNN_INSTANTIATE_ONE(scope, T) \
  template void scope gate_maps(int, std::size_t, int, const T*, const T*, T*, bool); \
  template void scope gate_maps_backward(int, std::size_t, int, const T*, const T*, T*, bool); \
  template void scope prelu_forward(std::size_t, int, const T*, const T*, T*); \
  template void scope prelu_backward(std::size_t, int, const T*, const T*, const T*, T*, bool, T*);
#define CNN_INSTANTIATE(T) CNN_INSTANTIATE_ONE(, T) CNN_INSTANTIATE_ONE(reference::, T)
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
