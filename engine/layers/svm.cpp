#include "engine/layers/svm.h"

#include "engine/kernels/softmax.h"
#include "engine/layers/view.h"

namespace cnn {

void Svm::forward(const Pass& pass) const { view_forward(pass); }

void Svm::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::hinge_backward(pass.batch, pass.shape.c, in.value, pass.labels, attrs_.margin, scale(pass), in.gradient,
                          in.accumulate);
}

double Svm::loss(const Pass& pass, int* correct) const {
  return kernels::hinge(pass.batch, pass.shape.c, pass.inputs[0].value, pass.labels, attrs_.margin, correct) /
         pass.batch;
}

}  // namespace cnn
