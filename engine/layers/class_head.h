#pragma once

#include "engine/core/error.h"
#include "engine/layers/attributed.h"
#include "engine/layers/terms.h"

namespace cnn {

// What the heads share that measure a vector with a number for each class: the larger, the more likely.
template <class Attrs>
class ClassHead : public Attributed<Attrs, Head> {
 public:
  static constexpr LayerRole kRole = LayerRole::head;
  using Attributed<Attrs, Head>::Attributed;

  Shape output_shape(const LayerInputs& inputs) const override {
    if (!inputs[0].flat()) {
      fail(ErrorCode::shape_mismatch, this->type(), "input must be a vector of logits. Got {}.", inputs[0]);
    }
    return inputs[0];  // [classes]
  }
  double weight() const override { return this->attrs_.weight; }

 protected:
  // What the loss says of the class at `place`, where the labels are known (see Arithmetic).
  void add_miss(const Pass& pass, double miss, Terms& terms) const {
    terms.numbers.emplace_back("miss", miss);
    terms.numbers.emplace_back("scale", scale(pass));
  }
  // Of losses that draw the output to a target.
  void add_target(const Pass& pass, const Place& place, double target, Terms& terms) const {
    terms.numbers.emplace_back("target", target);
    add_miss(pass, pass.output[offset(place, pass.shape)] - target, terms);
  }

  // Of the gradient of the mean over the batch.
  Real scale(const Pass& pass) const { return static_cast<Real>(weight() * pass.share / pass.batch); }
};

}  // namespace cnn
