#include "engine/kernels/update.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/simd.h"

namespace cnn::kernels {

namespace {

// Moments smaller than this are set to 0: they no longer move a weight, but arithmetic on denormal numbers is a hundred
// times slower, and WebAssembly cannot flush them.
constexpr float kTiny = 1e-30f;

// The few operations that the rules are made of, for a number and for a vector of them, so that each rule is written once.

template <class V, class T>
V take(const T* p) {
  if constexpr (std::is_same_v<V, T>) {
    return *p;
  } else {
    return load(p);
  }
}

template <class T>
void put(T* p, T x) {
  *p = x;
}
void put(float* p, const Batch& x) { store(p, x); }

template <class T>
T root(T x) {
  return std::sqrt(x);
}
Batch root(const Batch& x) { return xsimd::sqrt(x); }

template <class T>
T multiply_add(T a, T b, T c) {
  return a * b + c;
}
Batch multiply_add(const Batch& a, const Batch& b, const Batch& c) { return fma(a, b, c); }

// NaN stays NaN.
template <class T>
T cut(T x, T most) {
  return std::min(std::max(x, -most), most);
}
Batch cut(const Batch& x, const Batch& most) { return min(max(x, -most), most); }

template <class T>
T with_sign_of(T x, T size) {
  return x > 0 ? size : x < 0 ? -size : T(0);
}
Batch with_sign_of(const Batch& x, const Batch& size) {
  const Batch zero(0.0f);
  return select(x > zero, size, select(x < zero, -size, zero));
}

template <class T>
T settle(T x) {
  return std::abs(x) < T(kTiny) ? T(0) : x;
}
Batch settle(const Batch& x) { return select(abs(x) < Batch(kTiny), Batch(0.0f), x); }

// `rule(g, first, second)` gives what is taken off the parameter; g is u.scale·g + l2·p. Kept a function of its own, so that
// each rule has one loop in the module. Everything it needs is copied to locals: stores through p could change the rest.
template <int Moments, class V, class T, class F>
[[gnu::noinline]] void sweep(const Update<T>& u, const F& rule, std::size_t count, const T* g, T* first, T* second, T* p) {
  const F step = rule;
  const bool apart = u.rule == Rule::adamw;
  const V scale(u.scale), l2(apart ? T(0) : u.l2), keep(apart ? T(1) - u.rate * u.l2 : T(1));
  V m(T(0)), v(T(0));
  for (std::size_t i = 0; i < count; i += sizeof(V) / sizeof(T)) {
    const V weight = take<V>(p + i);
    if constexpr (Moments > 0) m = take<V>(first + i);
    if constexpr (Moments > 1) v = take<V>(second + i);
    put(p + i, weight * keep - step(multiply_add(l2, weight, take<V>(g + i) * scale), m, v));
    if constexpr (Moments > 0) put(first + i, settle(m));
    if constexpr (Moments > 1) put(second + i, settle(v));
  }
}

// Gradients that are cut or decay by the sign of the parameter are worked out in pieces that stay in the first-level cache, so
// that the loop of the rule need not ask.
constexpr std::size_t kPiece = 512;

template <class V, class T, class Rest>
void in_pieces(const Update<T>& u, std::size_t count, const T* g, const T* p, Rest&& rest) {
  if (u.l1 == 0 && u.most == std::numeric_limits<T>::infinity()) return rest(u, 0, count, g);
  Update<T> plain = u;
  plain.scale = 1;
  const V scale(u.scale), most(u.most), l1(u.l1);
  T piece[kPiece];
  for (std::size_t begin = 0; begin < count; begin += kPiece) {
    const std::size_t size = std::min(kPiece, count - begin);
    for (std::size_t i = 0; i < size; i += sizeof(V) / sizeof(T)) {
      put(piece + i, cut(take<V>(g + begin + i) * scale, most) + with_sign_of(take<V>(p + begin + i), l1));
    }
    rest(plain, begin, size, piece);
  }
}

// use(number of moments, rule)
template <class V, class T, class Use>
void with_rule(const Update<T>& u, Use&& use) {
  using One = std::integral_constant<int, 1>;
  using Two = std::integral_constant<int, 2>;
  const V rate(u.rate), epsilon(u.epsilon), momentum(u.momentum), rho(u.rho), rest(T(1) - u.rho);
  switch (u.rule) {
    case Rule::sgd:
      return use(std::integral_constant<int, 0>(), [=](const V& g, V&, V&) { return rate * g; });
    case Rule::momentum:
      return use(One(), [=](const V& g, V& speed, V&) {
        speed = multiply_add(momentum, speed, g);
        return rate * speed;
      });
    case Rule::nesterov:
      return use(One(), [=](const V& g, V& speed, V&) {
        speed = multiply_add(momentum, speed, g);
        return rate * multiply_add(momentum, speed, g);
      });
    case Rule::adagrad:
      return use(One(), [=](const V& g, V& squares, V&) {
        squares = multiply_add(g, g, squares);
        return rate * g / (root(squares) + epsilon);
      });
    case Rule::adadelta:
      return use(Two(), [=](const V& g, V& changes, V& squares) {
        squares = multiply_add(rho, squares, rest * g * g);
        const V change = root((changes + epsilon) / (squares + epsilon)) * g;
        changes = multiply_add(rho, changes, rest * change * change);
        return rate * change;
      });
    case Rule::rmsprop:
      return use(One(), [=](const V& g, V& squares, V&) {
        squares = multiply_add(rho, squares, rest * g * g);
        return rate * g / (root(squares) + epsilon);
      });
    case Rule::adam:
    case Rule::adamw: {
      const auto correction = [&](T beta) {
        return 1 / (1 - std::pow(static_cast<double>(beta), static_cast<double>(u.step)));
      };
      const V beta1(u.beta1), beta2(u.beta2), rest1(T(1) - u.beta1), rest2(T(1) - u.beta2);
      const V corrected(static_cast<T>(u.rate * correction(u.beta1))), widen(static_cast<T>(correction(u.beta2)));
      return use(Two(), [=](const V& g, V& mean, V& squares) {
        mean = multiply_add(beta1, mean, rest1 * g);
        squares = multiply_add(beta2, squares, rest2 * g * g);
        return corrected * mean / (root(squares * widen) + epsilon);
      });
    }
  }
}

// For whole vectors.
template <class V, class T>
void run(const Update<T>& u, std::size_t count, const T* g, T* first, T* second, T* p) {
  in_pieces<V>(u, count, g, p, [&](const Update<T>& part, std::size_t begin, std::size_t size, const T* gradients) {
    with_rule<V>(part, [&](auto moments, const auto& rule) {
      // A rule without moments has no arrays to point into.
      sweep<moments, V>(part, rule, size, gradients, moments > 0 ? first + begin : nullptr,
                        moments > 1 ? second + begin : nullptr, p + begin);
    });
  });
}

}  // namespace

// ---------------------------------------------------------------- reference

namespace reference {

template <class T>
void update(const Update<T>& u, std::size_t count, const T* g, T* first, T* second, T* p) {
  run<T>(u, count, g, first, second, p);
}

template <class T>
double sum_of_squares(std::size_t count, const T* x) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised

namespace {

void update_vectors(const Update<float>& u, std::size_t count, const float* g, float* first, float* second, float* p) {
  const std::size_t whole = count / kLanes * kLanes;
  run<Batch>(u, whole, g, first, second, p);
  const int left = static_cast<int>(count - whole);
  if (left == 0) return;
  // The odd end runs through the same loop on padded copies.
  const int moments = moment_count(u.rule);
  float ends[4][kLanes] = {};
  std::copy_n(g + whole, left, ends[0]);
  std::copy_n(p + whole, left, ends[3]);
  if (moments > 0) std::copy_n(first + whole, left, ends[1]);
  if (moments > 1) std::copy_n(second + whole, left, ends[2]);
  run<Batch>(u, kLanes, ends[0], ends[1], ends[2], ends[3]);
  std::copy_n(ends[3], left, p + whole);
  if (moments > 0) std::copy_n(ends[1], left, first + whole);
  if (moments > 1) std::copy_n(ends[2], left, second + whole);
}

// Lanes are added up in double before they grow so large that what is added gets lost.
double sum_of_squares_vectors(std::size_t count, const float* x) {
  constexpr std::size_t kBlock = 1024 * kLanes;
  double total = 0;
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const std::size_t end = std::min(count, begin + kBlock);
    Batch lanes(0.0f);
    std::size_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      const Batch v = load(x + i);
      lanes = fma(v, v, lanes);
    }
    total += sum(lanes);
    for (; i < end; ++i) total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  return total;
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void update(const Update<T>& u, std::size_t count, const T* g, T* first, T* second, T* p) {
  if constexpr (kVectorised<T>) {
    update_vectors(u, count, g, first, second, p);
  } else {
    reference::update(u, count, g, first, second, p);
  }
}

template <class T>
double sum_of_squares(std::size_t count, const T* x) {
  if constexpr (kVectorised<T>) {
    return sum_of_squares_vectors(count, x);
  } else {
    return reference::sum_of_squares(count, x);
  }
}

#define CNN_INSTANTIATE_ONE(scope, T) \
  template void scope update(const Update<T>&, std::size_t, const T*, T*, T*, T*); \
  template double scope sum_of_squares(std::size_t, const T*);
#define CNN_INSTANTIATE(T) CNN_INSTANTIATE_ONE(, T) CNN_INSTANTIATE_ONE(reference::, T)
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
