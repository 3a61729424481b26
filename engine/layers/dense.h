#pragma once

#include <vector>

#include "engine/layers/attributed.h"
#include "engine/layers/weight_norm.h"

namespace cnn {

struct DenseAttrs : FilterAttrs {
  int units = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("units", self.units, Field().required().between(1, 1 << 20));
    FilterAttrs::fields(self, visit);
  }
};

// y = x·W + b on vectors. Parameters: kernel [I, units], bias [units], gain [units] where the kernel is normalised.
class Dense : public Attributed<DenseAttrs> {
 public:
  static constexpr const char* kType = "dense";
  static constexpr LayerRole kRole = LayerRole::dense;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  std::vector<ParameterSpec> parameters(const LayerInputs& inputs) const override;
  std::int64_t macs(const LayerInputs& inputs, const Shape& output) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;
  std::size_t scratch(const LayerInputs& inputs, const Shape& output, int batch) const override;
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  bool overwrites_gradient() const override { return attrs_.weight_norm == WeightNorm::none; }
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
