#pragma once

#include <string>

#include "engine/core/shape.h"
#include "engine/definition/fields.h"
#include "engine/layers/layer.h"

namespace cnn {

// Where a sliding window (convolution, pooling) stands: output extents and the padding before the first row and column.
//   out = ⌊(in + pad_before + pad_after − span) / stride⌋ + 1,   span = (kernel − 1)·dilation + 1
struct Window {
  int out_h, out_w;
  int pad_top, pad_left;
};

// `subject` is the layer type for the error texts. Throws Error (shape_mismatch) when the window does not fit.
Window place_window(const std::string& subject, const Shape& input, const Extent2& kernel, const Extent2& stride,
                    const Extent2& dilation, const Padding& padding);

ReceptiveStep window_step(const Window& window, const Extent2& kernel, const Extent2& stride, const Extent2& dilation);

}  // namespace cnn
