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

void Svm::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::copy;
  terms.add(pass, 0, place, 1);
  if (pass.labels == nullptr) return;
  const Real* score = pass.inputs[0].value + static_cast<std::size_t>(place.image) * pass.shape.c;
  const int label = pass.labels[place.image];
  // As kernels::hinge_backward decides.
  const auto close = [&](int c) { return c != label && double(score[c]) - double(score[label]) + attrs_.margin > 0; };
  int pushes = 0;
  if (place.channel != label) {
    pushes = close(place.channel) ? 1 : 0;
  } else {
    for (int c = 0; c < pass.shape.c; ++c) pushes -= close(c) ? 1 : 0;
  }
  terms.numbers.emplace_back("margin", attrs_.margin);
  add_miss(pass, pushes, terms);
}

}  // namespace cnn
