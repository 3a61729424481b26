#pragma once

#include "engine/kernels/resample.h"
#include "engine/layers/attributed.h"
#include "engine/layers/terms.h"

namespace cnn {

template <>
struct EnumNames<kernels::Border> {
  static constexpr const char* names[] = {"zero", "nearest", "reflect"};
};

// What layers share that move or mix cells without weights; they differ in the kernel's parameters alone.
template <class Attrs>
class Resampling : public Attributed<Attrs> {
 public:
  static constexpr LayerRole kRole = LayerRole::reshape;
  using Attributed<Attrs>::Attributed;

  LayerRole role() const override { return kRole; }
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override {
    kernels::resample_forward(parameters_of(pass), pass.inputs[0].value, pass.output);
  }
  void backward(const Pass& pass) const override {
    const PassInput& in = pass.inputs[0];
    if (in.gradient == nullptr) return;
    kernels::resample_backward(parameters_of(pass), pass.output_gradient, in.gradient, in.accumulate);
  }
  void terms(const Pass& pass, const Place& place, Terms& terms) const override {
    const kernels::Resample s = parameters_of(pass);
    terms.kind = s.linear ? Arithmetic::products : Arithmetic::copy;
    for (const kernels::ResampleTap& tap : kernels::resample_taps(s, place.row, place.column)) {
      terms.add(pass, 0, {place.image, tap.row, tap.column, place.channel}, static_cast<Real>(tap.share));
    }
  }

 protected:
  // What is not an extent.
  virtual kernels::Resample resample() const = 0;

 private:
  kernels::Resample parameters_of(const Pass& pass) const {
    kernels::Resample s = resample();
    s.batch = pass.batch;
    s.channels = pass.shape.c;
    s.h.in = pass.inputs[0].shape.h;
    s.w.in = pass.inputs[0].shape.w;
    s.h.out = pass.shape.h;
    s.w.out = pass.shape.w;
    return s;
  }
};

}  // namespace cnn
