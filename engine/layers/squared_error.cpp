#include "engine/layers/squared_error.h"

#include "engine/kernels/softmax.h"
#include "engine/layers/view.h"

namespace cnn {

void SquaredError::forward(const Pass& pass) const { view_forward(pass); }

void SquaredError::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::cross_entropy_backward(pass.batch, pass.shape.c, in.value, pass.labels, Real(0), scale(pass), in.gradient,
                                  in.accumulate);
}

double SquaredError::loss(const Pass& pass, int* correct) const {
  return kernels::squared_error(pass.batch, pass.shape.c, pass.inputs[0].value, pass.labels, correct) / pass.batch;
}

void SquaredError::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::copy;
  terms.add(pass, 0, place, 1);
  if (pass.labels != nullptr) add_target(pass, place, pass.labels[place.image] == place.channel ? 1 : 0, terms);
}

}  // namespace cnn
