#pragma once

#include <cstddef>

namespace cnn::kernels {

// Local response normalisation across channels (Krizhevsky, Sutskever & Hinton 2012, section 3.3):
//   y_c = x_c · s_c^−beta,  s_c = offset + alpha · Σ_{|j − c| ≤ reach} x_j²
// at every pixel by itself. From ∂s_j/∂x_c = 2·alpha·x_c for |j − c| ≤ reach follows
//   dx_c (+)= dy_c·s_c^−beta − 2·alpha·beta·x_c · Σ_{|j − c| ≤ reach} dy_j·x_j·s_j^(−beta−1)
struct LocalResponse {
  int reach = 2;
  double offset = 2;
  double alpha = 1e-4;
  double beta = 0.75;
};

// scratch of both: 3·channels.
template <class T>
void local_response_forward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, T* y, T* scratch);
template <class T>
void local_response_backward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, const T* dy, T* dx,
                             bool accumulate, T* scratch);

namespace reference {
template <class T>
void local_response_forward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, T* y);
template <class T>
void local_response_backward(const LocalResponse& p, std::size_t pixels, int channels, const T* x, const T* dy, T* dx,
                             bool accumulate);
}  // namespace reference

}  // namespace cnn::kernels
