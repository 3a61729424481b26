#include "engine/layers/add.h"

#include "engine/core/error.h"
#include "engine/kernels/elementwise.h"
#include "engine/layers/terms.h"

namespace cnn {

Shape Add::output_shape(const LayerInputs& inputs) const {
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (inputs[i] == inputs[0]) continue;
    fail(ErrorCode::shape_mismatch, kType, "inputs must have the same shape. Got {} and {}.", inputs[0], inputs[i]);
  }
  return inputs[0];  // [H, W, C]
}

void Add::forward(const Pass& pass) const {
  const std::size_t count = pass.shape.size() * pass.batch;
  const Real* sum = pass.inputs[0].value;
  for (std::size_t i = 1; i < pass.inputs.size(); ++i) {
    const bool last = i + 1 == pass.inputs.size();
    kernels::add(count, sum, pass.inputs[i].value, last && pass.rectify, pass.output);
    sum = pass.output;
  }
}

void Add::backward(const Pass& pass) const {
  const std::size_t count = pass.shape.size() * pass.batch;
  // In order: when one node feeds two inputs, the run asks the second to accumulate onto the first.
  for (const PassInput& in : pass.inputs) {
    if (in.gradient == nullptr || in.gradient == pass.output_gradient) continue;
    kernels::add_scaled(count, Real(1), pass.output_gradient, in.gradient, in.accumulate);
  }
}

void Add::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::sum;
  for (std::size_t i = 0; i < pass.inputs.size(); ++i) terms.add(pass, static_cast<int>(i), place, 1);
}

}  // namespace cnn
