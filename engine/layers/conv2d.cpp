#include "engine/layers/conv2d.h"

#include "engine/core/error.h"
#include "engine/core/tensor.h"
#include "engine/layers/terms.h"

namespace cnn {

// Scratch in pieces: the convolution's own, the kernel in use and its gradient, the mirrored input or its gradient.
struct Conv2d::Scratch {
  kernels::Conv2dShape shape;
  std::size_t rows;  // of the kernel as a matrix with a column for each filter
  bool mirrored;
  std::size_t weights, picture, total;

  Scratch(const Conv2d& layer, const Shape& input, const Shape& output, int batch)
      : shape(layer.kernel_shape(input, output, batch)),
        rows(layer.weight_rows(input)),
        mirrored(layer.attrs_.padding_mode == kernels::Border::reflect) {
    weights = aligned_count<Real>(kernels::conv2d_scratch<Real>(shape));
    picture = weights + aligned_count<Real>(weight_norm_scratch(layer.attrs_.weight_norm, rows, output.c));
    total = picture;
    if (mirrored) total += static_cast<std::size_t>(batch) * shape.in_h * shape.in_w * shape.in_c;
  }
};

Shape Conv2d::output_shape(const LayerInputs& inputs) const {
  const Shape& in = inputs[0];
  if (in.c % attrs_.groups != 0 || attrs_.filters % attrs_.groups != 0) {
    fail(ErrorCode::shape_mismatch, kType,
         "groups must divide input channels and filters. Got groups {}, input channels {}, filters {}.", attrs_.groups,
         in.c, attrs_.filters);
  }
  const Window window = place_window(kType, in, attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  if (attrs_.padding_mode == kernels::Border::reflect) {
    require_mirror(kType, in, window.pad_top, window.pad_bottom, window.pad_left, window.pad_right);
  }
  const Shape out{window.out_h, window.out_w, attrs_.filters};  // [OH, OW, K]
  if (const char* misfit = kernels::conv2d_misfit(kernel_shape(in, out, 1))) {
    fail(ErrorCode::shape_mismatch, kType, "{}{}.", std::string("algorithm "), misfit);
  }
  return out;
}

std::vector<ParameterSpec> Conv2d::parameters(const LayerInputs& inputs) const {
  const int taps = attrs_.kernel.h * attrs_.kernel.w;
  const int group_in = inputs[0].c / attrs_.groups;
  return attrs_.parameters({attrs_.kernel.h, attrs_.kernel.w, group_in, attrs_.filters}, taps * group_in,
                           taps * (attrs_.filters / attrs_.groups));
}

std::int64_t Conv2d::macs(const LayerInputs& inputs, const Shape& output) const {
  return static_cast<std::int64_t>(output.size()) * attrs_.kernel.h * attrs_.kernel.w * (inputs[0].c / attrs_.groups);
}

ReceptiveStep Conv2d::receptive_step(const LayerInputs& inputs, const Shape&) const {
  const Window window = place_window(kType, inputs[0], attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  return window_step(window, attrs_.kernel, attrs_.stride, attrs_.dilation);
}

std::size_t Conv2d::scratch(const LayerInputs& inputs, const Shape& output, int batch) const {
  return Scratch(*this, inputs[0], output, batch).total;
}

void Conv2d::forward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  const Scratch s(*this, in.shape, pass.shape, pass.batch);
  const FilterWeights weights(pass, attrs_.weight_norm, attrs_.bias, s.rows, pass.scratch + s.weights);
  const Real* x = in.value;
  if (s.mirrored) {
    kernels::resample_forward(mirror(in.shape, pass.batch), x, pass.scratch + s.picture);
    x = pass.scratch + s.picture;
  }
  kernels::Conv2dShape shape = s.shape;
  shape.rectify = pass.rectify;
  kernels::conv2d_forward(shape, x, weights.use(), weights.bias(), pass.output, pass.scratch);
}

void Conv2d::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  const Scratch s(*this, in.shape, pass.shape, pass.batch);
  const FilterWeights weights(pass, attrs_.weight_norm, attrs_.bias, s.rows, pass.scratch + s.weights);
  const Real* kernel = weights.use();
  Real* picture = pass.scratch + s.picture;
  if (weights.learn()) {
    if (s.mirrored) kernels::resample_forward(mirror(in.shape, pass.batch), in.value, picture);
    kernels::conv2d_backward_kernel(s.shape, s.mirrored ? picture : in.value, pass.output_gradient, weights.gradient(),
                                    weights.bias_gradient(), pass.scratch);
    weights.backward();
  }
  if (in.gradient == nullptr) return;
  kernels::conv2d_backward_input(s.shape, pass.output_gradient, kernel, s.mirrored ? picture : in.gradient,
                                 in.accumulate && !s.mirrored, pass.scratch);
  if (s.mirrored) {
    kernels::resample_backward(mirror(in.shape, pass.batch), picture, in.gradient, in.accumulate);
  }
}

void Conv2d::terms(const Pass& pass, const Place& place, Terms& terms) const {
  // Where the kernel in use is not the parameter itself, its weights are what backward tells.
  if (attrs_.weight_norm != WeightNorm::none) return Layer::terms(pass, place, terms);
  const Shape& in = pass.inputs[0].shape;
  const Window window = place_window(kType, in, attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  const int group_in = in.c / attrs_.groups;
  const int first = place.channel / (pass.shape.c / attrs_.groups) * group_in;
  terms.kind = Arithmetic::products;
  std::size_t tap = 0;
  for (int ky = 0; ky < attrs_.kernel.h; ++ky) {
    for (int kx = 0; kx < attrs_.kernel.w; ++kx) {
      int row = place.row * attrs_.stride.h + ky * attrs_.dilation.h - window.pad_top;
      int column = place.column * attrs_.stride.w + kx * attrs_.dilation.w - window.pad_left;
      if (attrs_.padding_mode != kernels::Border::zero) {
        row = kernels::cell_behind_border(row, in.h, attrs_.padding_mode);
        column = kernels::cell_behind_border(column, in.w, attrs_.padding_mode);
      }
      for (int i = 0; i < group_in; ++i, ++tap) {
        terms.add_product(pass, 0, {place.image, row, column, first + i}, 0, tap * pass.shape.c + place.channel);
      }
    }
  }
  if (attrs_.bias) terms.add_constant(pass, 1, place.channel);
}

std::size_t Conv2d::weight_rows(const Shape& input) const {
  return static_cast<std::size_t>(attrs_.kernel.h) * attrs_.kernel.w * (input.c / attrs_.groups);
}

// The picture that a convolution with a mirrored border slides over, without a border of its own.
kernels::Resample Conv2d::mirror(const Shape& input, int batch) const {
  const Window window = place_window(kType, input, attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  kernels::Resample s;
  s.batch = batch;
  s.channels = input.c;
  s.h = {input.h, input.h + window.pad_top + window.pad_bottom, window.pad_top, 1};
  s.w = {input.w, input.w + window.pad_left + window.pad_right, window.pad_left, 1};
  s.border = kernels::Border::reflect;
  return s;
}

kernels::Conv2dShape Conv2d::kernel_shape(const Shape& input, const Shape& output, int batch) const {
  const Window window = place_window(kType, input, attrs_.kernel, attrs_.stride, attrs_.dilation, attrs_.padding);
  kernels::Conv2dShape s = conv_shape(batch, input, output, attrs_.kernel, attrs_.stride);
  s.dilation_h = attrs_.dilation.h;
  s.dilation_w = attrs_.dilation.w;
  s.groups = attrs_.groups;
  s.algorithm = attrs_.algorithm;
  if (attrs_.padding_mode == kernels::Border::reflect) {
    s.in_h += window.pad_top + window.pad_bottom;
    s.in_w += window.pad_left + window.pad_right;
    return s;
  }
  s.pad_top = window.pad_top;
  s.pad_left = window.pad_left;
  s.pad_mode = attrs_.padding_mode == kernels::Border::nearest ? kernels::PadMode::nearest : kernels::PadMode::zero;
  return s;
}

}  // namespace cnn
