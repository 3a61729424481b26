#pragma once

#include <vector>

#include "engine/kernels/normalize.h"
#include "engine/layers/attributed.h"

namespace cnn {

// What the layers that normalise share: a learnt scale and shift per channel; statistics over the batch with their running
// averages; and, for those that take their statistics from one image at a time, everything but the number of groups.

// gamma [C] and beta [C], as far as they are learnt.
std::vector<ParameterSpec> affine_parameters(bool scale, bool shift, int channels);

// Where they lie in one pass; what is not learnt stands in scratch as 1, 0 or a place to write gradients to.
struct Affine {
  Real *gamma, *beta;
  Real *gamma_gradient, *beta_gradient;
  std::size_t count;  // parameters that are learnt: the layer's own follow
};
constexpr int kAffineScratch = 4;  // values per channel
Affine place_affine(const Pass& pass, bool scale, bool shift, Real* scratch);

// out = 1 / √(variance + epsilon)
void inverse_deviation(std::size_t count, const Real* variance, double epsilon, Real* out);

// running_mean [C] and running_variance [C], not the optimiser's; they start as 0 and 1.
std::vector<ParameterSpec> running_averages(int channels);

// What one value was normalised by, and the extents of the block of values that share it (0: it is not of this batch).
struct Normalized {
  Real mean = 0, inv_std = 0;
  double epsilon = 0;
  int images = 0, rows = 0, columns = 0, channels = 0;
};
void normalization_terms(const Pass& pass, const Place& place, bool scale, bool shift, const Normalized& of, Terms& terms);

// The sets of batch normalisation, and those of each image by itself.
kernels::NormSets batch_sets(const Pass& pass);
kernels::NormSets image_sets(const Pass& pass, int groups);

// Mean and inverse deviation for each channel: in training those of the batch and the map (N·H·W values), which the running
// averages follow by μ ← momentum·μ + (1 − momentum)·μ_B; in inference those of the running averages.
void batch_statistics(const Pass& pass, double momentum, double epsilon, Real* running_mean, Real* running_variance,
                      Real* mean, Real* inv_std);
// The gradient through them, in the mode of the pass. dx may be null. scratch: kBatchScratch values per channel.
constexpr int kBatchScratch = 2;
void batch_statistics_backward(const Pass& pass, const Real* mean, const Real* inv_std, const Real* gamma,
                               Real* dgamma, Real* dbeta, Real* dx, bool accumulate, Real* scratch);

struct ImageNormAttrs {
  double epsilon = 1e-5;
  bool scale = true;  // learn gamma, else 1
  bool shift = true;  // learn beta, else 0
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("epsilon", self.epsilon, Field().between(1e-12, 1));
    visit("scale", self.scale);
    visit("shift", self.shift);
  }
};

std::size_t image_norm_saved_bytes(int channels, int batch);
std::size_t image_norm_scratch(int channels, int batch);
void image_norm_forward(const Pass& pass, int groups, const ImageNormAttrs& attrs);
void image_norm_backward(const Pass& pass, int groups, const ImageNormAttrs& attrs);
void image_norm_terms(const Pass& pass, int groups, const ImageNormAttrs& attrs, const Place& place, Terms& terms);

// y = gamma · (x − μ) / √(σ² + epsilon) + beta with μ and σ² (biased) over each group of channels of each image: the same in
// training and inference, whatever the batch.
template <class Attrs>
class ImageNorm : public Attributed<Attrs> {
 public:
  static constexpr LayerRole kRole = LayerRole::normalization;
  using Attributed<Attrs>::Attributed;

  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override { return inputs[0]; }  // [H, W, C]
  std::vector<ParameterSpec> parameters(const LayerInputs& inputs) const override {
    return affine_parameters(attrs_.scale, attrs_.shift, inputs[0].c);
  }
  ReceptiveStep receptive_step(const LayerInputs&, const Shape&) const override {
    ReceptiveStep step;
    step.whole = true;  // through μ and σ
    return step;
  }
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape&, int batch) const override {
    return image_norm_saved_bytes(inputs[0].c, batch);
  }
  std::size_t scratch(const LayerInputs& inputs, const Shape&, int batch) const override {
    return image_norm_scratch(inputs[0].c, batch);
  }
  void forward(const Pass& pass) const override { image_norm_forward(pass, groups(pass.shape.c), attrs_); }
  void backward(const Pass& pass) const override { image_norm_backward(pass, groups(pass.shape.c), attrs_); }
  void terms(const Pass& pass, const Place& place, Terms& terms) const override {
    image_norm_terms(pass, groups(pass.shape.c), attrs_, place, terms);
  }

 protected:
  using Attributed<Attrs>::attrs_;
  virtual int groups(int channels) const = 0;
};

}  // namespace cnn
