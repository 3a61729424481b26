#pragma once

#include <cstddef>

namespace cnn::kernels {

// C[m, n] (+)= op(A)[m, k] · op(B)[k, n], row-major, leading dimensions in elements.
// `transpose_a`: A is stored [k, m]; `transpose_b`: B is stored [n, k].
// `accumulate`: add to C instead of overwriting it.
struct Gemm {
  int m = 0;
  int n = 0;
  int k = 0;
  bool transpose_a = false;
  bool transpose_b = false;
  bool accumulate = false;
  int lda = 0;
  int ldb = 0;
  int ldc = 0;
};

// Elements of T that `scratch` must hold (aligned to kAlignment) for this product.
template <class T>
std::size_t gemm_scratch(const Gemm& g);

// Routing: float runs the packed, register-blocked kernel, double the reference.
template <class T>
void gemm(const Gemm& g, const T* a, const T* b, T* c, T* scratch);

namespace reference {
template <class T>
void gemm(const Gemm& g, const T* a, const T* b, T* c);
}

}  // namespace cnn::kernels
