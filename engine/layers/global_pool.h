#pragma once

#include "engine/layers/pool2d.h"

namespace cnn {

struct GlobalPoolAttrs {
  PoolMode mode = PoolMode::average;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("mode", self.mode);
  }
};

// One number for each map, whatever its size: H×W×C becomes a vector of C (Lin, Chen & Yan 2014).
class GlobalPool : public Attributed<GlobalPoolAttrs> {
 public:
  static constexpr const char* kType = "global_pool";
  static constexpr LayerRole kRole = LayerRole::pooling;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;
};

}  // namespace cnn
