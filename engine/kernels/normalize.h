#pragma once

#include <cstddef>

namespace cnn::kernels {

// Which values share a mean and a variance: x[images, rows, channels] falls into images × groups sets, each of all rows of
// channels / groups neighbouring channels.
//   batch norm      one image of N·H·W rows, as many groups as channels
//   instance norm   N images of H·W rows, as many groups as channels
//   group norm      the same with fewer groups; with one it is layer norm
//   filter weights  one image of kh·kw·C/groups rows whose channels are the filters, each a group
// Not `centred`: the mean counts as 0 and the variance is the mean square.
struct NormSets {
  int images = 1;
  std::size_t rows = 0;
  int channels = 0;
  int groups = 1;  // divides channels
  bool centred = true;
  bool rectify = false;  // norm_apply writes max(0, y)
};

// mean and variance stand per [images, channels], each channel with the numbers of its set. Variances are the biased ones.
// Two passes, so that a large mean does not eat the variance.
template <class T>
void norm_moments(const NormSets& s, const T* x, T* mean, T* variance);

// y = (x − mean) · inv_std · gamma + beta; gamma and beta per channel. May run in place.
template <class T>
void norm_apply(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* beta, T* y);

// Gradient through the statistics. With x̂ = (x − mean)·inv_std and means over each set:
//   dgamma += Σ dy·x̂, dbeta += Σ dy   (images and rows)
//   dx (+)= inv_std · (gamma·dy − mean(gamma·dy) − x̂·mean(gamma·dy·x̂))
// where the first mean is missing when not centred. dx may be null (nobody needs it). scratch: 2·channels.
template <class T>
void norm_backward(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* dy, T* dgamma,
                   T* dbeta, T* dx, bool accumulate, T* scratch);

namespace reference {
template <class T>
void norm_moments(const NormSets& s, const T* x, T* mean, T* variance);
template <class T>
void norm_apply(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* beta, T* y);
template <class T>
void norm_backward(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* dy, T* dgamma,
                   T* dbeta, T* dx, bool accumulate);
}  // namespace reference

}  // namespace cnn::kernels
