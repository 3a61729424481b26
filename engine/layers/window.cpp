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

}  // namespace

Window place_window(const std::string& subject, const Shape& input, const Extent2& kernel, const Extent2& stride,
                    const Extent2& dilation, const Padding& padding) {
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
  return {(padded_h - span_h) / stride.h + 1, (padded_w - span_w) / stride.w + 1, rows.before, columns.before};
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
