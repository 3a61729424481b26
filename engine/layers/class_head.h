#pragma once

#include "engine/core/error.h"
#include "engine/layers/attributed.h"

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
  // Of the gradient of the mean over the batch.
  Real scale(const Pass& pass) const { return static_cast<Real>(weight() * pass.share / pass.batch); }
};

}  // namespace cnn
