#include "engine/layers/input.h"

#include "engine/core/error.h"

namespace cnn {

Shape Input::output_shape(const LayerInputs&) const {
  if (attrs_.shape.size() != 3) {
    fail(ErrorCode::invalid_value, kType, "shape must be [height, width, channels]. Got {} numbers.",
         attrs_.shape.size());
  }
  return {attrs_.shape[0], attrs_.shape[1], attrs_.shape[2]};  // [H, W, C]
}

}  // namespace cnn
