#pragma once

#include <cstdint>

namespace cnn::kernels {

// p[r, c] = exp(x[r, c] − max_c x) / Σ, each row by itself. May run in place.
template <class T>
void softmax_forward(int rows, int columns, const T* x, T* p);

// Cross-entropy over softmax, per row: −ln p[label], computed from the logits by log-sum-exp so that it never is infinite
// for finite logits. Returns the sum over rows; `correct` counts rows whose largest logit (first of equals) is the label.
template <class T>
double cross_entropy(int rows, int columns, const T* logits, const std::int32_t* labels, int* correct);

// dx (+)= scale · (p − onehot(label)): the gradient of scale · Σ_r cross-entropy with respect to the logits.
template <class T>
void cross_entropy_backward(int rows, int columns, const T* p, const std::int32_t* labels, T scale, T* dx, bool accumulate);

}  // namespace cnn::kernels
