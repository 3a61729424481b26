#include "engine/kernels/elementwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels/columns.h"
#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {
constexpr double kGeluScale = 0.7978845608028654;  // √(2/π)
constexpr double kGeluCubic = 0.044715;
}  // namespace

// ---------------------------------------------------------------- reference

namespace reference {
namespace {

template <class T, class F>
void each(std::size_t count, T* out, bool accumulate, F f) {
  for (std::size_t i = 0; i < count; ++i) out[i] = accumulate ? out[i] + f(i) : f(i);
}

template <class T>
T logistic(T x) {
  return T(1) / (T(1) + std::exp(-x));
}

}  // namespace

template <class T>
void relu_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] < 0 ? T(0) : x[i]; });
}

template <class T>
void relu_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return y[i] > 0 ? dy[i] : T(0); });
}

template <class T>
void leaky_relu_forward(std::size_t count, T slope, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] < 0 ? slope * x[i] : x[i]; });
}

template <class T>
void leaky_relu_backward(std::size_t count, T slope, const T* x, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return x[i] > 0 ? dy[i] : slope * dy[i]; });
}

template <class T>
void elu_forward(std::size_t count, T alpha, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] < 0 ? alpha * std::expm1(x[i]) : x[i]; });
}

template <class T>
void elu_backward(std::size_t count, T alpha, const T* x, const T* y, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return x[i] > 0 ? dy[i] : dy[i] * (y[i] + alpha); });
}

template <class T>
void sigmoid_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return logistic(x[i]); });
}

template <class T>
void sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return dy[i] * y[i] * (T(1) - y[i]); });
}

template <class T>
void tanh_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return std::tanh(x[i]); });
}

template <class T>
void tanh_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return dy[i] * (T(1) - y[i] * y[i]); });
}

template <class T>
void softplus_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return std::max(x[i], T(0)) + std::log1p(std::exp(-std::abs(x[i]))); });
}

template <class T>
void softplus_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return dy[i] * logistic(x[i]); });
}

template <class T>
void softsign_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] / (T(1) + std::abs(x[i])); });
}

template <class T>
void softsign_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) {
    const T d = T(1) + std::abs(x[i]);
    return dy[i] / (d * d);
  });
}

template <class T>
void swish_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] * logistic(x[i]); });
}

template <class T>
void swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) {
    const T s = logistic(x[i]);
    return dy[i] * (s + x[i] * s * (T(1) - s));
  });
}

template <class T>
void hard_sigmoid_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] < -3 ? T(0) : x[i] > 3 ? T(1) : x[i] / 6 + T(0.5); });
}

template <class T>
void hard_sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) { return y[i] > 0 && y[i] < 1 ? dy[i] / 6 : T(0); });
}

template <class T>
void hard_swish_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) { return x[i] < -3 ? T(0) : x[i] > 3 ? x[i] : x[i] * (x[i] / 6 + T(0.5)); });
}

template <class T>
void hard_swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) {
    return x[i] < -3 ? T(0) : x[i] > 3 ? dy[i] : dy[i] * (x[i] / 3 + T(0.5));
  });
}

template <class T>
void gelu_forward(std::size_t count, const T* x, T* y) {
  each(count, y, false, [=](std::size_t i) {
    return x[i] / 2 * (T(1) + std::tanh(T(kGeluScale) * (x[i] + T(kGeluCubic) * x[i] * x[i] * x[i])));
  });
}

template <class T>
void gelu_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  each(count, dx, accumulate, [=](std::size_t i) {
    const T square = x[i] * x[i];
    const T t = std::tanh(T(kGeluScale) * x[i] * (T(1) + T(kGeluCubic) * square));
    const T slope = T(kGeluScale) * (T(1) + 3 * T(kGeluCubic) * square);
    return dy[i] * ((T(1) + t) / 2 + x[i] / 2 * (T(1) - t * t) * slope);
  });
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised

namespace {

// The exponential of a large positive number is infinity and its reciprocal the right 0.
Batch logistic(const Batch& x) { return Batch(1.0f) / (Batch(1.0f) + exp(Batch(0.0f) - x)); }

// Cephes: an odd polynomial near 0, where the quotient would cancel, and 1 − 2/(e^2|x| + 1) beyond.
Batch tanh_of(const Batch& x) {
  const Batch size = abs(x);
  const Batch far = Batch(1.0f) - Batch(2.0f) / (exp(size + size) + Batch(1.0f));
  const Batch q = x * x;
  Batch p(-5.70498872745e-3f);
  p = p * q + Batch(2.06390887954e-2f);
  p = p * q + Batch(-5.37397155531e-2f);
  p = p * q + Batch(1.33314422036e-1f);
  p = p * q + Batch(-3.33332819422e-1f);
  const Batch near = p * q * x + x;
  return select(size < Batch(0.625f), near, select(x < Batch(0.0f), Batch(0.0f) - far, far));
}

Batch hard_logistic(const Batch& x) {
  return min(max(x * Batch(1.0f / 6.0f) + Batch(0.5f), Batch(0.0f)), Batch(1.0f));
}

Batch gelu_tanh(const Batch& x) {
  return tanh_of(Batch(float(kGeluScale)) * x * (Batch(1.0f) + Batch(float(kGeluCubic)) * x * x));
}

// e^x − 1 for x ≤ 0: the Taylor series where the subtraction would cancel.
Batch expm1_of(const Batch& x) {
  Batch p(1.0f / 5040.0f);
  p = p * x + Batch(1.0f / 720.0f);
  p = p * x + Batch(1.0f / 120.0f);
  p = p * x + Batch(1.0f / 24.0f);
  p = p * x + Batch(1.0f / 6.0f);
  p = p * x + Batch(0.5f);
  return select(x > Batch(-0.4f), x + x * x * p, exp(x) - Batch(1.0f));
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void relu_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return max(v, Batch(0.0f)); }, x);
  } else {
    reference::relu_forward(count, x, y);
  }
}

template <class T>
void relu_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, dx, accumulate, [](Batch v, Batch d) { return select(v > Batch(0.0f), d, Batch(0.0f)); }, y, dy);
  } else {
    reference::relu_backward(count, y, dy, dx, accumulate);
  }
}

template <class T>
void leaky_relu_forward(std::size_t count, T slope, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [=](Batch v) { return select(v < Batch(0.0f), v * Batch(slope), v); }, x);
  } else {
    reference::leaky_relu_forward(count, slope, x, y);
  }
}

template <class T>
void leaky_relu_backward(std::size_t count, T slope, const T* x, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, dx, accumulate, [=](Batch v, Batch d) { return select(v > Batch(0.0f), d, d * Batch(slope)); }, x, dy);
  } else {
    reference::leaky_relu_backward(count, slope, x, dy, dx, accumulate);
  }
}

template <class T>
void elu_forward(std::size_t count, T alpha, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [=](Batch v) { return select(v < Batch(0.0f), expm1_of(v) * Batch(alpha), v); }, x);
  } else {
    reference::elu_forward(count, alpha, x, y);
  }
}

template <class T>
void elu_backward(std::size_t count, T alpha, const T* x, const T* y, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    const auto f = [=](Batch v, Batch w, Batch d) { return select(v > Batch(0.0f), d, d * (w + Batch(alpha))); };
    map(count, dx, accumulate, f, x, y, dy);
  } else {
    reference::elu_backward(count, alpha, x, y, dy, dx, accumulate);
  }
}

template <class T>
void sigmoid_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return logistic(v); }, x);
  } else {
    reference::sigmoid_forward(count, x, y);
  }
}

template <class T>
void sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, dx, accumulate, [](Batch v, Batch d) { return d * v * (Batch(1.0f) - v); }, y, dy);
  } else {
    reference::sigmoid_backward(count, y, dy, dx, accumulate);
  }
}

template <class T>
void tanh_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return tanh_of(v); }, x);
  } else {
    reference::tanh_forward(count, x, y);
  }
}

template <class T>
void tanh_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, dx, accumulate, [](Batch v, Batch d) { return d * (Batch(1.0f) - v * v); }, y, dy);
  } else {
    reference::tanh_backward(count, y, dy, dx, accumulate);
  }
}

template <class T>
void softplus_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return max(v, Batch(0.0f)) + log1p_unit(exp(Batch(0.0f) - abs(v))); }, x);
  } else {
    reference::softplus_forward(count, x, y);
  }
}

template <class T>
void softplus_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, dx, accumulate, [](Batch v, Batch d) { return d * logistic(v); }, x, dy);
  } else {
    reference::softplus_backward(count, x, dy, dx, accumulate);
  }
}

template <class T>
void softsign_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return v / (Batch(1.0f) + abs(v)); }, x);
  } else {
    reference::softsign_forward(count, x, y);
  }
}

template <class T>
void softsign_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    const auto f = [](Batch v, Batch d) {
      const Batch size = Batch(1.0f) + abs(v);
      return d / (size * size);
    };
    map(count, dx, accumulate, f, x, dy);
  } else {
    reference::softsign_backward(count, x, dy, dx, accumulate);
  }
}

template <class T>
void swish_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return v * logistic(v); }, x);
  } else {
    reference::swish_forward(count, x, y);
  }
}

template <class T>
void swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    const auto f = [](Batch v, Batch d) {
      const Batch s = logistic(v);
      return d * (s + v * s * (Batch(1.0f) - s));
    };
    map(count, dx, accumulate, f, x, dy);
  } else {
    reference::swish_backward(count, x, dy, dx, accumulate);
  }
}

template <class T>
void hard_sigmoid_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, hard_logistic, x);
  } else {
    reference::hard_sigmoid_forward(count, x, y);
  }
}

template <class T>
void hard_sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    const auto f = [](Batch v, Batch d) {
      return select(v > Batch(0.0f) && v < Batch(1.0f), d * Batch(1.0f / 6.0f), Batch(0.0f));
    };
    map(count, dx, accumulate, f, y, dy);
  } else {
    reference::hard_sigmoid_backward(count, y, dy, dx, accumulate);
  }
}

template <class T>
void hard_swish_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return v * hard_logistic(v); }, x);
  } else {
    reference::hard_swish_forward(count, x, y);
  }
}

template <class T>
void hard_swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    const auto f = [](Batch v, Batch d) {
      const Batch inside = v * Batch(1.0f / 3.0f) + Batch(0.5f);
      return d * select(v < Batch(-3.0f), Batch(0.0f), select(v > Batch(3.0f), Batch(1.0f), inside));
    };
    map(count, dx, accumulate, f, x, dy);
  } else {
    reference::hard_swish_backward(count, x, dy, dx, accumulate);
  }
}

template <class T>
void gelu_forward(std::size_t count, const T* x, T* y) {
  if constexpr (kVectorised<T>) {
    map(count, y, false, [](Batch v) { return v * Batch(0.5f) * (Batch(1.0f) + gelu_tanh(v)); }, x);
  } else {
    reference::gelu_forward(count, x, y);
  }
}

template <class T>
void gelu_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate) {
  if constexpr (kVectorised<T>) {
    const auto f = [](Batch v, Batch d) {
      const Batch t = gelu_tanh(v);
      const Batch slope = Batch(float(kGeluScale)) * (Batch(1.0f) + Batch(float(3 * kGeluCubic)) * v * v);
      return d * Batch(0.5f) * (Batch(1.0f) + t + v * (Batch(1.0f) - t * t) * slope);
    };
    map(count, dx, accumulate, f, x, dy);
  } else {
    reference::gelu_backward(count, x, dy, dx, accumulate);
  }
}

template <class T>
void add_scaled(std::size_t count, T a, const T* x, T* y, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, y, accumulate, [=](Batch v) { return v * Batch(a); }, x);
  } else {
    for (std::size_t i = 0; i < count; ++i) y[i] = accumulate ? y[i] + a * x[i] : a * x[i];
  }
}

template <class T>
void add(std::size_t count, const T* a, const T* b, bool rectify, T* y) {
  const T least = rectify ? T(0) : -std::numeric_limits<T>::infinity();
  if constexpr (kVectorised<T>) {
    map(count, y, false, [=](Batch v, Batch w) { return max(v + w, Batch(least)); }, a, b);
  } else {
    for (std::size_t i = 0; i < count; ++i) y[i] = a[i] + b[i] < least ? least : a[i] + b[i];
  }
}

template <class T>
void multiply(std::size_t count, const T* x, const T* mask, T* y, bool accumulate) {
  if constexpr (kVectorised<T>) {
    map(count, y, accumulate, [](Batch v, Batch w) { return v * w; }, x, mask);
  } else {
    for (std::size_t i = 0; i < count; ++i) y[i] = accumulate ? y[i] + x[i] * mask[i] : x[i] * mask[i];
  }
}

template <class T>
void add_bias(std::size_t rows, int columns, const T* bias, T* y) {
  for (std::size_t r = 0; r < rows; ++r, y += columns) {
    int c = 0;
    if constexpr (kVectorised<T>) {
      for (; c + kLanes <= columns; c += kLanes) store(y + c, load(y + c) + load(bias + c));
    }
    for (; c < columns; ++c) y[c] += bias[c];
  }
}

template <class T>
void add_column_sums(std::size_t rows, int columns, const T* x, T* sums) {
  if constexpr (kVectorised<T>) {
    if (columns >= kLanes) {
      const auto value = [x](std::size_t i, Nothing, Batch(&part)[1]) { part[0] = part[0] + load(x + i); };
      return sum_columns<1>(rows, columns, nothing, value, [=](int c, int first_lane, const Batch(&total)[1]) {
        put_lanes(sums + c, total[0], first_lane, true);
      });
    }
  }
  sum_few_columns(rows, columns, [x](std::size_t i) { return x[i]; }, true, sums);
}

#define CNN_FORWARD(name, T) \
  template void name(std::size_t, const T*, T*); \
  template void reference::name(std::size_t, const T*, T*);
#define CNN_FORWARD_PARAMETER(name, T) \
  template void name(std::size_t, T, const T*, T*); \
  template void reference::name(std::size_t, T, const T*, T*);
#define CNN_BACKWARD(name, T) \
  template void name(std::size_t, const T*, const T*, T*, bool); \
  template void reference::name(std::size_t, const T*, const T*, T*, bool);
#define CNN_INSTANTIATE(T) \
  CNN_FORWARD(relu_forward, T) \
  CNN_BACKWARD(relu_backward, T) \
  CNN_FORWARD_PARAMETER(leaky_relu_forward, T) \
  template void leaky_relu_backward(std::size_t, T, const T*, const T*, T*, bool); \
  template void reference::leaky_relu_backward(std::size_t, T, const T*, const T*, T*, bool); \
  CNN_FORWARD_PARAMETER(elu_forward, T) \
  template void elu_backward(std::size_t, T, const T*, const T*, const T*, T*, bool); \
  template void reference::elu_backward(std::size_t, T, const T*, const T*, const T*, T*, bool); \
  CNN_FORWARD(sigmoid_forward, T) \
  CNN_BACKWARD(sigmoid_backward, T) \
  CNN_FORWARD(tanh_forward, T) \
  CNN_BACKWARD(tanh_backward, T) \
  CNN_FORWARD(softplus_forward, T) \
  CNN_BACKWARD(softplus_backward, T) \
  CNN_FORWARD(softsign_forward, T) \
  CNN_BACKWARD(softsign_backward, T) \
  CNN_FORWARD(swish_forward, T) \
  CNN_BACKWARD(swish_backward, T) \
  CNN_FORWARD(hard_sigmoid_forward, T) \
  CNN_BACKWARD(hard_sigmoid_backward, T) \
  CNN_FORWARD(hard_swish_forward, T) \
  CNN_BACKWARD(hard_swish_backward, T) \
  CNN_FORWARD(gelu_forward, T) \
  CNN_BACKWARD(gelu_backward, T) \
  template void add_scaled(std::size_t, T, const T*, T*, bool); \
  template void add(std::size_t, const T*, const T*, bool, T*); \
  template void multiply(std::size_t, const T*, const T*, T*, bool); \
  template void add_bias(std::size_t, int, const T*, T*); \
  template void add_column_sums(std::size_t, int, const T*, T*);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
