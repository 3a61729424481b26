#include "engine/layers/softmax.h"

#include "engine/core/error.h"
#include "engine/kernels/softmax.h"

namespace cnn {

Shape Softmax::output_shape(const LayerInputs& inputs) const {
  if (!inputs[0].flat()) {
    throw Error(ErrorCode::shape_mismatch, kType,
                "input must be a vector of logits. Got " + to_string(inputs[0]) + ".");
  }
  return inputs[0];  // [classes]
}

void Softmax::forward(const Pass& pass) const {
  kernels::softmax_forward(pass.batch, pass.shape.c, pass.inputs[0].value, pass.output);
}

void Softmax::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  const Real scale = static_cast<Real>(attrs_.weight / pass.batch);
  kernels::cross_entropy_backward(pass.batch, pass.shape.c, pass.output, pass.labels, scale, in.gradient,
                                  in.accumulate);
}

double Softmax::loss(const Pass& pass, int* correct) const {
  const double sum =
      kernels::cross_entropy(pass.batch, pass.shape.c, pass.inputs[0].value, pass.labels, correct);
  return sum / pass.batch;
}

}  // namespace cnn
