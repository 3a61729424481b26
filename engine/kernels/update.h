#pragma once

#include <cstddef>

namespace cnn::kernels {

// Optimiser updates in one pass over parameter `p` and gradient `g`; `decay` adds decay·p to the gradient (L2).

// p −= rate · (g + decay·p)
template <class T>
void sgd_update(std::size_t count, T rate, T decay, const T* g, T* p);

// v ← momentum·v + (g + decay·p);  p −= rate·v, or with `nesterov` p −= rate·(g + decay·p + momentum·v)   [PyTorch's SGD]
template <class T>
void momentum_update(std::size_t count, T rate, T momentum, bool nesterov, T decay, const T* g, T* v, T* p);

// Kingma & Ba 2015 with bias correction: m ← β1·m + (1−β1)·g, v ← β2·v + (1−β2)·g²,
// p −= rate · (m / (1−β1^t)) / (√(v / (1−β2^t)) + epsilon). `step` is t ≥ 1. m and v stay out of the denormal range.
template <class T>
void adam_update(std::size_t count, T rate, T beta1, T beta2, T epsilon, long step, T decay, const T* g, T* m, T* v, T* p);

namespace reference {
template <class T>
void sgd_update(std::size_t count, T rate, T decay, const T* g, T* p);
template <class T>
void momentum_update(std::size_t count, T rate, T momentum, bool nesterov, T decay, const T* g, T* v, T* p);
template <class T>
void adam_update(std::size_t count, T rate, T beta1, T beta2, T epsilon, long step, T decay, const T* g, T* m, T* v, T* p);
}  // namespace reference

}  // namespace cnn::kernels
