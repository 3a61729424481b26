#include "engine/layers/window.h"

#include <algorithm>

#include "engine/core/error.h"

namespace cnn {

namespace {

struct Sides {
  int before, after;
};

Sides pad_one_axis(Padding::Kind kind, int in, int span, int stride, int before, int after) {
  switch (kind) {
    case Padding::Kind::valid: return {0, 0};
    case Padding::Kind::full: return {span - 1, span - 1};
    case Padding::Kind::sides: return {before, after};
    case Padding::Kind::same: break;
  }
  const int out = (in + stride - 1) / stride;
  const int total = std::max(0, (out - 1) * stride + span - in);
  return {total / 2, total - total / 2};
}

// `before_end`: cells up to the end of the picture, where the last window must have begun.
int count_windows(int room, int stride, int before_end, bool ceil) {
  const int floored = room / stride + 1;
  return ceil && room % stride != 0 && floored * stride < before_end ? floored + 1 : floored;
}

}  // namespace

Window place_window(const std::string& subject, const Shape& input, const Extent2& kernel, const Extent2& stride,
                    const Extent2& dilation, const Padding& padding, bool ceil) {
  const int span_h = (kernel.h - 1) * dilation.h + 1;
  const int span_w = (kernel.w - 1) * dilation.w + 1;
  const Sides rows = pad_one_axis(padding.kind, input.h, span_h, stride.h, padding.top, padding.bottom);
  const Sides columns = pad_one_axis(padding.kind, input.w, span_w, stride.w, padding.left, padding.right);
  const int padded_h = input.h + rows.before + rows.after;
  const int padded_w = input.w + columns.before + columns.after;
  if (span_h > padded_h || span_w > padded_w) {
    const bool spread = dilation.h > 1 || dilation.w > 1;
    const bool padded = padded_h != input.h || padded_w != input.w;
    fail(ErrorCode::shape_mismatch, subject,
         "kernel is larger than the padded input. Got kernel {}x{}{}, input {}x{}{}.", kernel.h, kernel.w,
         spread ? compose(" spread by dilation to {}x{}", span_h, span_w) : "", input.h, input.w,
         padded ? compose(" padded to {}x{}", padded_h, padded_w) : "");
  }
  const int out_h = count_windows(padded_h - span_h, stride.h, input.h + rows.before, ceil);
  const int out_w = count_windows(padded_w - span_w, stride.w, input.w + columns.before, ceil);
  return {out_h, out_w, rows.before, columns.before, rows.after, columns.after};
}

std::string sides_text(const Padding& padding) {
  return compose("[{}, {}, {}, {}]", padding.top, padding.bottom, padding.left, padding.right);
}

void require_sides(const std::string& subject, const Padding& padding) {
  if (padding.kind == Padding::Kind::sides || padding.kind == Padding::Kind::valid) return;
  fail(ErrorCode::invalid_value, subject, "has no window: give a number of cells or [top, bottom, left, right].");
}

void require_mirror(const std::string& subject, const Shape& input, int top, int bottom, int left, int right) {
  if (std::max(top, bottom) < input.h && std::max(left, right) < input.w) return;
  fail(ErrorCode::shape_mismatch, subject, "a mirrored border must be smaller than the input. Got padding {}, input {}x{}.",
       sides_text({Padding::Kind::sides, top, bottom, left, right}), input.h, input.w);
}

kernels::Conv2dShape conv_shape(int batch, const Shape& input, const Shape& output, const Extent2& kernel,
                                const Extent2& stride) {
  kernels::Conv2dShape s;
  s.batch = batch;
  s.in_h = input.h;
  s.in_w = input.w;
  s.in_c = input.c;
  s.out_h = output.h;
  s.out_w = output.w;
  s.out_c = output.c;
  s.kernel_h = kernel.h;
  s.kernel_w = kernel.w;
  s.stride_h = stride.h;
  s.stride_w = stride.w;
  return s;
}

ReceptiveStep window_step(const Window& window, const Extent2& kernel, const Extent2& stride, const Extent2& dilation) {
  ReceptiveStep step;
  step.kernel_h = (kernel.h - 1) * dilation.h + 1;
  step.kernel_w = (kernel.w - 1) * dilation.w + 1;
  step.stride_h = stride.h;
  step.stride_w = stride.w;
  step.pad_top = window.pad_top;
  step.pad_left = window.pad_left;
  return step;
}

}  // namespace cnn
