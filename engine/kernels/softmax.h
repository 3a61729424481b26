#pragma once

#include <cstdint>

namespace cnn::kernels {

// p[r, c] = exp(x[r, c] − max_c x) / Σ, each row by itself. May run in place.
template <class T>
void softmax_forward(int rows, int columns, const T* x, T* p);

// Cross-entropy over softmax, per row: −Σ q·ln p with q = (1 − smoothing)·onehot(label) + smoothing/columns (label smoothing,
// Szegedy et al. 2016), computed from the logits by log-sum-exp so that it never is infinite for finite logits. Returns the
// sum over rows; `correct` counts rows whose largest logit (first of equals) is the label, and may be null.
template <class T>
double cross_entropy(int rows, int columns, const T* logits, const std::int32_t* labels, double smoothing, int* correct);

// dx (+)= scale · (p − q): the gradient of scale · Σ_r cross-entropy with respect to the logits.
template <class T>
void cross_entropy_backward(int rows, int columns, const T* p, const std::int32_t* labels, T smoothing, T scale, T* dx,
                            bool accumulate);

// Σ ½·(x − onehot(label))². Its gradient is that of cross-entropy with x for p.
template <class T>
double squared_error(int rows, int columns, const T* x, const std::int32_t* labels, int* correct);

// −Σ ln p[label] + Σ_{c ≠ label} ln(1 − p[c]) with p = sigmoid(logits), every class by itself. The gradient with respect to
// the logits is that of cross-entropy with this p.
template <class T>
double binary_cross_entropy(int rows, int columns, const T* logits, const std::int32_t* labels, int* correct);

// Multiclass hinge (Weston & Watkins 1999): Σ_{c ≠ label} max(0, x[c] − x[label] + margin).
template <class T>
double hinge(int rows, int columns, const T* x, const std::int32_t* labels, double margin, int* correct);
// dx (+)= scale for every class within the margin, −scale for the label as often.
template <class T>
void hinge_backward(int rows, int columns, const T* x, const std::int32_t* labels, double margin, T scale, T* dx,
                    bool accumulate);

}  // namespace cnn::kernels
