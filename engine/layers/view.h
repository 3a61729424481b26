#pragma once

#include "engine/layers/layer.h"

namespace cnn {

// Forward and backward of layers that are another view of their input (is_view()): nothing moves where the run shares buffers,
// else the values are copied.
void view_forward(const Pass& pass);
void view_backward(const Pass& pass);
void view_terms(const Pass& pass, const Place& place, Terms& terms);

}  // namespace cnn
