#pragma once

#include <vector>

#include "engine/layers/conv2d.h"

namespace cnn {

struct DenseAttrs {
  int units = 0;
  bool bias = true;
  KernelInit init = KernelInit::he_normal;
  WeightNorm weight_norm = WeightNorm::none;
  double l1_decay_mul = 1;  // what the trainer's l1_decay and weight_decay are multiplied by here
  double l2_decay_mul = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("units", self.units, Field().required().between(1, 1 << 20));
    visit("bias", self.bias);
    visit("init", self.init);
    visit("weight_norm", self.weight_norm);
    visit("l1_decay_mul", self.l1_decay_mul, Field().between(0, 1000));
    visit("l2_decay_mul", self.l2_decay_mul, Field().between(0, 1000));
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
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
