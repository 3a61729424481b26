#include "engine/kernels/batch_norm.h"

#include <algorithm>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

// ---------------------------------------------------------------- reference

namespace reference {

template <class T>
void channel_moments(std::size_t rows, int channels, const T* x, T* mean, T* variance) {
  for (int c = 0; c < channels; ++c) {
    T total = 0;
    for (std::size_t r = 0; r < rows; ++r) total += x[r * channels + c];
    mean[c] = total / T(rows);
    T squares = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const T d = x[r * channels + c] - mean[c];
      squares += d * d;
    }
    variance[c] = squares / T(rows);
  }
}

template <class T>
void batch_norm_apply(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                      const T* beta, T* y) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (int c = 0; c < channels; ++c) {
      const std::size_t i = r * channels + c;
      y[i] = (x[i] - mean[c]) * inv_std[c] * gamma[c] + beta[c];
    }
  }
}

template <class T>
void batch_norm_backward(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                         const T* dy, T* dgamma, T* dbeta, T* dx, bool accumulate) {
  for (int c = 0; c < channels; ++c) {
    T sum = 0, dot = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t i = r * channels + c;
      sum += dy[i];
      dot += dy[i] * (x[i] - mean[c]) * inv_std[c];
    }
    dgamma[c] += dot;
    dbeta[c] += sum;
    if (dx == nullptr) continue;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t i = r * channels + c;
      const T normal = (x[i] - mean[c]) * inv_std[c];
      const T d = gamma[c] * inv_std[c] * (dy[i] - sum / T(rows) - normal * dot / T(rows));
      dx[i] = accumulate ? dx[i] + d : d;
    }
  }
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised

namespace {

// Sums run over this many rows before they are added to the total, which bounds the rounding error.
constexpr std::size_t kSumBlock = 128;

// Vectors of channels that are summed together: neighbours share the cache lines of a row.
constexpr int kTogether = 4;

// total[q][v] = Σ_r term_q for the vectors v at channel c: terms(v, offset into the arrays, part) adds the Count terms of one.
template <int Count, int Vectors, class Terms>
void sum_columns(std::size_t rows, int channels, int c, Terms terms, Batch (&total)[Count][Vectors]) {
  for (auto& t : total) std::fill_n(t, Vectors, Batch(0.0f));
  for (std::size_t r0 = 0; r0 < rows; r0 += kSumBlock) {
    const std::size_t r1 = std::min(rows, r0 + kSumBlock);
    Batch part[Count][Vectors];
    for (auto& t : part) std::fill_n(t, Vectors, Batch(0.0f));
    for (std::size_t r = r0; r < r1; ++r) {
      unroll<Vectors>([&](auto v) { terms(v, r * channels + c + v * kLanes, part); });
    }
    for (int q = 0; q < Count; ++q) {
      for (int v = 0; v < Vectors; ++v) total[q][v] = total[q][v] + part[q][v];
    }
  }
}

// Calls f(first channel, vectors, lane of the first new channel) for vectors that cover all channels; the last one reaches
// back over channels already done. Channels must be at least kLanes.
template <class F>
void for_each_vector(int channels, F f) {
  int c = 0;
  for (; c + kTogether * kLanes <= channels; c += kTogether * kLanes) f(c, std::integral_constant<int, kTogether>(), 0);
  for (; c + kLanes <= channels; c += kLanes) f(c, std::integral_constant<int, 1>(), 0);
  if (c < channels) f(channels - kLanes, std::integral_constant<int, 1>(), c - (channels - kLanes));
}

void keep_lanes(float* out, const Batch& v, int first_lane) {
  float lanes[kLanes];
  store(lanes, v);
  for (int i = first_lane; i < kLanes; ++i) out[i] = lanes[i];
}

void moments_vectors(std::size_t rows, int channels, const float* x, float* mean, float* variance) {
  const Batch share(1.0f / static_cast<float>(rows));
  for_each_vector(channels, [&](int c, auto vectors, int first_lane) {
    constexpr int kVectors = decltype(vectors)::value;
    Batch total[1][kVectors], centre[kVectors];
    const auto plain = [x](int v, std::size_t i, Batch(&part)[1][kVectors]) { part[0][v] = part[0][v] + load(x + i); };
    sum_columns(rows, channels, c, plain, total);
    for (int v = 0; v < kVectors; ++v) {
      centre[v] = total[0][v] * share;
      keep_lanes(mean + c + v * kLanes, centre[v], first_lane);
    }
    const auto squares = [&](int v, std::size_t i, Batch(&part)[1][kVectors]) {
      const Batch d = load(x + i) - centre[v];
      part[0][v] = fma(d, d, part[0][v]);
    };
    sum_columns(rows, channels, c, squares, total);
    for (int v = 0; v < kVectors; ++v) keep_lanes(variance + c + v * kLanes, total[0][v] * share, first_lane);
  });
}

void apply_vectors(std::size_t rows, int channels, const float* x, const float* mean, const float* inv_std,
                   const float* gamma, const float* beta, float* y) {
  for (std::size_t r = 0; r < rows; ++r, x += channels, y += channels) {
    int c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      const Batch scale = load(inv_std + c) * load(gamma + c);
      store(y + c, fma(load(x + c) - load(mean + c), scale, load(beta + c)));
    }
    for (; c < channels; ++c) y[c] = (x[c] - mean[c]) * inv_std[c] * gamma[c] + beta[c];
  }
}

void backward_vectors(std::size_t rows, int channels, const float* x, const float* mean, const float* inv_std,
                      const float* gamma, const float* dy, float* dgamma, float* dbeta, float* dx, bool accumulate,
                      float* sums) {
  float* dots = sums + channels;
  for_each_vector(channels, [&](int c, auto vectors, int first_lane) {
    constexpr int kVectors = decltype(vectors)::value;
    Batch centre[kVectors], total[2][kVectors];
    for (int v = 0; v < kVectors; ++v) centre[v] = load(mean + c + v * kLanes);
    const auto both = [&](int v, std::size_t i, Batch(&part)[2][kVectors]) {
      const Batch d = load(dy + i);
      part[0][v] = part[0][v] + d;
      part[1][v] = fma(d, load(x + i) - centre[v], part[1][v]);
    };
    sum_columns(rows, channels, c, both, total);
    for (int v = 0; v < kVectors; ++v) {
      keep_lanes(sums + c + v * kLanes, total[0][v], first_lane);
      keep_lanes(dots + c + v * kLanes, total[1][v] * load(inv_std + c + v * kLanes), first_lane);
    }
  });
  for (int c = 0; c < channels; ++c) {
    dgamma[c] += dots[c];
    dbeta[c] += sums[c];
    // dx = dy·p + x·q + s with p = gamma·inv_std: the mean and the projection folded into two numbers per channel.
    sums[c] /= static_cast<float>(rows);
    dots[c] *= inv_std[c] / static_cast<float>(rows);
  }
  if (dx == nullptr) return;
  const auto gradient = [=](int c, const float* px, const float* pd) {
    const Batch inner = load(pd + c) - load(sums + c) - (load(px + c) - load(mean + c)) * load(dots + c);
    return load(gamma + c) * load(inv_std + c) * inner;
  };
  for (std::size_t r = 0; r < rows; ++r, x += channels, dy += channels, dx += channels) {
    int c = 0;
    for (; c + kLanes <= channels; c += kLanes) {
      const Batch d = gradient(c, x, dy);
      store(dx + c, accumulate ? load(dx + c) + d : d);
    }
    for (; c < channels; ++c) {
      const float d = gamma[c] * inv_std[c] * (dy[c] - sums[c] - (x[c] - mean[c]) * dots[c]);
      dx[c] = accumulate ? dx[c] + d : d;
    }
  }
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void channel_moments(std::size_t rows, int channels, const T* x, T* mean, T* variance) {
  if constexpr (kVectorised<T>) {
    if (channels >= kLanes) return moments_vectors(rows, channels, x, mean, variance);
  }
  reference::channel_moments(rows, channels, x, mean, variance);
}

template <class T>
void batch_norm_apply(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                      const T* beta, T* y) {
  if constexpr (kVectorised<T>) {
    apply_vectors(rows, channels, x, mean, inv_std, gamma, beta, y);
  } else {
    reference::batch_norm_apply(rows, channels, x, mean, inv_std, gamma, beta, y);
  }
}

template <class T>
void batch_norm_backward(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                         const T* dy, T* dgamma, T* dbeta, T* dx, bool accumulate, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (channels >= kLanes) {
      return backward_vectors(rows, channels, x, mean, inv_std, gamma, dy, dgamma, dbeta, dx, accumulate, scratch);
    }
  }
  static_cast<void>(scratch);
  reference::batch_norm_backward(rows, channels, x, mean, inv_std, gamma, dy, dgamma, dbeta, dx, accumulate);
}

#define CNN_INSTANTIATE(T) \
  template void channel_moments(std::size_t, int, const T*, T*, T*); \
  template void batch_norm_apply(std::size_t, int, const T*, const T*, const T*, const T*, const T*, T*); \
  template void batch_norm_backward(std::size_t, int, const T*, const T*, const T*, const T*, const T*, T*, T*, T*, \
                                    bool, T*); \
  template void reference::channel_moments(std::size_t, int, const T*, T*, T*); \
  template void reference::batch_norm_apply(std::size_t, int, const T*, const T*, const T*, const T*, const T*, T*); \
  template void reference::batch_norm_backward(std::size_t, int, const T*, const T*, const T*, const T*, const T*, T*, \
                                               T*, T*, bool);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
