#pragma once

#include "engine/kernels/pool2d.h"
#include "engine/layers/attributed.h"
#include "engine/layers/window.h"

namespace cnn {

enum class PoolMode { max, average, sum };
template <>
struct EnumNames<PoolMode> {
  static constexpr const char* names[] = {"max", "average", "sum"};
};

struct Pool2dAttrs {
  PoolMode mode = PoolMode::max;
  Extent2 kernel{2, 2};
  Extent2 stride{0, 0};  // 0: as the kernel, so that windows touch but do not overlap
  Padding padding;
  bool ceil = false;           // whether a last window may reach beyond the picture
  bool count_padding = false;  // whether an average counts padding among the cells of its window
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("mode", self.mode);
    visit("kernel", self.kernel, Field().between(1, 64));
    visit("stride", self.stride, Field().between(0, 64));
    visit("padding", self.padding);
    visit("ceil", self.ceil);
    visit("count_padding", self.count_padding);
  }
};

// One number for each window of each map: the largest, the mean or the sum. Padding never takes part.
class Pool2d : public Attributed<Pool2dAttrs> {
 public:
  static constexpr const char* kType = "pool2d";
  static constexpr LayerRole kRole = LayerRole::pooling;
  using Attributed::Attributed;

  const char* type() const override { return kType; }
  LayerRole role() const override { return kRole; }
  Shape output_shape(const LayerInputs& inputs) const override;
  ReceptiveStep receptive_step(const LayerInputs& inputs, const Shape& output) const override;
  std::size_t saved_bytes(const LayerInputs& inputs, const Shape& output, int batch) const override;
  bool uses_input() const override { return false; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
  void terms(const Pass& pass, const Place& place, Terms& terms) const override;

 private:
  Window window(const Shape& input) const;
  Extent2 stride() const;
  kernels::Pool2dShape kernel_shape(const Shape& input, const Shape& output, int batch) const;
};

// Pooling over any windows `s`. The maximum keeps its winners in pass.saved, where there is room, for backward.
void pool_forward(PoolMode mode, const kernels::Pool2dShape& s, const Pass& pass);
void pool_backward(PoolMode mode, const kernels::Pool2dShape& s, const Pass& pass);
// Of the terms, the largest value (the first of equals) becomes the output, the others add nothing.
void keep_largest(Terms& terms);
void pool_terms(PoolMode mode, const kernels::Pool2dShape& s, const Pass& pass, const Place& place, Terms& terms);
// Bytes of the winners of an output of that shape; the other modes save nothing.
std::size_t pool_saved_bytes(PoolMode mode, const Shape& output, int batch);

}  // namespace cnn
