#pragma once

#include <string>

#include "engine/core/shape.h"
#include "engine/definition/fields.h"
#include "engine/kernels/conv2d.h"
#include "engine/layers/layer.h"

namespace cnn {

// Where a sliding window (convolution, pooling) stands: output extents and the padding before the first row and column.
//   out = ⌊(in + pad_before + pad_after − span) / stride⌋ + 1,   span = (kernel − 1)·dilation + 1
// With `ceil` the quotient is rounded up, as long as the last window still begins before the padding behind.
struct Window {
  int out_h, out_w;
  int pad_top, pad_left;
  int pad_bottom, pad_right;  // as asked for, whatever the rounding
};

// `subject` is the layer type for the error texts. Throws Error (shape_mismatch) when the window does not fit.
Window place_window(const std::string& subject, const Shape& input, const Extent2& kernel, const Extent2& stride,
                    const Extent2& dilation, const Padding& padding, bool ceil = false);

// "[1, 2, 0, 1]"
std::string sides_text(const Padding& padding);
// Throws Error (invalid_value) unless the padding is a number of cells for each side.
void require_sides(const std::string& subject, const Padding& padding);
// A mirror shows no more cells than there are beside the outermost one. Throws Error (shape_mismatch).
void require_mirror(const std::string& subject, const Shape& input, int top, int bottom, int left, int right);

// A convolution from maps of shape `input` to maps of shape `output`, without border, dilation or groups so far.
kernels::Conv2dShape conv_shape(int batch, const Shape& input, const Shape& output, const Extent2& kernel,
                                const Extent2& stride);

ReceptiveStep window_step(const Window& window, const Extent2& kernel, const Extent2& stride, const Extent2& dilation);

}  // namespace cnn
