#pragma once

#include "engine/kernels/conv2d.h"
#include "engine/layers/attributed.h"
#include "engine/layers/weight_norm.h"
#include "engine/layers/window.h"

namespace cnn {

struct ConvTranspose2dAttrs {
  int filters = 0;
  Extent2 kernel{3, 3};
  Extent2 stride{2, 2};
  Padding padding;
  Extent2 output_padding{0, 0};  // rows and columns more, below and to the right
  bool bias = true;
  double bias_init = 0;
  KernelInit init = KernelInit::he_normal;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("filters", self.filters, Field().required().between(1, 8192));
    visit("kernel", self.kernel, Field().between(1, 64));
    visit("stride", self.stride, Field().between(1, 64));
    visit("padding", self.padding);
    visit("output_padding", self.output_padding, Field().between(0, 63));
    visit("bias", self.bias);
    visit("bias_init", self.bias_init, Field().between(-100, 100));
    visit("init", self.init);
  }
};

// Transposed convolution (Zeiler et al. 2010; Dumoulin & Visin 2016): the gradient of a convolution used forward. Every number
// of the input stamps the kernel, multiplied by it, onto a picture `stride` times as large; stamps add up. As matrices, with
// X·A a convolution from K maps to C, this is Y = X·Aᵀ, hence dX = dY·A, that convolution, and dA's kernel has dY for its
// picture and X for its gradient.
//   valid  out = (in − 1)·stride + kernel
//   same   out = in·stride
//   full, sides: what those paddings of the convolution would have added is cut off
// Parameters: kernel [kh, kw, K, C], bias [K].
class ConvTranspose2d : public Attributed<ConvTranspose2dAttrs> {
 public:
  static constexpr const char* kType = "conv_transpose2d";
  static constexpr LayerRole kRole = LayerRole::convolution;
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

 private:
  // The convolution that goes from the output to the input.
  kernels::Conv2dShape kernel_shape(const Shape& input, const Shape& output, int batch) const;
};

}  // namespace cnn
