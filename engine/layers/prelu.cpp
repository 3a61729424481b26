#include "engine/layers/prelu.h"

#include "engine/kernels/channelwise.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

std::size_t rows(const Pass& pass) { return static_cast<std::size_t>(pass.batch) * pass.shape.h * pass.shape.w; }

}  // namespace

std::vector<ParameterSpec> Prelu::parameters(const LayerInputs& inputs) const {
  ParameterSpec slope;
  slope.name = "slope";
  slope.shape = {inputs[0].c};
  slope.initializer = Initializer::constant;
  slope.constant = attrs_.slope;
  return {slope};
}

void Prelu::forward(const Pass& pass) const {
  kernels::prelu_forward(rows(pass), pass.shape.c, pass.parameters[0], pass.inputs[0].value, pass.output);
}

void Prelu::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  kernels::prelu_backward(rows(pass), pass.shape.c, pass.parameters[0], in.value, pass.output_gradient, in.gradient,
                          in.accumulate, pass.parameter_gradients[0]);
}

void Prelu::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::products;
  const Real x = pass.inputs[0].value[offset(place, pass.shape)];
  if (x < 0) {
    terms.add_product(pass, 0, place, 0, place.channel);
  } else {
    terms.add(pass, 0, place, 1);
  }
}

}  // namespace cnn
