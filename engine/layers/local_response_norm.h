#pragma once

#include "engine/kernels/local_response_norm.h"
#include "engine/layers/attributed.h"

namespace cnn {

struct LocalResponseNormAttrs {
  int size = 5;  // channels of the neighbourhood, the channel itself in the middle
  double offset = 2;
  double alpha = 1e-4;
  double beta = 0.75;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("size", self.size, Field().between(1, 255));
    visit("offset", self.offset, Field().between(1e-6, 1000));
    visit("alpha", self.alpha, Field().between(0, 1000));
    visit("beta", self.beta, Field().between(0, 10));
  }
};

// x / (offset + alpha · Σ x² of the neighbouring channels)^beta at every pixel: loud neighbours damp each other (Krizhevsky,
// Sutskever & Hinton 2012). The formula is theirs: alpha is not
// divided by size.
class LocalResponseNorm : public Attributed<LocalResponseNormAttrs> {
 public:
  static constexpr const char* kType = "local_response_norm";
  static constexpr LayerRole kRole = LayerRole::normalization;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  std::size_t scratch(const LayerInputs& inputs, const Shape& output, int batch) const override;
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;

 private:
  kernels::LocalResponse kernel_parameters() const;
};

}  // namespace cnn
