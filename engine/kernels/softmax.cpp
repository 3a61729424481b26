#include "engine/kernels/softmax.h"

#include <cmath>
#include <cstddef>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

// ---------------------------------------------------------------- reference

namespace {

template <class T>
int first_largest(int columns, const T* x) {
  int best = 0;
  for (int c = 1; c < columns; ++c) {
    if (x[c] > x[best]) best = c;
  }
  return best;
}

template <class T>
void softmax_row(int columns, const T* x, T* p) {
  const T top = x[first_largest(columns, x)];
  T total = 0;
  for (int c = 0; c < columns; ++c) {
    p[c] = std::exp(x[c] - top);
    total += p[c];
  }
  for (int c = 0; c < columns; ++c) p[c] /= total;
}

// ---------------------------------------------------------------- vectorised

float row_largest(int columns, const float* x) {
  if (columns < kLanes) return x[first_largest(columns, x)];
  Batch top = load(x);
  for (int c = kLanes; c + kLanes <= columns; c += kLanes) top = max(top, load(x + c));
  return largest(max(top, load(x + columns - kLanes)));
}

// Writes e^(x − top) to p (when given) and returns the sum.
float row_exponentials(int columns, const float* x, float top, float* p) {
  const Batch shift(top);
  Batch total(0.0f);
  int c = 0;
  for (; c + kLanes <= columns; c += kLanes) {
    const Batch e = exp(load(x + c) - shift);
    total = total + e;
    if (p != nullptr) store(p + c, e);
  }
  if (c < columns) {
    float lanes[kLanes];
    store(lanes, exp(load_part(x + c, columns - c, top) - shift));
    for (int i = columns - c; i < kLanes; ++i) lanes[i] = 0.0f;
    total = total + load(lanes);
    if (p != nullptr) std::memcpy(p + c, lanes, sizeof(float) * (columns - c));
  }
  return sum(total);
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void softmax_forward(int rows, int columns, const T* x, T* p) {
  for (int r = 0; r < rows; ++r, x += columns, p += columns) {
    if constexpr (kVectorised<T>) {
      const float total = row_exponentials(columns, x, row_largest(columns, x), p);
      map(columns, p, false, [=](Batch v) { return v / Batch(total); }, p);
    } else {
      softmax_row(columns, x, p);
    }
  }
}

template <class T>
double cross_entropy(int rows, int columns, const T* logits, const std::int32_t* labels, int* correct) {
  double loss = 0.0;
  int hits = 0;
  for (int r = 0; r < rows; ++r, logits += columns) {
    const int best = first_largest(columns, logits);
    const T top = logits[best];
    T total = 0;
    if constexpr (kVectorised<T>) {
      total = row_exponentials(columns, logits, top, nullptr);
    } else {
      for (int c = 0; c < columns; ++c) total += std::exp(logits[c] - top);
    }
    loss += std::log(static_cast<double>(total)) + static_cast<double>(top) - static_cast<double>(logits[labels[r]]);
    if (best == labels[r]) ++hits;
  }
  if (correct != nullptr) *correct = hits;
  return loss;
}

template <class T>
void cross_entropy_backward(int rows, int columns, const T* p, const std::int32_t* labels, T scale, T* dx,
                            bool accumulate) {
  for (int r = 0; r < rows; ++r, p += columns, dx += columns) {
    const T hot = p[labels[r]] - T(1);
    const T before = accumulate ? dx[labels[r]] : T(0);
    if constexpr (kVectorised<T>) {
      map(columns, dx, accumulate, [=](Batch v) { return v * Batch(scale); }, p);
    } else {
      for (int c = 0; c < columns; ++c) dx[c] = accumulate ? dx[c] + scale * p[c] : scale * p[c];
    }
    dx[labels[r]] = before + scale * hot;
  }
}

#define CNN_INSTANTIATE(T) \
  template void softmax_forward(int, int, const T*, T*); \
  template double cross_entropy(int, int, const T*, const std::int32_t*, int*); \
  template void cross_entropy_backward(int, int, const T*, const std::int32_t*, T, T*, bool);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
