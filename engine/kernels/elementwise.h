#pragma once

#include <cstddef>

namespace cnn::kernels {

// Pointwise functions over `count` values. Forward may run in place (y == x).
// Backward: dx (+)= dy · f′, overwriting unless `accumulate`; each says which of x and y it needs. In place (dx == dy)
// is allowed when not accumulating.

template <class T> void relu_forward(std::size_t count, const T* x, T* y);
template <class T> void relu_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);  // y > 0

template <class T> void leaky_relu_forward(std::size_t count, T slope, const T* x, T* y);
template <class T> void leaky_relu_backward(std::size_t count, T slope, const T* x, const T* dy, T* dx, bool accumulate);

template <class T> void elu_forward(std::size_t count, T alpha, const T* x, T* y);
template <class T> void elu_backward(std::size_t count, T alpha, const T* x, const T* y, const T* dy, T* dx, bool accumulate);

template <class T> void sigmoid_forward(std::size_t count, const T* x, T* y);
template <class T> void sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);

template <class T> void tanh_forward(std::size_t count, const T* x, T* y);
template <class T> void tanh_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);

template <class T> void softplus_forward(std::size_t count, const T* x, T* y);
template <class T> void softplus_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);

template <class T> void softsign_forward(std::size_t count, const T* x, T* y);
template <class T> void softsign_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);

template <class T> void swish_forward(std::size_t count, const T* x, T* y);  // x · sigmoid(x)
template <class T> void swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);

template <class T> void hard_sigmoid_forward(std::size_t count, const T* x, T* y);  // x/6 + 1/2 between 0 and 1
template <class T> void hard_sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);

template <class T> void hard_swish_forward(std::size_t count, const T* x, T* y);  // x · hard_sigmoid(x)
template <class T> void hard_swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);

template <class T> void gelu_forward(std::size_t count, const T* x, T* y);  // x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))
template <class T> void gelu_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);

// y (+)= a · x
template <class T> void add_scaled(std::size_t count, T a, const T* x, T* y, bool accumulate);
// y = a + b, `rectify`: max(0, a + b)
template <class T> void add(std::size_t count, const T* a, const T* b, bool rectify, T* y);
// y (+)= x · mask
template <class T> void multiply(std::size_t count, const T* x, const T* mask, T* y, bool accumulate);
// y[r, c] += bias[c]
template <class T> void add_bias(std::size_t rows, int columns, const T* bias, T* y);
// sums[c] += Σ_r x[r, c], in a fixed order
template <class T> void add_column_sums(std::size_t rows, int columns, const T* x, T* sums);

// All of the above, one scalar loop each: the oracle of the vectorised forms. Same names, same arguments.
namespace reference {
template <class T> void relu_forward(std::size_t count, const T* x, T* y);
template <class T> void relu_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);
template <class T> void leaky_relu_forward(std::size_t count, T slope, const T* x, T* y);
template <class T> void leaky_relu_backward(std::size_t count, T slope, const T* x, const T* dy, T* dx, bool accumulate);
template <class T> void elu_forward(std::size_t count, T alpha, const T* x, T* y);
template <class T> void elu_backward(std::size_t count, T alpha, const T* x, const T* y, const T* dy, T* dx, bool accumulate);
template <class T> void sigmoid_forward(std::size_t count, const T* x, T* y);
template <class T> void sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);
template <class T> void tanh_forward(std::size_t count, const T* x, T* y);
template <class T> void tanh_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);
template <class T> void softplus_forward(std::size_t count, const T* x, T* y);
template <class T> void softplus_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);
template <class T> void softsign_forward(std::size_t count, const T* x, T* y);
template <class T> void softsign_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);
template <class T> void swish_forward(std::size_t count, const T* x, T* y);
template <class T> void swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);
template <class T> void hard_sigmoid_forward(std::size_t count, const T* x, T* y);
template <class T> void hard_sigmoid_backward(std::size_t count, const T* y, const T* dy, T* dx, bool accumulate);
template <class T> void hard_swish_forward(std::size_t count, const T* x, T* y);
template <class T> void hard_swish_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);
template <class T> void gelu_forward(std::size_t count, const T* x, T* y);
template <class T> void gelu_backward(std::size_t count, const T* x, const T* dy, T* dx, bool accumulate);
}  // namespace reference

}  // namespace cnn::kernels
