#include "engine/kernels/softmax.h"

#include <algorithm>
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

// Σ_r loss(row, label, first of its largest), and how often the label is the largest.
template <class T, class F>
double sum_of_losses(int rows, int columns, const T* x, const std::int32_t* labels, int* correct, F loss) {
  double total = 0.0;
  int hits = 0;
  for (int r = 0; r < rows; ++r, x += columns) {
    const int best = first_largest(columns, x);
    total += loss(x, labels[r], best);
    if (best == labels[r]) ++hits;
  }
  if (correct != nullptr) *correct = hits;
  return total;
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
double cross_entropy(int rows, int columns, const T* logits, const std::int32_t* labels, double smoothing, int* correct) {
  return sum_of_losses(rows, columns, logits, labels, correct, [=](const T* x, int label, int best) {
    const T top = x[best];
    T total = 0;
    if constexpr (kVectorised<T>) {
      total = row_exponentials(columns, x, top, nullptr);
    } else {
      for (int c = 0; c < columns; ++c) total += std::exp(x[c] - top);
    }
    double mean = 0;
    for (int c = 0; smoothing > 0 && c < columns; ++c) mean += static_cast<double>(x[c]) / columns;
    const double aim = (1 - smoothing) * static_cast<double>(x[label]) + smoothing * mean;
    return std::log(static_cast<double>(total)) + static_cast<double>(top) - aim;
  });
}

template <class T>
void cross_entropy_backward(int rows, int columns, const T* p, const std::int32_t* labels, T smoothing, T scale, T* dx,
                            bool accumulate) {
  const T floor = smoothing / T(columns);
  for (int r = 0; r < rows; ++r, p += columns, dx += columns) {
    const T hot = p[labels[r]] - (T(1) - smoothing) - floor;
    const T before = accumulate ? dx[labels[r]] : T(0);
    if constexpr (kVectorised<T>) {
      map(columns, dx, accumulate, [=](Batch v) { return (v - Batch(floor)) * Batch(scale); }, p);
    } else {
      for (int c = 0; c < columns; ++c) dx[c] = accumulate ? dx[c] + scale * (p[c] - floor) : scale * (p[c] - floor);
    }
    dx[labels[r]] = before + scale * hot;
  }
}

template <class T>
double squared_error(int rows, int columns, const T* x, const std::int32_t* labels, int* correct) {
  return sum_of_losses(rows, columns, x, labels, correct, [=](const T* row, int label, int) {
    double loss = 0;
    for (int c = 0; c < columns; ++c) {
      const double d = static_cast<double>(row[c]) - (c == label ? 1 : 0);
      loss += d * d / 2;
    }
    return loss;
  });
}

template <class T>
double binary_cross_entropy(int rows, int columns, const T* logits, const std::int32_t* labels, int* correct) {
  return sum_of_losses(rows, columns, logits, labels, correct, [=](const T* x, int label, int) {
    double loss = -static_cast<double>(x[label]);  // −ln sigmoid(z) = softplus(z) − z, −ln(1 − sigmoid(z)) = softplus(z)
    for (int c = 0; c < columns; ++c) {
      const double z = static_cast<double>(x[c]);
      loss += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
    }
    return loss;
  });
}

template <class T>
double hinge(int rows, int columns, const T* x, const std::int32_t* labels, double margin, int* correct) {
  return sum_of_losses(rows, columns, x, labels, correct, [=](const T* row, int label, int) {
    double loss = -margin;  // the label's own
    for (int c = 0; c < columns; ++c) {
      loss += std::max(0.0, static_cast<double>(row[c]) - static_cast<double>(row[label]) + margin);
    }
    return loss;
  });
}

template <class T>
void hinge_backward(int rows, int columns, const T* x, const std::int32_t* labels, double margin, T scale, T* dx,
                    bool accumulate) {
  for (int r = 0; r < rows; ++r, x += columns, dx += columns) {
    const int label = labels[r];
    T others = 0;
    for (int c = 0; c < columns; ++c) {
      const bool close = c != label && static_cast<double>(x[c]) - static_cast<double>(x[label]) + margin > 0;
      const T d = close ? scale : T(0);
      others += d;
      dx[c] = accumulate ? dx[c] + d : d;
    }
    dx[label] -= others;
  }
}

#define CNN_INSTANTIATE(T) \
  template void softmax_forward(int, int, const T*, T*); \
  template double cross_entropy(int, int, const T*, const std::int32_t*, double, int*); \
  template void cross_entropy_backward(int, int, const T*, const std::int32_t*, T, T, T*, bool); \
  template double squared_error(int, int, const T*, const std::int32_t*, int*); \
  template double binary_cross_entropy(int, int, const T*, const std::int32_t*, int*); \
  template double hinge(int, int, const T*, const std::int32_t*, double, int*); \
  template void hinge_backward(int, int, const T*, const std::int32_t*, double, T, T*, bool);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
