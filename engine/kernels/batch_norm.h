#pragma once

#include <cstddef>

namespace cnn::kernels {

// Normalisation per channel over `rows` = N·H·W values (Ioffe & Szegedy 2015). Variances are the biased ones (÷ rows).

// mean[c], variance[c] of x[rows, channels]. Two passes, so that a large mean does not eat the variance.
template <class T>
void channel_moments(std::size_t rows, int channels, const T* x, T* mean, T* variance);

// y = (x − mean) · inv_std · gamma + beta. May run in place.
template <class T>
void batch_norm_apply(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                      const T* beta, T* y);

// Gradient through the batch statistics:
//   dgamma += Σ dy·x̂, dbeta += Σ dy, dx (+)= gamma·inv_std · (dy − mean(dy) − x̂·mean(dy·x̂)),  x̂ = (x − mean)·inv_std
// dx may be null (nobody needs it). scratch: 2·channels.
template <class T>
void batch_norm_backward(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                         const T* dy, T* dgamma, T* dbeta, T* dx, bool accumulate, T* scratch);

namespace reference {
template <class T>
void channel_moments(std::size_t rows, int channels, const T* x, T* mean, T* variance);
template <class T>
void batch_norm_apply(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                      const T* beta, T* y);
template <class T>
void batch_norm_backward(std::size_t rows, int channels, const T* x, const T* mean, const T* inv_std, const T* gamma,
                         const T* dy, T* dgamma, T* dbeta, T* dx, bool accumulate);
}  // namespace reference

}  // namespace cnn::kernels
