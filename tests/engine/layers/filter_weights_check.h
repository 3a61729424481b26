#pragma once

// What the tests of layers share that may normalise their kernel.

#include <cmath>

#include "engine/kernels/normalize.h"
#include "tests/engine/layers/layer_check.h"

namespace cnn::test {

// The kernel in use and what its gradient means for the parameters, by the reference kernels. `gain` null: standardised.
struct ReferenceWeights {
  kernels::NormSets sets;
  std::vector<Oracle> mean, inv_std, scale, none, use;

  ReferenceWeights(const std::vector<Oracle>& kernel, int filters, const std::vector<Oracle>* gain)
      : sets{1, kernel.size() / filters, filters, filters, gain == nullptr},
        mean(filters),
        inv_std(filters),
        scale(filters, 1),
        none(filters),
        use(kernel.size()) {
    kernels::reference::norm_moments(sets, kernel.data(), mean.data(), inv_std.data());
    for (int o = 0; o < filters; ++o) {
      inv_std[o] = 1 / std::sqrt(inv_std[o] + Oracle(gain == nullptr ? 1e-5 : 1e-12));
      if (gain != nullptr) scale[o] = (*gain)[o] * share();
    }
    kernels::reference::norm_apply(sets, kernel.data(), mean.data(), inv_std.data(), scale.data(), none.data(),
                                   use.data());
  }

  Oracle share() const { return 1 / std::sqrt(static_cast<Oracle>(sets.rows)); }

  void backward(const std::vector<Oracle>& kernel, const std::vector<Oracle>& gradient, std::vector<Oracle>& dkernel,
                std::vector<Oracle>* dgain) const {
    std::vector<Oracle> dscale(scale.size()), dshift(scale.size());
    kernels::reference::norm_backward(sets, kernel.data(), mean.data(), inv_std.data(), scale.data(), gradient.data(),
                                      dscale.data(), dshift.data(), dkernel.data(), true);
    for (std::size_t o = 0; dgain != nullptr && o < dscale.size(); ++o) (*dgain)[o] += share() * dscale[o];
  }
};

}  // namespace cnn::test
