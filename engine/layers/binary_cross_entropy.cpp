#include "engine/layers/binary_cross_entropy.h"

#include "engine/kernels/elementwise.h"
#include "engine/kernels/softmax.h"

namespace cnn {

void BinaryCrossEntropy::forward(const Pass& pass) const {
  kernels::sigmoid_forward(pass.shape.size() * pass.batch, pass.inputs[0].value, pass.output);
}

void BinaryCrossEntropy::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::cross_entropy_backward(pass.batch, pass.shape.c, pass.output, pass.labels, Real(0), scale(pass), in.gradient,
                                  in.accumulate);
}

double BinaryCrossEntropy::loss(const Pass& pass, int* correct) const {
  return kernels::binary_cross_entropy(pass.batch, pass.shape.c, pass.inputs[0].value, pass.labels, correct) /
         pass.batch;
}

void BinaryCrossEntropy::terms(const Pass& pass, const Place& place, Terms& terms) const {
  const Real p = pass.output[offset(place, pass.shape)];
  terms.kind = Arithmetic::function;
  terms.add(pass, 0, place, p * (1 - p));
  terms.list.back().product = p;
  if (pass.labels == nullptr) return;
  terms.numbers.emplace_back("probability", p);
  add_target(pass, place, pass.labels[place.image] == place.channel ? 1 : 0, terms);
}

}  // namespace cnn
