#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

// GCC 12 takes the deliberately undefined operands inside its own AVX-512 intrinsics for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#ifdef __wasm__
#include <wasm_simd128.h>
#endif

// The one place that knows the vector unit. xsimd 8.1 has no WebAssembly back end, so there its SSE4.1 one runs through
// Emscripten's headers; the operations that come out slow that way are written with the engine's own instructions here.

namespace cnn::kernels {

#ifdef __wasm__
using Arch = xsimd::sse4_1;
#else
using Arch = xsimd::default_arch;
#endif

using Batch = xsimd::batch<float, Arch>;
using IntBatch = xsimd::batch<std::int32_t, Arch>;
using Mask = xsimd::batch_bool<float, Arch>;

constexpr int kLanes = static_cast<int>(Batch::size);

// Which element type the vectorised forms serve; every other one takes the reference.
template <class T>
constexpr bool kVectorised = std::is_same_v<T, float>;

// Vector registers that a register-blocked kernel may fill; V8 keeps one of the sixteen on x64 for itself.
#ifdef __wasm__
constexpr int kRegisters = 15;
#else
constexpr int kRegisters = kLanes == 16 ? 32 : 16;
#endif

// LLVM's WebAssembly back end gathers the loads of an unrolled loop before their products, more than there are registers.
#ifdef __wasm__
#define CNN_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define CNN_ROLLED
#endif

// The double forms exist for the tests alone; the linker drops them from the shipped modules.
#define CNN_FOR_EACH_REAL(instantiate) instantiate(float) instantiate(double)

// f(0), …, f(Count − 1) with compile-time arguments, written out: arrays of vectors indexed this way live in registers.
template <class F, int... I>
[[gnu::always_inline]] inline void unroll(F&& f, std::integer_sequence<int, I...>) {
  (f(std::integral_constant<int, I>()), ...);
}
template <int Count, class F>
[[gnu::always_inline]] inline void unroll(F&& f) {
  unroll(f, std::make_integer_sequence<int, Count>());
}

inline Batch load(const float* p) { return Batch::load_unaligned(p); }
inline void store(float* p, const Batch& v) { v.store_unaligned(p); }

// The first `count` < kLanes values; the other lanes are `fill`.
inline Batch load_part(const float* p, int count, float fill = 0.0f) {
#ifdef __wasm__
  v128_t lanes = wasm_f32x4_splat(fill);
  if (count == 3) lanes = wasm_v128_load32_lane(p + 2, lanes, 2);
  if (count >= 2) lanes = wasm_v128_load64_lane(p, lanes, 0);
  if (count == 1) lanes = wasm_v128_load32_lane(p, lanes, 0);
  return Batch((__m128)lanes);
#else
  float lanes[kLanes];
  for (int i = 0; i < kLanes; ++i) lanes[i] = i < count ? p[i] : fill;
  return load(lanes);
#endif
}

inline void store_part(float* p, const Batch& v, int count) {
#ifdef __wasm__
  const v128_t lanes = (v128_t)(__m128)v;
  if (count == 3) wasm_v128_store32_lane(p + 2, lanes, 2);
  if (count >= 2) wasm_v128_store64_lane(p, lanes, 0);
  if (count == 1) wasm_v128_store32_lane(p, lanes, 0);
#else
  float lanes[kLanes];
  store(lanes, v);
  for (int i = 0; i < count; ++i) p[i] = lanes[i];
#endif
}

// The same where `count` may be kLanes.
inline Batch load_upto(const float* p, int count) { return count == kLanes ? load(p) : load_part(p, count); }

inline void store_upto(float* p, const Batch& v, int count) {
  if (count == kLanes) {
    store(p, v);
  } else {
    store_part(p, v, count);
  }
}

// Lane j of row i and lane i of row j change places.
inline void transpose(Batch (&rows)[kLanes]) {
#ifdef __wasm__
  // Without loops: arrays that one runs over lie in memory.
  v128_t v[4], half[4];
  unroll<4>([&](auto i) { v[i] = (v128_t)(__m128)rows[i]; });
  unroll<2>([&](auto i) {
    half[2 * i] = wasm_i32x4_shuffle(v[2 * i], v[2 * i + 1], 0, 4, 1, 5);
    half[2 * i + 1] = wasm_i32x4_shuffle(v[2 * i], v[2 * i + 1], 2, 6, 3, 7);
  });
  unroll<2>([&](auto i) {
    rows[2 * i] = Batch((__m128)wasm_i64x2_shuffle(half[i], half[i + 2], 0, 2));
    rows[2 * i + 1] = Batch((__m128)wasm_i64x2_shuffle(half[i], half[i + 2], 1, 3));
  });
#else
  float cells[kLanes][kLanes], column[kLanes];
  for (int i = 0; i < kLanes; ++i) store(cells[i], rows[i]);
  for (int i = 0; i < kLanes; ++i) {
    for (int j = 0; j < kLanes; ++j) column[j] = cells[j][i];
    rows[i] = load(column);
  }
#endif
}

// a·b + c; fused where the machine has it.
inline Batch fma(const Batch& a, const Batch& b, const Batch& c) {
#if defined(__wasm_relaxed_simd__)
  return Batch((__m128)__builtin_wasm_relaxed_madd_f32x4((v128_t)(__m128)a, (v128_t)(__m128)b, (v128_t)(__m128)c));
#elif !defined(__wasm__) && defined(__AVX512F__)
  return Batch(_mm512_fmadd_ps(a, b, c));  // xsimd 8.1 knows no fused form here
#else
  return xsimd::fma(a, b, c);
#endif
}

// a < b ? b : a, so that a NaN in `a` stays one.
inline Batch max(const Batch& a, const Batch& b) {
#ifdef __wasm__
  return Batch((__m128)wasm_f32x4_pmax((v128_t)(__m128)a, (v128_t)(__m128)b));
#else
  return xsimd::max(b, a);
#endif
}

// b < a ? b : a, so that a NaN in `a` stays one.
inline Batch min(const Batch& a, const Batch& b) {
#ifdef __wasm__
  return Batch((__m128)wasm_f32x4_pmin((v128_t)(__m128)a, (v128_t)(__m128)b));
#else
  return xsimd::min(b, a);
#endif
}

inline Batch select(const Mask& mask, const Batch& yes, const Batch& no) {
#if defined(__wasm_relaxed_simd__)
  return Batch((__m128)__builtin_wasm_relaxed_laneselect_i32x4((__i32x4)(__m128)yes, (__i32x4)(__m128)no, (__i32x4)(__m128)mask));
#elif defined(__wasm__)
  return Batch((__m128)wasm_v128_bitselect((v128_t)(__m128)yes, (v128_t)(__m128)no, (v128_t)(__m128)mask));
#else
  return xsimd::select(mask, yes, no);
#endif
}
inline Batch abs(const Batch& x) { return xsimd::abs(x); }
inline Batch floor(const Batch& x) {
#ifdef __wasm__
  return Batch((__m128)wasm_f32x4_floor((v128_t)(__m128)x));
#else
  return xsimd::floor(x);
#endif
}

inline float sum(const Batch& v) {
  float lanes[kLanes];
  store(lanes, v);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

inline float largest(const Batch& v) {
  float lanes[kLanes];
  store(lanes, v);
  for (int i = 1; i < kLanes; ++i) lanes[0] = lanes[0] < lanes[i] ? lanes[i] : lanes[0];
  return lanes[0];
}

// e^x within 2 ulp: x = n·ln 2 + r, a polynomial for e^r (Cephes' coefficients), the power of two built in the exponent.
// The rounding to n is an addition of 1.5·2^23, because float to int conversion is slow through the SSE headers.
// Below −87 the result is 0 (no denormals), above 88.7 infinity; NaN stays NaN.
inline Batch exp(const Batch& x) {
  const Batch clamped = min(max(x, Batch(-87.0f)), Batch(89.0f));
  const Batch shifter(12582912.0f);
  const Batch shifted = fma(clamped, Batch(1.44269504f), shifter);
  const Batch n = shifted - shifter;
  Batch r = fma(n, Batch(-0.693359375f), clamped);
  r = fma(n, Batch(2.12194440e-4f), r);
  Batch p(1.9875691500e-4f);
  p = fma(p, r, Batch(1.3981999507e-3f));
  p = fma(p, r, Batch(8.3334519073e-3f));
  p = fma(p, r, Batch(4.1665795894e-2f));
  p = fma(p, r, Batch(1.6666665459e-1f));
  p = fma(p, r, Batch(5.0000001201e-1f));
  const Batch power = fma(r * r, p, r + Batch(1.0f));
  // 2^(n−1) and one doubling: n = 128 would not fit the exponent.
  const IntBatch bits = (xsimd::bitwise_cast<IntBatch>(shifted) << 23) + IntBatch(126 << 23);
  const Batch result = power * xsimd::bitwise_cast<Batch>(bits) * Batch(2.0f);
  return select(x < Batch(-87.0f), Batch(0.0f), result);
}

// ln(1 + u) for u in [0, 1]: 2·artanh(s), s = u / (2 + u) ≤ 1/3.
inline Batch log1p_unit(const Batch& u) {
  const Batch s = u / (u + Batch(2.0f));
  const Batch q = s * s;
  Batch p(1.0f / 15.0f);
  p = fma(p, q, Batch(1.0f / 13.0f));
  p = fma(p, q, Batch(1.0f / 11.0f));
  p = fma(p, q, Batch(1.0f / 9.0f));
  p = fma(p, q, Batch(1.0f / 7.0f));
  p = fma(p, q, Batch(1.0f / 5.0f));
  p = fma(p, q, Batch(1.0f / 3.0f));
  return fma(s * q, p, s) * Batch(2.0f);
}

// out[i] (+)= f(in[i]...) over `count` values; the tail runs through the same vector code on a padded copy.
template <class F, class... In>
inline void map(std::size_t count, float* out, bool accumulate, F f, const In*... in) {
  std::size_t i = 0;
  if (accumulate) {
    for (; i + kLanes <= count; i += kLanes) store(out + i, load(out + i) + f(load(in + i)...));
  } else {
    for (; i + kLanes <= count; i += kLanes) store(out + i, f(load(in + i)...));
  }
  const int left = static_cast<int>(count - i);
  if (left == 0) return;
  Batch tail = f(load_part(in + i, left)...);
  if (accumulate) tail = tail + load_part(out + i, left);
  store_part(out + i, tail, left);
}

}  // namespace cnn::kernels
