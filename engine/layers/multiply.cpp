#include "engine/layers/multiply.h"

#include "engine/core/error.h"
#include "engine/kernels/channelwise.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

// Equal shapes are maps of one cell whose every value has a gate of its own.
struct Extents {
  std::size_t rows;
  int channels;

  explicit Extents(const Pass& pass) {
    const bool alike = pass.inputs[0].shape == pass.inputs[1].shape;
    rows = alike ? 1 : static_cast<std::size_t>(pass.shape.h) * pass.shape.w;
    channels = alike ? static_cast<int>(pass.shape.size()) : pass.shape.c;
  }
};

}  // namespace

Shape Multiply::output_shape(const LayerInputs& inputs) const {
  const Shape& x = inputs[0];
  const Shape& gate = inputs[1];
  if (gate != x && !(gate.flat() && gate.c == x.c)) {
    fail(ErrorCode::shape_mismatch, kType, "the second input must have the shape of the first or be a vector with a number for each of its maps. Got {} and {}.", x, gate);
  }
  return x;  // [H, W, C]
}

void Multiply::forward(const Pass& pass) const {
  const Extents e(pass);
  kernels::gate_maps(pass.batch, e.rows, e.channels, pass.inputs[0].value, pass.inputs[1].value, pass.output, false);
}

void Multiply::backward(const Pass& pass) const {
  const Extents e(pass);
  const PassInput& x = pass.inputs[0];
  const PassInput& gate = pass.inputs[1];
  const Real* dy = pass.output_gradient;
  // In order: when one node feeds both inputs, the run asks the second to accumulate onto the first.
  if (x.gradient != nullptr) {
    kernels::gate_maps(pass.batch, e.rows, e.channels, dy, gate.value, x.gradient, x.accumulate);
  }
  if (gate.gradient != nullptr) {
    kernels::gate_maps_backward(pass.batch, e.rows, e.channels, x.value, dy, gate.gradient, gate.accumulate);
  }
}

void Multiply::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const Shape& gates = pass.inputs[1].shape;
  const Place gate = gates == pass.shape ? place : Place{place.image, 0, 0, place.channel};
  terms.kind = Arithmetic::function;
  terms.add(pass, 0, place, pass.inputs[1].value[offset(gate, gates)]);
  terms.add(pass, 1, gate, terms.list[0].value);
}

}  // namespace cnn
