#pragma once

#include "engine/layers/attributed.h"

namespace cnn {

// Where the values are scaled for those that are missing: in training, by 1 / (1 − rate) ("inverted"), or in inference, by
// 1 − rate. Either way both give the same on average.
enum class ScaleIn { training, inference };
template <>
struct EnumNames<ScaleIn> {
  static constexpr const char* names[] = {"training", "inference"};
};

struct MaskAttrs {
  double rate = 0.5;  // share of what is dropped
  ScaleIn scale_in = ScaleIn::training;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("rate", self.rate, Field().between(0, 0.99));
    visit("scale_in", self.scale_in);
  }
};

// What the kinds of dropout share: in training each group of values is 0 with probability `rate`. They differ in what goes
// together: an image's values stand as [rows, channels], and each channel is kept or dropped as one.
class Masking : public Attributed<MaskAttrs> {
 public:
  static constexpr LayerRole kRole = LayerRole::regularization;
  using Attributed::Attributed;

  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  bool in_place() const override { return true; }
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;

 protected:
  virtual int channels(const Shape& shape) const = 0;

 private:
  Real inference_scale() const;
  void apply(const Pass& pass, const Real* from, Real* to, bool accumulate) const;
};

}  // namespace cnn
