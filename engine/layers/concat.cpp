#include "engine/layers/concat.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/layers/terms.h"

namespace cnn {

Shape Concat::output_shape(const LayerInputs& inputs) const {
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    channels += inputs[i].c;
    if (inputs[i].h == inputs[0].h && inputs[i].w == inputs[0].w) continue;
    fail(ErrorCode::shape_mismatch, kType, "inputs must have the same height and width. Got {} and {}.", inputs[0],
         inputs[i]);
  }
  if (channels > 1 << 30) {
    fail(ErrorCode::shape_mismatch, kType, "has too many channels. Got {}.", channels);
  }
  return {inputs[0].h, inputs[0].w, static_cast<int>(channels)};  // [H, W, ΣC]
}

void Concat::forward(const Pass& pass) const {
  const std::size_t pixels = static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w;
  Real* start = pass.output;
  for (const PassInput& in : pass.inputs) {
    const Real* from = in.value;
    Real* to = start;
    for (std::size_t p = 0; p < pixels; ++p, from += in.shape.c, to += pass.shape.c) std::copy_n(from, in.shape.c, to);
    start += in.shape.c;
  }
}

void Concat::backward(const Pass& pass) const {
  const std::size_t pixels = static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w;
  const Real* start = pass.output_gradient;
  // In order: when one node feeds two inputs, the run asks the second to accumulate onto the first.
  for (const PassInput& in : pass.inputs) {
    const Real* from = start;
    start += in.shape.c;
    Real* to = in.gradient;
    if (to == nullptr) continue;
    for (std::size_t p = 0; p < pixels; ++p, from += pass.shape.c, to += in.shape.c) {
      if (in.accumulate) {
        for (int c = 0; c < in.shape.c; ++c) to[c] += from[c];
      } else {
        std::copy_n(from, in.shape.c, to);
      }
    }
  }
}

void Concat::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::copy;
  Place cell = place;
  int input = 0;
  for (; cell.channel >= pass.inputs[input].shape.c; ++input) cell.channel -= pass.inputs[input].shape.c;
  terms.add(pass, input, cell, 1);
}

}  // namespace cnn
