#include "engine/layers/group_norm.h"

#include "engine/core/error.h"

namespace cnn {

Shape GroupNorm::output_shape(const LayerInputs& inputs) const {
  if (inputs[0].c % attrs_.groups != 0) {
    fail(ErrorCode::shape_mismatch, kType, "groups must divide input channels. Got groups {}, input channels {}.", attrs_.groups, inputs[0].c);
  }
  return inputs[0];  // [H, W, C]
}

}  // namespace cnn
