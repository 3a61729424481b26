#include "engine/layers/conv_transpose2d.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/core/tensor.h"
#include "engine/kernels/elementwise.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

// One axis: what is cut off in front, and what remains.
struct Axis {
  int before;
  std::int64_t out;
};

Axis stretch(Padding::Kind kind, int in, int kernel, int stride, int before, int after, int more) {
  const std::int64_t stamps = (std::int64_t(in) - 1) * stride + kernel;
  switch (kind) {
    case Padding::Kind::valid: return {0, stamps + more};
    case Padding::Kind::full: return {kernel - 1, stamps - 2 * (kernel - 1) + more};
    case Padding::Kind::sides: return {before, stamps - before - after + more};
    case Padding::Kind::same: break;
  }
  return {std::max(0, kernel - stride) / 2, std::int64_t(in) * stride + more};
}

struct Placement {
  Axis h, w;
};

Placement place(const ConvTranspose2dAttrs& a, const Shape& in) {
  const Padding& p = a.padding;
  return {stretch(p.kind, in.h, a.kernel.h, a.stride.h, p.top, p.bottom, a.output_padding.h),
          stretch(p.kind, in.w, a.kernel.w, a.stride.w, p.left, p.right, a.output_padding.w)};
}

}  // namespace

Shape ConvTranspose2d::output_shape(const LayerInputs& inputs) const {
  const Extent2 &kernel = attrs_.kernel, &stride = attrs_.stride, &more = attrs_.output_padding;
  const Padding& p = attrs_.padding;
  if (p.kind == Padding::Kind::sides &&
      (std::max(p.top, p.bottom) >= kernel.h || std::max(p.left, p.right) >= kernel.w)) {
    fail(ErrorCode::shape_mismatch, kType, "padding must be smaller than the kernel. Got padding {}, kernel {}x{}.", sides_text(p), kernel.h, kernel.w);
  }
  if (more.h >= stride.h || more.w >= stride.w) {
    fail(ErrorCode::invalid_value, kType, "output_padding must be smaller than the stride. Got output_padding {}x{}, stride {}x{}.", more.h, more.w, stride.h, stride.w);
  }
  const Placement at = place(attrs_, inputs[0]);
  if (at.h.out < 1 || at.w.out < 1 || at.h.out > 1 << 20 || at.w.out > 1 << 20) {
    fail(ErrorCode::shape_mismatch, kType, "cannot make a picture of {}x{}. Input {}.", at.h.out, at.w.out, inputs[0]);
  }
  return {static_cast<int>(at.h.out), static_cast<int>(at.w.out), attrs_.filters};  // [OH, OW, K]
}

std::vector<ParameterSpec> ConvTranspose2d::parameters(const LayerInputs& inputs) const {
  const int taps = attrs_.kernel.h * attrs_.kernel.w;
  ParameterSpec kernel;
  kernel.name = "kernel";
  kernel.shape = {attrs_.kernel.h, attrs_.kernel.w, attrs_.filters, inputs[0].c};
  kernel.initializer = initializer(attrs_.init);
  // One number of the output is the sum of so many products, away from the border.
  kernel.fan_in = std::max(1, taps * inputs[0].c / (attrs_.stride.h * attrs_.stride.w));
  kernel.fan_out = taps * attrs_.filters;
  kernel.decays = true;
  kernel.axes_behind_channel = 1;
  if (!attrs_.bias) return {kernel};
  return {kernel, bias_spec(attrs_.filters, attrs_.bias_init)};
}

std::int64_t ConvTranspose2d::macs(const LayerInputs& inputs, const Shape&) const {
  return static_cast<std::int64_t>(inputs[0].size()) * attrs_.kernel.h * attrs_.kernel.w * attrs_.filters;
}

// Output cell o is reached by the input cells i with 0 ≤ o + before − i·stride < kernel.
ReceptiveStep ConvTranspose2d::receptive_step(const LayerInputs& inputs, const Shape&) const {
  const Placement at = place(attrs_, inputs[0]);
  const Extent2 &kernel = attrs_.kernel, &stride = attrs_.stride;
  ReceptiveStep step;
  step.kernel_h = (kernel.h + stride.h - 1) / stride.h;
  step.kernel_w = (kernel.w + stride.w - 1) / stride.w;
  step.pad_top = (kernel.h - 1 - at.h.before) / stride.h;
  step.pad_left = (kernel.w - 1 - at.w.before) / stride.w;
  step.growth_h = stride.h;
  step.growth_w = stride.w;
  return step;
}

std::size_t ConvTranspose2d::scratch(const LayerInputs& inputs, const Shape& output, int batch) const {
  // Behind the convolution's: its result, where the gradient is to be added to what is there.
  return aligned_count<Real>(kernels::conv2d_scratch<Real>(kernel_shape(inputs[0], output, batch))) +
         inputs[0].size() * batch;
}

void ConvTranspose2d::forward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  kernels::conv2d_backward_input(kernel_shape(in.shape, pass.shape, pass.batch), in.value, pass.parameters[0],
                                 pass.output, false, pass.scratch);
  if (!attrs_.bias) return;
  kernels::add_bias(static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w, pass.shape.c,
                    pass.parameters[1], pass.output);
}

void ConvTranspose2d::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  const kernels::Conv2dShape s = kernel_shape(in.shape, pass.shape, pass.batch);
  if (pass.parameter_gradients[0] != nullptr) {
    kernels::conv2d_backward_kernel(s, pass.output_gradient, in.value, pass.parameter_gradients[0],
                                    static_cast<Real*>(nullptr), pass.scratch);
    if (attrs_.bias) {
      kernels::add_column_sums(static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w, pass.shape.c,
                               pass.output_gradient, pass.parameter_gradients[1]);
    }
  }
  if (in.gradient == nullptr) return;
  Real* result =
      in.accumulate ? pass.scratch + aligned_count<Real>(kernels::conv2d_scratch<Real>(s)) : in.gradient;
  kernels::conv2d_forward(s, pass.output_gradient, pass.parameters[0], static_cast<Real*>(nullptr), result,
                          pass.scratch);
  if (in.accumulate) kernels::add_scaled(in.shape.size() * pass.batch, Real(1), result, in.gradient, true);
}

void ConvTranspose2d::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const PassInput& in = pass.inputs[0];
  const Placement at = cnn::place(attrs_, in.shape);
  terms.kind = Arithmetic::products;
  for (int ky = 0; ky < attrs_.kernel.h; ++ky) {
    for (int kx = 0; kx < attrs_.kernel.w; ++kx) {
      const int y = place.row + at.h.before - ky, x = place.column + at.w.before - kx;
      if (y % attrs_.stride.h != 0 || x % attrs_.stride.w != 0) continue;  // no stamp has this tap here
      Place cell{place.image, y / attrs_.stride.h, x / attrs_.stride.w, 0};
      if (y < 0 || x < 0 || !inside(cell, in.shape)) continue;
      const std::size_t tap = static_cast<std::size_t>(ky) * attrs_.kernel.w + kx;
      for (; cell.channel < in.shape.c; ++cell.channel) {
        terms.add_product(pass, 0, cell, 0, (tap * attrs_.filters + place.channel) * in.shape.c + cell.channel);
      }
    }
  }
  if (attrs_.bias) terms.add_constant(pass, 1, place.channel);
}

kernels::Conv2dShape ConvTranspose2d::kernel_shape(const Shape& input, const Shape& output, int batch) const {
  const Placement at = place(attrs_, input);
  kernels::Conv2dShape s = conv_shape(batch, output, input, attrs_.kernel, attrs_.stride);
  s.pad_top = at.h.before;
  s.pad_left = at.w.before;
  return s;
}

}  // namespace cnn
