#include "engine/layers/conv2d.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/layers/terms.h"

namespace cnn {

Initializer initializer(KernelInit init) {
  switch (init) {
    case KernelInit::he_normal: return Initializer::he_normal;
    case KernelInit::he_uniform: return Initializer::he_uniform;
    case KernelInit::glorot_normal: return Initializer::glorot_normal;
    case KernelInit::glorot_uniform: return Initializer::glorot_uniform;
  }
  return Initializer::he_normal;
}

Shape Conv2d::output_shape(const LayerInputs& inputs) const {
  const Shape& in = inputs[0];
  if (in.c % attrs_.groups != 0 || attrs_.filters % attrs_.groups != 0) {
    fail(ErrorCode::shape_mismatch, kType,
         "groups must divide input channels and filters. Got groups {}, input channels {}, filters {}.", attrs_.groups,
         in.c, attrs_.filters);
  }
  const Window window = place_window(kType, in, attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  const Shape out{window.out_h, window.out_w, attrs_.filters};  // [OH, OW, K]
  if (const char* misfit = kernels::conv2d_misfit(kernel_shape(in, out, 1))) {
    throw Error(ErrorCode::shape_mismatch, kType, std::string("algorithm ") + misfit + ".");
  }
  return out;
}

std::vector<ParameterSpec> Conv2d::parameters(const LayerInputs& inputs) const {
  const int taps = attrs_.kernel.h * attrs_.kernel.w;
  ParameterSpec kernel;
  kernel.name = "kernel";
  kernel.shape = {attrs_.kernel.h, attrs_.kernel.w, inputs[0].c / attrs_.groups, attrs_.filters};
  kernel.initializer = initializer(attrs_.init);
  kernel.fan_in = taps * (inputs[0].c / attrs_.groups);
  kernel.fan_out = taps * (attrs_.filters / attrs_.groups);
  kernel.decays = true;
  if (!attrs_.bias) return {kernel};
  ParameterSpec bias;
  bias.name = "bias";
  bias.shape = {attrs_.filters};
  return {kernel, bias};
}

std::int64_t Conv2d::macs(const LayerInputs& inputs, const Shape& output) const {
  return static_cast<std::int64_t>(output.size()) * attrs_.kernel.h * attrs_.kernel.w * (inputs[0].c / attrs_.groups);
}

ReceptiveStep Conv2d::receptive_step(const LayerInputs& inputs, const Shape&) const {
  const Window window = place_window(kType, inputs[0], attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  return window_step(window, attrs_.kernel, attrs_.stride, attrs_.dilation);
}

std::size_t Conv2d::scratch(const LayerInputs& inputs, const Shape& output, int batch) const {
  return kernels::conv2d_scratch<Real>(kernel_shape(inputs[0], output, batch));
}

void Conv2d::forward(const Pass& pass) const {
  const kernels::Conv2dShape s = kernel_shape(pass.inputs[0].shape, pass.shape, pass.batch);
  const Real* bias = attrs_.bias ? pass.parameters[1] : nullptr;
  kernels::conv2d_forward(s, pass.inputs[0].value, pass.parameters[0], bias, pass.output, pass.scratch);
}

void Conv2d::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  const kernels::Conv2dShape s = kernel_shape(in.shape, pass.shape, pass.batch);
  if (pass.parameter_gradients[0] != nullptr) {
    Real* dbias = attrs_.bias ? pass.parameter_gradients[1] : nullptr;
    kernels::conv2d_backward_kernel(s, in.value, pass.output_gradient, pass.parameter_gradients[0], dbias,
                                    pass.scratch);
  }
  if (in.gradient != nullptr) {
    kernels::conv2d_backward_input(s, pass.output_gradient, pass.parameters[0], in.gradient, in.accumulate,
                                   pass.scratch);
  }
}

void Conv2d::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const PassInput& in = pass.inputs[0];
  const kernels::Conv2dShape s = kernel_shape(in.shape, pass.shape, pass.batch);
  const int group_in = s.in_c / s.groups;
  const int first = place.channel / (s.out_c / s.groups) * group_in;
  terms.kind = Arithmetic::products;
  std::size_t tap = 0;
  for (int ky = 0; ky < s.kernel_h; ++ky) {
    for (int kx = 0; kx < s.kernel_w; ++kx) {
      int row = place.row * s.stride_h + ky * s.dilation_h - s.pad_top;
      int column = place.column * s.stride_w + kx * s.dilation_w - s.pad_left;
      if (s.pad_mode == kernels::PadMode::nearest) {
        row = std::clamp(row, 0, s.in_h - 1);
        column = std::clamp(column, 0, s.in_w - 1);
      }
      for (int i = 0; i < group_in; ++i, ++tap) {
        terms.add_product(pass, 0, {place.image, row, column, first + i}, 0, tap * s.out_c + place.channel);
      }
    }
  }
  if (attrs_.bias) terms.add_constant(pass, 1, place.channel);
}

kernels::Conv2dShape Conv2d::kernel_shape(const Shape& input, const Shape& output, int batch) const {
  const Window window = place_window(kType, input, attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  kernels::Conv2dShape s;
  s.batch = batch;
  s.in_h = input.h;
  s.in_w = input.w;
  s.in_c = input.c;
  s.out_h = output.h;
  s.out_w = output.w;
  s.out_c = output.c;
  s.kernel_h = attrs_.kernel.h;
  s.kernel_w = attrs_.kernel.w;
  s.stride_h = attrs_.stride.h;
  s.stride_w = attrs_.stride.w;
  s.dilation_h = attrs_.dilation.h;
  s.dilation_w = attrs_.dilation.w;
  s.pad_top = window.pad_top;
  s.pad_left = window.pad_left;
  s.groups = attrs_.groups;
  s.pad_mode = attrs_.padding_mode;
  s.algorithm = attrs_.algorithm;
  return s;
}

}  // namespace cnn
