#pragma once

#include "engine/kernels/simd.h"

// Winograd's transforms along one axis, those of Toom and Cook: polynomials, whose coefficients are the taps or the cells, are
// evaluated at the points 0, 1, −1, ∞ (, 2, −2 (, ½, −½)). So one transform of the patch serves every split of m + r − 1 points.
//
// With stride 2 the even cells of a line meet the outer two of three taps, with stride 1 between them, and the odd cells the middle
// tap. Along one axis that is F(4, 2) at the points 0, 1, −1, 2, ∞ beside four plain products: nine for four results instead of
// twelve, 81 of 144 along two. The gradient with respect to the input is the same from the other side: four even cells by F(4, 2)
// from five of dy, four odd ones by a product each.

namespace cnn::kernels::winograd {

// Each struct below transforms one line of vectors: kIn to kOut values. Four and its negative are the only factors of the points'
// powers: V8 makes each constant anew in every round, three instructions.

constexpr int kInfinity = 3;  // its place among the points

// The other points but 0 are pairs of a number and its negative: where the i-th pair begins.
constexpr int pair(int i) { return i == 0 ? 1 : 2 * i + 2; }

// The patch: Bᵀ, which depends on the points alone.
template <int Points>
struct Patch;

template <>
struct Patch<4> {
  static constexpr int kIn = 4, kOut = 4;
  static void line(const Batch* d, Batch* out) {
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[3] - d[1];
  }
};

template <>
struct Patch<6> {
  static constexpr int kIn = 6, kOut = 6;
  static void line(const Batch* d, Batch* out) {
    const Batch minus_four(-4.0f);
    const Batch even = fma(minus_four, d[2], d[4]), odd = fma(minus_four, d[1], d[3]);
    const Batch even2 = d[4] - d[2], odd2 = d[3] - d[1], twice = odd2 + odd2;
    out[0] = fma(minus_four, d[2] - d[0], even2);
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = fma(minus_four, odd2, d[5] - d[3]);
    out[4] = even2 + twice;
    out[5] = even2 - twice;
  }
};

// Some rows stand here times a power of two, or negative.
template <>
struct Patch<8> {
  static constexpr int kIn = 8, kOut = 8;
  // Of the even or of the odd powers: what the pairs have in common.
  static void half(const Batch& a, const Batch& b, const Batch& c, Batch* out) {
    const Batch four(4.0f), five = b * Batch(-5.0f);
    out[0] = fma(Batch(-4.25f), b, a + c);
    out[1] = fma(four, c, a + five);
    out[2] = fma(four, a, c + five);
  }
  static void line(const Batch* d, Batch* out) {
    const Batch ends(5.25f);
    Batch even[3], odd[3];
    half(d[2], d[4], d[6], even);
    half(d[1], d[3], d[5], odd);
    odd[1] = odd[1] + odd[1];
    even[2] = even[2] + even[2];
    out[0] = fma(ends, d[4] - d[2], d[0] - d[6]);
    out[kInfinity] = fma(ends, d[3] - d[5], d[7] - d[1]);
    unroll<3>([&](auto i) {
      out[pair(i)] = even[i] + odd[i];
      out[pair(i) + 1] = even[i] - odd[i];
    });
  }
};

// What the values at the points are multiplied by, once between kernel and result.
constexpr double share(int points, int point) {
  if (point == kInfinity) return 1;
  if (point == 0) return points == 6 ? 1.0 / 4 : 1;
  if (points == 4) return 1.0 / 2;
  if (points == 6) return point < pair(1) ? -1.0 / 6 : 1.0 / 24;
  return point < pair(1) ? -2.0 / 9 : point < pair(2) ? 1.0 / 360 : 16.0 / 45;
}

// A patch of two points less whose kernel is that of `Points`: what its shares have over theirs is taken here.
template <int Points>
struct HalfPatch {
  static constexpr int kIn = Points - 2, kOut = Points - 2;
  static void line(const Batch* d, Batch* out) {
    Patch<kOut>::line(d, out);
    unroll<kOut>([&](auto p) {
      if (p != kInfinity) out[p] = out[p] * Batch(static_cast<float>(share(kOut, p) / share(Points, p)));
    });
  }
};

// y₀ + y₁·a + y₂·a² + … at every point a; ∞ takes the last coefficient.
template <int Points, int Count, bool Scaled>
struct Evaluate {
  static constexpr int kIn = Count, kOut = Points;
  static void line(const Batch* y, Batch* out) {
    constexpr int kEven = (Count - 1) / 2, kOdd = Count / 2 - 1;  // highest powers of a²
    out[0] = y[0];
    unroll<(Points - 2) / 2>([&](auto i) {
      const auto next = [&](Batch sum, Batch lower) { return i == 0 ? sum + lower : fma(Batch(i == 1 ? 4.0f : 0.25f), sum, lower); };
      Batch even = y[2 * kEven], odd = y[2 * kOdd + 1];
      unroll<kEven>([&](auto k) { even = next(even, y[2 * (kEven - 1 - k)]); });
      unroll<kOdd>([&](auto k) { odd = next(odd, y[2 * (kOdd - 1 - k) + 1]); });
      if (i == 1) odd = odd + odd;
      if (i == 2) odd = odd * Batch(0.5f);
      out[pair(i)] = even + odd;
      out[pair(i) + 1] = even - odd;
    });
    out[kInfinity] = y[Count - 1];
    if (Scaled) unroll<Points>([&](auto p) { out[p] = out[p] * Batch(static_cast<float>(share(Points, p))); });
  }
};

// The transpose: Σ_a m_a · a^k for k < Count; ∞ adds to the last.
template <int Points, int Count, bool Scaled>
struct Gather {
  static constexpr int kIn = Points, kOut = Count;
  static void line(const Batch* values, Batch* out) {
    Batch m[Points];
    unroll<Points>([&](auto p) { m[p] = Scaled ? values[p] * Batch(static_cast<float>(share(Points, p))) : values[p]; });
    constexpr int kPairs = (Points - 2) / 2;
    Batch sum[kPairs], difference[kPairs];
    unroll<kPairs>([&](auto i) {
      sum[i] = m[pair(i)] + m[pair(i) + 1];
      difference[i] = m[pair(i)] - m[pair(i) + 1];
      if (i == 1) difference[i] = difference[i] + difference[i];
      if (i == 2) difference[i] = difference[i] * Batch(0.5f);
    });
    unroll<Count>([&](auto k) {
      constexpr int power = decltype(k)::value;
      constexpr float four = 1 << power / 2 * 2;  // to the power/2
      out[k] = power % 2 == 0 ? sum[0] : difference[0];
      unroll<kPairs - 1>([&](auto i) {
        const Batch last = power % 2 == 0 ? sum[i + 1] : difference[i + 1];
        out[k] = power < 2 ? out[k] + last : fma(Batch(i == 0 ? four : 1 / four), last, out[k]);
      });
      if (power == 0) out[k] = out[k] + m[0];
      if (power == Count - 1) out[k] = out[k] + m[kInfinity];
    });
  }
};

// Stride 2: five points of the cells that meet the outer taps, then the four that meet the middle one, as they are.
struct OuterTaps {
  static void points(const Batch& d0, const Batch& d1, const Batch& d2, const Batch& d3, const Batch& d4, Batch* out) {
    const Batch end = d3 - d1, middle = d1 - d2, start = d0 - d2;
    out[0] = end + (start + start);
    out[1] = end - (d1 + d2);
    out[2] = end + (middle + middle + middle);
    out[3] = end;
    out[4] = (d4 - d2) - (end + end);
  }
  // Σ_a m_a · a^k for k < 4.
  static void gather(const Batch* m, Batch* out) {
    const Batch sum = m[1] + m[2], difference = m[1] - m[2], twice = m[3] + m[3], four = twice + twice;
    out[0] = m[0] + sum + m[3];
    out[1] = difference + twice;
    out[2] = sum + four;
    out[3] = difference + (four + four) + m[4];
  }
};

struct StridedPatch {
  static constexpr int kIn = 9, kOut = 9;
  static void line(const Batch* d, Batch* out) {
    OuterTaps::points(d[0], d[2], d[4], d[6], d[8], out);
    unroll<4>([&](auto i) { out[5 + i] = d[2 * i + 1]; });
  }
};

// Of dy. The cells of dx begin with one of the outer taps (First = 1) or of the middle one (0); so do those of dy that it meets.
template <int First>
struct StridedSource {
  static constexpr int kIn = 5, kOut = 9;
  static void line(const Batch* d, Batch* out) {
    OuterTaps::points(d[0], d[1], d[2], d[3], d[4], out);
    unroll<4>([&](auto i) { out[5 + i] = d[First + i]; });
  }
};

struct StridedKernel {
  static constexpr int kIn = 3, kOut = 9;
  static void line(const Batch* k, Batch* out) {
    const Batch half(0.5f), sixth(1.0f / 6.0f), outer = k[0] * sixth, last = k[2] * sixth;
    out[0] = k[0] * half;
    out[1] = (k[0] + k[2]) * Batch(-0.5f);
    out[2] = last - outer;
    out[3] = outer + (last + last);
    out[4] = k[2];
    unroll<4>([&](auto i) { out[5 + i] = k[1]; });
  }
};

struct StridedResult {
  static constexpr int kIn = 9, kOut = 4;
  static void line(const Batch* m, Batch* out) {
    OuterTaps::gather(m, out);
    unroll<4>([&](auto i) { out[i] = out[i] + m[5 + i]; });
  }
};

template <int First>
struct StridedCells {
  static constexpr int kIn = 9, kOut = 8;
  static void line(const Batch* m, Batch* out) {
    Batch even[4];
    OuterTaps::gather(m, even);
    unroll<4>([&](auto i) {
      out[2 * i + 1 - First] = even[i];
      out[2 * i + First] = m[5 + i];
    });
  }
};

struct StridedSpread {
  static constexpr int kIn = 4, kOut = 9;
  static void line(const Batch* y, Batch* out) {
    const Batch even = y[0] + y[2], odd = y[1] + y[3], twice = y[3] + y[3];
    const Batch third = y[2] + twice, second = third + third + y[1];
    out[0] = y[0];
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = second + second + y[0];
    out[4] = y[3];
    unroll<4>([&](auto i) { out[5 + i] = y[i]; });
  }
};

struct StridedTaps {
  static constexpr int kIn = 9, kOut = 3;
  static void line(const Batch* m, Batch* out) {
    const Batch half(0.5f), sixth(1.0f / 6.0f), outer = (m[3] - m[2]) * sixth, inner = m[1] * half;
    out[0] = fma(m[0], half, outer - inner);
    out[1] = (m[5] + m[6]) + (m[7] + m[8]);
    out[2] = fma(m[3] + m[3] + m[2], sixth, m[4] - inner);
  }
};

}  // namespace cnn::kernels::winograd
