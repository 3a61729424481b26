#include "engine/layers/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels/softmax.h"
#include "engine/layers/terms.h"

namespace cnn {

void Softmax::forward(const Pass& pass) const {
  kernels::softmax_forward(pass.batch, pass.shape.c, pass.inputs[0].value, pass.output);
}

void Softmax::backward(const Pass& pass) const {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  kernels::cross_entropy_backward(pass.batch, pass.shape.c, pass.output, pass.labels,
                                  static_cast<Real>(attrs_.label_smoothing), scale(pass), in.gradient, in.accumulate);
}

double Softmax::loss(const Pass& pass, int* correct) const {
  const double sum = kernels::cross_entropy(pass.batch, pass.shape.c, pass.inputs[0].value, pass.labels,
                                            attrs_.label_smoothing, correct);
  return sum / pass.batch;
}

void Softmax::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::softmax;
  const Real* p = pass.output + static_cast<std::size_t>(place.image) * pass.shape.c;
  Real most = -std::numeric_limits<Real>::infinity();
  for (int c = 0; c < pass.shape.c; ++c) {
    terms.add(pass, 0, {place.image, 0, 0, c}, p[place.channel] * ((c == place.channel ? Real(1) : Real(0)) - p[c]));
    most = std::max(most, terms.list.back().value);
  }
  double sum = 0;
  for (Term& term : terms.list) sum += term.product = std::exp(term.value - most);
  terms.numbers.emplace_back("maximum", most);
  terms.numbers.emplace_back("sum", sum);
  if (pass.labels == nullptr) return;
  const double even = attrs_.label_smoothing / pass.shape.c;
  const bool hit = pass.labels[place.image] == place.channel;
  terms.numbers.emplace_back("probability", p[place.channel]);
  add_target(pass, place, (hit ? 1 - attrs_.label_smoothing : 0) + even, terms);
}

}  // namespace cnn
