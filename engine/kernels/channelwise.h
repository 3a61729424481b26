#pragma once

#include <cstddef>

namespace cnn::kernels {

// Functions of x[rows, channels] with one number for each channel, and of x[images, rows, channels] with one for each
// channel of each image.

// y (+)= x · gate[image, channel]. Forward of a gate (squeeze-excite) and backward to what it gates. May run in place.
template <class T>
void gate_maps(int images, std::size_t rows, int channels, const T* x, const T* gate, T* y, bool accumulate);
// dgate[image, channel] (+)= Σ_rows dy · x
template <class T>
void gate_maps_backward(int images, std::size_t rows, int channels, const T* x, const T* dy, T* dgate, bool accumulate);

// y = x, and slope[channel] · x below 0 (He et al. 2015).
template <class T>
void prelu_forward(std::size_t rows, int channels, const T* slope, const T* x, T* y);
// dx (+)= dy, times the slope where x ≤ 0; dslope[channel] += Σ_{x ≤ 0} dy · x. Either may be null.
template <class T>
void prelu_backward(std::size_t rows, int channels, const T* slope, const T* x, const T* dy, T* dx, bool accumulate,
                    T* dslope);

namespace reference {
template <class T>
void gate_maps(int images, std::size_t rows, int channels, const T* x, const T* gate, T* y, bool accumulate);
template <class T>
void gate_maps_backward(int images, std::size_t rows, int channels, const T* x, const T* dy, T* dgate, bool accumulate);
template <class T>
void prelu_forward(std::size_t rows, int channels, const T* slope, const T* x, T* y);
template <class T>
void prelu_backward(std::size_t rows, int channels, const T* slope, const T* x, const T* dy, T* dx, bool accumulate,
                    T* dslope);
}  // namespace reference

}  // namespace cnn::kernels
