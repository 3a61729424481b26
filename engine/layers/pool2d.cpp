#include "engine/layers/pool2d.h"

#include <algorithm>
#include <cassert>

#include "engine/core/error.h"
#include "engine/layers/terms.h"

namespace cnn {

void pool_forward(PoolMode mode, const kernels::Pool2dShape& s, const Pass& pass) {
  const Real* x = pass.inputs[0].value;
  if (mode == PoolMode::max) {
    kernels::max_pool_forward(s, x, pass.output, static_cast<std::int32_t*>(pass.saved));
  } else {
    kernels::sum_pool_forward(s, mode == PoolMode::average, x, pass.output);
  }
}

void pool_backward(PoolMode mode, const kernels::Pool2dShape& s, const Pass& pass) {
  const PassInput& in = pass.inputs[0];
  if (in.gradient == nullptr) return;
  if (mode == PoolMode::max) {
    assert(pass.saved != nullptr);
    const auto* winners = static_cast<const std::int32_t*>(pass.saved);
    kernels::max_pool_backward(s, pass.output_gradient, winners, in.gradient, in.accumulate);
  } else {
    kernels::sum_pool_backward(s, mode == PoolMode::average, pass.output_gradient, in.gradient, in.accumulate);
  }
}

void keep_largest(Terms& terms) {
  terms.kind = Arithmetic::maximum;
  std::vector<Term>& list = terms.list;
  const auto by_value = [](const Term& a, const Term& b) { return a.value < b.value; };
  const auto winner = std::max_element(list.begin(), list.end(), by_value);
  int ties = 0;
  for (auto term = list.begin(); term != list.end(); ++term) {
    ties += term->value == winner->value ? 1 : 0;
    if (term != winner) term->weight = term->product = 0;
  }
  terms.numbers.emplace_back("ties", ties);
}

void pool_terms(PoolMode mode, const kernels::Pool2dShape& s, const Pass& pass, const Place& place, Terms& terms) {
  const int top = place.row * s.stride_h - s.pad_top;
  const int left = place.column * s.stride_w - s.pad_left;
  for (int row = std::max(0, top); row < std::min(s.in_h, top + s.kernel_h); ++row) {
    for (int column = std::max(0, left); column < std::min(s.in_w, left + s.kernel_w); ++column) {
      terms.add(pass, 0, {place.image, row, column, place.channel}, 1);
    }
  }
  if (mode == PoolMode::max) return keep_largest(terms);
  terms.kind = mode == PoolMode::sum ? Arithmetic::sum : Arithmetic::average;
  if (mode == PoolMode::sum) return;
  for (Term& term : terms.list) {
    term.weight = Real(1) / static_cast<Real>(kernels::pool_divisor(s, place.row, place.column));
    term.product = term.value * term.weight;
  }
}

std::size_t pool_saved_bytes(PoolMode mode, const Shape& output, int batch) {
  return mode == PoolMode::max ? output.size() * batch * sizeof(std::int32_t) : 0;
}

Shape Pool2d::output_shape(const LayerInputs& inputs) const {
  const Window placed = window(inputs[0]);
  // A window wholly in the padding would have no largest cell and nothing to average.
  const Padding& p = attrs_.padding;
  if (p.kind == Padding::Kind::sides &&
      (std::max(p.top, p.bottom) >= attrs_.kernel.h || std::max(p.left, p.right) >= attrs_.kernel.w)) {
    fail(ErrorCode::shape_mismatch, kType, "padding must be smaller than the kernel. Got padding {}, kernel {}x{}.",
         sides_text(p), attrs_.kernel.h, attrs_.kernel.w);
  }
  return {placed.out_h, placed.out_w, inputs[0].c};  // [OH, OW, C]
}

ReceptiveStep Pool2d::receptive_step(const LayerInputs& inputs, const Shape&) const {
  return window_step(window(inputs[0]), attrs_.kernel, stride(), Extent2{});
}

std::size_t Pool2d::saved_bytes(const LayerInputs&, const Shape& output, int batch) const {
  return pool_saved_bytes(attrs_.mode, output, batch);
}

void Pool2d::forward(const Pass& pass) const {
  pool_forward(attrs_.mode, kernel_shape(pass.inputs[0].shape, pass.shape, pass.batch), pass);
}

void Pool2d::backward(const Pass& pass) const {
  pool_backward(attrs_.mode, kernel_shape(pass.inputs[0].shape, pass.shape, pass.batch), pass);
}

void Pool2d::terms(const Pass& pass, const Place& place, Terms& terms) const {
  pool_terms(attrs_.mode, kernel_shape(pass.inputs[0].shape, pass.shape, pass.batch), pass, place, terms);
}

Window Pool2d::window(const Shape& input) const {
  return place_window(kType, input, attrs_.kernel, stride(), Extent2{}, attrs_.padding, attrs_.ceil);
}

Extent2 Pool2d::stride() const {
  return {attrs_.stride.h == 0 ? attrs_.kernel.h : attrs_.stride.h,
          attrs_.stride.w == 0 ? attrs_.kernel.w : attrs_.stride.w};
}

kernels::Pool2dShape Pool2d::kernel_shape(const Shape& input, const Shape& output, int batch) const {
  const Window placed = window(input);
  const Extent2 step = stride();
  kernels::Pool2dShape s;
  s.batch = batch;
  s.in_h = input.h;
  s.in_w = input.w;
  s.channels = input.c;
  s.out_h = output.h;
  s.out_w = output.w;
  s.kernel_h = attrs_.kernel.h;
  s.kernel_w = attrs_.kernel.w;
  s.stride_h = step.h;
  s.stride_w = step.w;
  s.pad_top = placed.pad_top;
  s.pad_left = placed.pad_left;
  s.pad_bottom = placed.pad_bottom;
  s.pad_right = placed.pad_right;
  s.count_padding = attrs_.count_padding;
  return s;
}

}  // namespace cnn
