#pragma once

#include <string>
#include <vector>

#include "engine/kernels/conv2d.h"
#include "engine/layers/attributed.h"
#include "engine/layers/resampling.h"
#include "engine/layers/weight_norm.h"
#include "engine/layers/window.h"

namespace cnn {

template <>
struct EnumNames<kernels::ConvAlgorithm> {
  static constexpr const char* names[] = {"auto", "direct", "im2col", "winograd_f2", "winograd_f4", "fft"};
};

struct Conv2dAttrs : FilterAttrs {
  int filters = 0;
  Extent2 kernel{3, 3};
  Extent2 stride{1, 1};
  Extent2 dilation{1, 1};
  int groups = 1;
  Padding padding;
  kernels::Border padding_mode = kernels::Border::zero;
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::automatic;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("filters", self.filters, Field().required().between(1, 8192));
    visit("kernel", self.kernel, Field().between(1, 64));
    visit("stride", self.stride, Field().between(1, 64));
    visit("dilation", self.dilation, Field().between(1, 64));
    visit("groups", self.groups, Field().between(1, 8192));
    visit("padding", self.padding);
    visit("padding_mode", self.padding_mode);
    visit("algorithm", self.algorithm);
    FilterAttrs::fields(self, visit);
  }
};

// Convolution of every map with every kernel, summed over channels: K filters make K maps. Parameters: kernel
// [kh, kw, C/groups, K], bias [K], gain [K] where the kernel is normalised (see weight_norm.h).
class Conv2d : public Attributed<Conv2dAttrs> {
 public:
  static constexpr const char* kType = "conv2d";
  static constexpr LayerRole kRole = LayerRole::convolution;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  bool takes(Epilogue) const override { return true; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  std::vector<ParameterSpec> parameters(const LayerInputs& inputs) const override;
  std::int64_t macs(const LayerInputs& inputs, const Shape& output) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;
  std::size_t scratch(const LayerInputs& inputs, const Shape& output, int batch) const override;
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;

 private:
  struct Scratch;
  kernels::Conv2dShape kernel_shape(const Shape& input, const Shape& output, int batch) const;
  kernels::Resample mirror(const Shape& input, int batch) const;
  std::size_t weight_rows(const Shape& input) const;
};

}  // namespace cnn
