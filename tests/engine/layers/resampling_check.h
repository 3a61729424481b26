#pragma once

// What the tests of layers that only move or mix cells share.

#include "engine/kernels/resample.h"
#include "tests/engine/layers/layer_check.h"

namespace cnn::test {

// `parameters` without batch, channels and extents, which follow from the pass.
inline void check_resampling_reference(const Json& definition, const Shape& shape, kernels::Resample parameters) {
  check_reference(definition, {shape}, [&](Numbers& n) {
    parameters.batch = n.batch;
    parameters.channels = shape.c;
    parameters.h.in = shape.h;
    parameters.w.in = shape.w;
    parameters.h.out = n.shape.h;
    parameters.w.out = n.shape.w;
    kernels::reference::resample_forward(parameters, n.input[0].data(), n.output.data());
    kernels::reference::resample_backward(parameters, n.output_gradient.data(), n.input_gradient[0].data(), false);
  });
}

}  // namespace cnn::test
