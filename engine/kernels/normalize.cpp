#include "engine/kernels/normalize.h"

#include <limits>

#include "engine/kernels/columns.h"
#include "engine/kernels/elementwise.h"

namespace cnn::kernels {

// ---------------------------------------------------------------- reference

namespace reference {
namespace {

// f(index into x, channel, index into the statistics) for every value of one set.
template <class F>
void for_each_of_set(const NormSets& s, int image, int group, F f) {
  const int width = s.channels / s.groups;
  for (std::size_t r = 0; r < s.rows; ++r) {
    for (int c = group * width; c < (group + 1) * width; ++c) {
      f((image * s.rows + r) * s.channels + c, c, static_cast<std::size_t>(image) * s.channels + c);
    }
  }
}

template <class F>
void for_each_set(const NormSets& s, F f) {
  for (int n = 0; n < s.images; ++n) {
    for (int g = 0; g < s.groups; ++g) f(n, g);
  }
}

}  // namespace

template <class T>
void norm_moments(const NormSets& s, const T* x, T* mean, T* variance) {
  const T size = T(s.rows) * T(s.channels / s.groups);
  for_each_set(s, [&](int n, int g) {
    T total = 0, squares = 0;
    for_each_of_set(s, n, g, [&](std::size_t i, int, std::size_t) { total += x[i]; });
    const T centre = s.centred ? total / size : T(0);
    for_each_of_set(s, n, g, [&](std::size_t i, int, std::size_t) { squares += (x[i] - centre) * (x[i] - centre); });
    for_each_of_set(s, n, g, [&](std::size_t, int, std::size_t at) {
      mean[at] = centre;
      variance[at] = squares / size;
    });
  });
}

template <class T>
void norm_apply(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* beta, T* y) {
  for_each_set(s, [&](int n, int g) {
    for_each_of_set(s, n, g, [&](std::size_t i, int c, std::size_t at) {
      y[i] = (x[i] - mean[at]) * inv_std[at] * gamma[c] + beta[c];
      if (s.rectify && y[i] < 0) y[i] = 0;
    });
  });
}

template <class T>
void norm_backward(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* dy, T* dgamma,
                   T* dbeta, T* dx, bool accumulate) {
  const T size = T(s.rows) * T(s.channels / s.groups);
  for_each_set(s, [&](int n, int g) {
    T sum = 0, dot = 0;  // of gamma·dy and gamma·dy·x̂
    for_each_of_set(s, n, g, [&](std::size_t i, int c, std::size_t at) {
      const T normal = (x[i] - mean[at]) * inv_std[at];
      dgamma[c] += dy[i] * normal;
      dbeta[c] += dy[i];
      sum += gamma[c] * dy[i];
      dot += gamma[c] * dy[i] * normal;
    });
    if (dx == nullptr) return;
    if (!s.centred) sum = 0;
    for_each_of_set(s, n, g, [&](std::size_t i, int c, std::size_t at) {
      const T normal = (x[i] - mean[at]) * inv_std[at];
      const T d = inv_std[at] * (gamma[c] * dy[i] - sum / size - normal * dot / size);
      dx[i] = accumulate ? dx[i] + d : d;
    });
  });
}

}  // namespace reference

// ---------------------------------------------------------------- vectorised
// One image of x[rows, channels] at a time: sums per channel in vectors, then the channels of a group brought together.

namespace {

// The mean of equally large parts is the mean of their means; their variance is that within the parts and that between.
void merge_moments(const NormSets& s, float* mean, float* variance) {
  const int width = s.channels / s.groups;
  if (width == 1) return;
  const float share = 1.0f / static_cast<float>(width);
  for (int c = 0; c < s.channels; c += width) {
    float centre = 0.0f, spread = 0.0f;
    for (int i = c; i < c + width; ++i) centre += mean[i] * share;
    for (int i = c; i < c + width; ++i) spread += (variance[i] + (mean[i] - centre) * (mean[i] - centre)) * share;
    std::fill_n(mean + c, width, centre);
    std::fill_n(variance + c, width, spread);
  }
}

void moments_vectors(const NormSets& s, const float* x, float* mean, float* variance) {
  const Batch share(1.0f / static_cast<float>(s.rows));
  std::fill_n(mean, s.channels, 0.0f);
  if (s.centred) {
    add_column_sums(s.rows, s.channels, x, mean);
    map(s.channels, mean, false, [share](Batch total) { return total * share; }, mean);
  }
  const auto centre = [mean](int c) { return load(mean + c); };
  const auto square = [x](std::size_t i, const Batch& centre, Batch(&part)[1]) {
    const Batch d = load(x + i) - centre;
    part[0] = fma(d, d, part[0]);
  };
  sum_columns<1>(s.rows, s.channels, centre, square, [=](int c, int first_lane, const Batch(&total)[1]) {
    put_lanes(variance + c, total[0] * share, first_lane);
  });
  merge_moments(s, mean, variance);
}

void apply_vectors(const NormSets& s, const float* x, const float* mean, const float* inv_std, const float* gamma,
                   const float* beta, float* y) {
  const int channels = s.channels;
  const float least = s.rectify ? 0.0f : -std::numeric_limits<float>::infinity();
  struct Line {
    Batch mean, scale, shift;
  };
  const auto known = [=](int c) { return Line{load(mean + c), load(inv_std + c) * load(gamma + c), load(beta + c)}; };
  const int whole = for_each_cell(s.rows, channels, known, [x, y, least](std::size_t i, const Line& line) {
    store(y + i, max(fma(load(x + i) - line.mean, line.scale, line.shift), Batch(least)));
  });
  if (whole == channels) return;
  for (std::size_t r = 0; r < s.rows; ++r, x += channels, y += channels) {
    for (int c = whole; c < channels; ++c) {
      const float value = (x[c] - mean[c]) * inv_std[c] * gamma[c] + beta[c];
      y[c] = value < least ? least : value;
    }
  }
}

// From Σ dy and Σ dy·x̂ per channel to what the gradient subtracts: mean(gamma·dy) and inv_std·mean(gamma·dy·x̂) of the set.
void merge_gradients(const NormSets& s, const float* inv_std, const float* gamma, float* sums, float* dots) {
  const int width = s.channels / s.groups;
  const float share = 1.0f / (static_cast<float>(s.rows) * static_cast<float>(width));
  for (int c = 0; c < s.channels; c += width) {
    float sum = 0.0f, dot = 0.0f;
    for (int i = c; i < c + width; ++i) {
      sum += gamma[i] * sums[i];
      dot += gamma[i] * dots[i];
    }
    std::fill_n(sums + c, width, s.centred ? sum * share : 0.0f);
    std::fill_n(dots + c, width, dot * share * inv_std[c]);
  }
}

void backward_vectors(const NormSets& s, const float* x, const float* mean, const float* inv_std, const float* gamma,
                      const float* dy, float* dgamma, float* dbeta, float* dx, bool accumulate, float* sums) {
  float* dots = sums + s.channels;
  const auto centre = [mean](int c) { return load(mean + c); };
  const auto both = [x, dy](std::size_t i, const Batch& centre, Batch(&part)[2]) {
    const Batch d = load(dy + i);
    part[0] = part[0] + d;
    part[1] = fma(d, load(x + i) - centre, part[1]);
  };
  sum_columns<2>(s.rows, s.channels, centre, both, [=](int c, int first_lane, const Batch(&total)[2]) {
    put_lanes(sums + c, total[0], first_lane);
    put_lanes(dots + c, total[1] * load(inv_std + c), first_lane);
  });
  for (int c = 0; c < s.channels; ++c) {
    dgamma[c] += dots[c];
    dbeta[c] += sums[c];
  }
  if (dx == nullptr) return;
  merge_gradients(s, inv_std, gamma, sums, dots);
  // dx = inv_std·(gamma·dy − sum − (x − mean)·dot)
  struct Line {
    Batch mean;
    Batch dy, x, one;  // what dy, x − mean and 1 are multiplied by
  };
  const auto known = [=](int c) {
    const Batch scale = load(inv_std + c);
    return Line{load(mean + c), scale * load(gamma + c), -(scale * load(dots + c)), -(scale * load(sums + c))};
  };
  const int whole = for_each_cell(s.rows, s.channels, known, [=](std::size_t i, const Line& line) {
    const Batch d = fma(load(dy + i), line.dy, fma(load(x + i) - line.mean, line.x, line.one));
    store(dx + i, accumulate ? load(dx + i) + d : d);
  });
  if (whole == s.channels) return;
  for (std::size_t r = 0; r < s.rows; ++r, x += s.channels, dy += s.channels, dx += s.channels) {
    for (int c = whole; c < s.channels; ++c) {
      const float d = inv_std[c] * (gamma[c] * dy[c] - sums[c] - (x[c] - mean[c]) * dots[c]);
      dx[c] = accumulate ? dx[c] + d : d;
    }
  }
}

}  // namespace

// ---------------------------------------------------------------- routing

template <class T>
void norm_moments(const NormSets& s, const T* x, T* mean, T* variance) {
  if constexpr (kVectorised<T>) {
    if (s.channels >= kLanes) {
      for (int n = 0; n < s.images; ++n, x += s.rows * s.channels, mean += s.channels, variance += s.channels) {
        moments_vectors(s, x, mean, variance);
      }
      return;
    }
  }
  reference::norm_moments(s, x, mean, variance);
}

template <class T>
void norm_apply(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* beta, T* y) {
  if constexpr (kVectorised<T>) {
    const std::size_t image = s.rows * s.channels;
    for (int n = 0; n < s.images; ++n, x += image, y += image, mean += s.channels, inv_std += s.channels) {
      apply_vectors(s, x, mean, inv_std, gamma, beta, y);
    }
  } else {
    reference::norm_apply(s, x, mean, inv_std, gamma, beta, y);
  }
}

template <class T>
void norm_backward(const NormSets& s, const T* x, const T* mean, const T* inv_std, const T* gamma, const T* dy, T* dgamma,
                   T* dbeta, T* dx, bool accumulate, T* scratch) {
  if constexpr (kVectorised<T>) {
    if (s.channels >= kLanes) {
      for (std::size_t n = 0; n < static_cast<std::size_t>(s.images); ++n) {
        const std::size_t at = n * s.rows * s.channels, statistics = n * s.channels;
        backward_vectors(s, x + at, mean + statistics, inv_std + statistics, gamma, dy + at, dgamma, dbeta,
                         dx == nullptr ? nullptr : dx + at, accumulate, scratch);
      }
      return;
    }
  }
  static_cast<void>(scratch);
  reference::norm_backward(s, x, mean, inv_std, gamma, dy, dgamma, dbeta, dx, accumulate);
}

#define CNN_INSTANTIATE_ONE(scope, T) \
  template void scope norm_moments(const NormSets&, const T*, T*, T*); \
  template void scope norm_apply(const NormSets&, const T*, const T*, const T*, const T*, const T*, T*);
#define CNN_INSTANTIATE(T) \
  CNN_INSTANTIATE_ONE(, T) \
  CNN_INSTANTIATE_ONE(reference::, T) \
  template void norm_backward(const NormSets&, const T*, const T*, const T*, const T*, const T*, T*, T*, T*, bool, T*); \
  template void reference::norm_backward(const NormSets&, const T*, const T*, const T*, const T*, const T*, T*, T*, T*, \
                                         bool);
CNN_FOR_EACH_REAL(CNN_INSTANTIATE)

}  // namespace cnn::kernels
