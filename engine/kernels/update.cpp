#include "engine/kernels/update.h"

#include <cmath>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {

// Moments smaller than this are set to 0: they no longer move a weight, but arithmetic on denormal numbers is a hundred
// times slower, and WebAssembly cannot flush them.
constexpr float kTiny = 1e-30f;

}  // namespace

// ---------------------------------------------------------------- reference

namespace reference {
namespace {

template <class T>
T settle(T x) {
  return std::abs(x) < T(kTiny) ? T(0) : x;
}

}  // namespace

template <class T>
void sgd_update(std::size_t count, T rate, T decay, const T* g, T* p) {
  for (std::size_t i = 0; i < count; ++i) p[i] -= rate * (g[i] + decay * p[i]);
}

template <class T>
void momentum_update(std::size_t count, T rate, T momentum, bool nesterov, T decay, const T* g, T* v, T* p) {
  for (std::size_t i = 0; i < count; ++i) {
    const T gradient = g[i] + decay * p[i];
    v[i] = settle(momentum * v[i] + gradient);
    p[i] -= rate * (nesterov ? gradient + momentum * v[i] : v[i]);
  }
}

template <class T>
void adam_update(std::size_t count, T rate, T beta1, T beta2, T epsilon, long step, T decay, const T* g, T* m, T* v,
                 T* p) {
  const T correction1 = T(1 / (1 - std::pow(static_cast<double>(beta1), static_cast<double>(step))));
  const T correction2 = T(1 / (1 - std::pow(static_cast<double>(beta2), static_cast<double>(step))));
  for (std::size_t i = 0; i < count; ++i) {
    const T gradient = g[i] + decay * p[i];
    m[i] = settle(beta1 * m[i] + (T(1) - beta1) * gradient);
    v[i] = settle(beta2 * v[i] + (T(1) - beta2) * gradient * gradient);
    p[i] -= rate * (m[i] * correction1) / (std::sqrt(v[i] * correction2) + epsilon);
  }
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised

namespace {

Batch settle(const Batch& x) { return select(abs(x) < Batch(kTiny), Batch(0.0f), x); }

void momentum_vectors(std::size_t count, float rate, float momentum, bool nesterov, float decay, const float* g,
                      float* v, float* p) {
  const auto run = [=](const float* gradient, float* pv, float* pp) {
    const Batch weight = load(pp);
    const Batch total = fma(Batch(decay), weight, load(gradient));
    const Batch speed = settle(fma(Batch(momentum), load(pv), total));
    store(pv, speed);
    store(pp, weight - Batch(rate) * (nesterov ? fma(Batch(momentum), speed, total) : speed));
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) run(g + i, v + i, p + i);
  if (i < count) reference::momentum_update(count - i, rate, momentum, nesterov, decay, g + i, v + i, p + i);
}

void adam_vectors(std::size_t count, float rate, float beta1, float beta2, float epsilon, long step, float decay,
                  const float* g, float* m, float* v, float* p) {
  const double correction1 = 1 / (1 - std::pow(static_cast<double>(beta1), static_cast<double>(step)));
  const double correction2 = 1 / (1 - std::pow(static_cast<double>(beta2), static_cast<double>(step)));
  const Batch b1(beta1), b2(beta2), rest1(1.0f - beta1), rest2(1.0f - beta2);
  const Batch scale(static_cast<float>(rate * correction1)), widen(static_cast<float>(correction2));
  const Batch floor(epsilon), shrink(decay);
  const std::size_t whole = count / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    const Batch weight = load(p + i);
    const Batch gradient = fma(shrink, weight, load(g + i));
    const Batch first = settle(fma(b1, load(m + i), rest1 * gradient));
    const Batch second = settle(fma(b2, load(v + i), rest2 * gradient * gradient));
    store(m + i, first);
    store(v + i, second);
    store(p + i, weight - scale * first / (xsimd::sqrt(second * widen) + floor));
  }
  if (whole < count) {
    reference::adam_update(count - whole, rate, beta1, beta2, epsilon, step, decay, g + whole, m + whole, v + whole,
                           p + whole);
  }
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void sgd_update(std::size_t count, T rate, T decay, const T* g, T* p) {
  if constexpr (kVectorised<T>) {
    const auto f = [=](Batch weight, Batch gradient) {
      return weight - Batch(rate) * fma(Batch(decay), weight, gradient);
    };
    map(count, p, false, f, p, g);
  } else {
    reference::sgd_update(count, rate, decay, g, p);
  }
}

template <class T>
void momentum_update(std::size_t count, T rate, T momentum, bool nesterov, T decay, const T* g, T* v, T* p) {
  if constexpr (kVectorised<T>) {
    momentum_vectors(count, rate, momentum, nesterov, decay, g, v, p);
  } else {
    reference::momentum_update(count, rate, momentum, nesterov, decay, g, v, p);
  }
}

template <class T>
void adam_update(std::size_t count, T rate, T beta1, T beta2, T epsilon, long step, T decay, const T* g, T* m, T* v,
                 T* p) {
  if constexpr (kVectorised<T>) {
    adam_vectors(count, rate, beta1, beta2, epsilon, step, decay, g, m, v, p);
  } else {
    reference::adam_update(count, rate, beta1, beta2, epsilon, step, decay, g, m, v, p);
  }
}

#define CNN_INSTANTIATE_ONE(scope, T) \
  template void scope sgd_update(std::size_t, T, T, const T*, T*); \
  template void scope momentum_update(std::size_t, T, T, bool, T, const T*, T*, T*); \
  template void scope adam_update(std::size_t, T, T, T, T, long, T, const T*, T*, T*, T*);
#define CNN_INSTANTIATE(T) CNN_INSTANTIATE_ONE(, T) CNN_INSTANTIATE_ONE(reference::, T)
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
