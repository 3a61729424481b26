#include "engine/layers/dense.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/gemm.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

// The three products of a dense layer; rows are images.
kernels::Gemm forward_product(int batch, int in, int out) {
  kernels::Gemm g;
  g.m = batch;
  g.n = out;
  g.k = in;
  g.lda = in;
  g.ldb = out;
  g.ldc = out;
  return g;
}

kernels::Gemm input_gradient_product(int batch, int in, int out, bool accumulate) {  // dX = dY · Wᵀ
  kernels::Gemm g;
  g.m = batch;
  g.n = in;
  g.k = out;
  g.transpose_b = true;
  g.accumulate = accumulate;
  g.lda = out;
  g.ldb = out;
  g.ldc = in;
  return g;
}

kernels::Gemm kernel_gradient_product(int batch, int in, int out, bool accumulate = true) {  // dW (+)= Xᵀ · dY
  kernels::Gemm g;
  g.m = in;
  g.n = out;
  g.k = batch;
  g.transpose_a = true;
  g.accumulate = accumulate;
  g.lda = in;
  g.ldb = out;
  g.ldc = out;
  return g;
}

std::size_t products_scratch(int batch, int in, int out) {
  return aligned_count<Real>(std::max({kernels::gemm_scratch<Real>(forward_product(batch, in, out)),
                                       kernels::gemm_scratch<Real>(input_gradient_product(batch, in, out, true)),
                                       kernels::gemm_scratch<Real>(kernel_gradient_product(batch, in, out))}));
}

}  // namespace

Shape Dense::output_shape(const LayerInputs& inputs) const {
  if (!inputs[0].flat()) {
    fail(ErrorCode::shape_mismatch, kType, "input must be a vector: put flatten or global_pool before it. Got {}.",
         inputs[0]);
  }
  return {1, 1, attrs_.units};  // [units]
}

std::vector<ParameterSpec> Dense::parameters(const LayerInputs& inputs) const {
  return attrs_.parameters({inputs[0].c, attrs_.units}, inputs[0].c, attrs_.units);  // [I, units]
}

std::int64_t Dense::macs(const LayerInputs& inputs, const Shape& output) const {
  return static_cast<std::int64_t>(inputs[0].c) * output.c;
}

ReceptiveStep Dense::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.whole = true;
  return step;
}

std::size_t Dense::scratch(const LayerInputs& inputs, const Shape& output, int batch) const {
  return products_scratch(batch, inputs[0].c, output.c) + weight_norm_scratch(attrs_.weight_norm, inputs[0].c, output.c);
}

void Dense::forward(const Pass& pass) const {
  const int in = pass.inputs[0].shape.c;
  const int out = pass.shape.c;
  const FilterWeights weights(pass, attrs_.weight_norm, attrs_.bias, in,
                              pass.scratch + products_scratch(pass.batch, in, out));
  kernels::gemm(forward_product(pass.batch, in, out), pass.inputs[0].value, weights.use(), pass.output, pass.scratch);
  if (attrs_.bias) kernels::add_bias(pass.batch, out, weights.bias(), pass.output);
}

void Dense::backward(const Pass& pass) const {
  const PassInput& input = pass.inputs[0];
  const int in = input.shape.c;
  const int out = pass.shape.c;
  const FilterWeights weights(pass, attrs_.weight_norm, attrs_.bias, in,
                              pass.scratch + products_scratch(pass.batch, in, out));
  const Real* kernel = weights.use();
  if (weights.learn()) {
    kernels::gemm(kernel_gradient_product(pass.batch, in, out, !pass.first_gradient), input.value, pass.output_gradient,
                  weights.gradient(), pass.scratch);
    if (attrs_.bias) kernels::add_column_sums(pass.batch, out, pass.output_gradient, weights.bias_gradient());
    weights.backward();
  }
  if (input.gradient != nullptr) {
    kernels::gemm(input_gradient_product(pass.batch, in, out, input.accumulate), pass.output_gradient, kernel,
                  input.gradient, pass.scratch);
  }
}

void Dense::terms(const Pass& pass, const Place& place, Terms& terms) const {
  if (attrs_.weight_norm != WeightNorm::none) return Layer::terms(pass, place, terms);
  terms.kind = Arithmetic::products;
  const int in = pass.inputs[0].shape.c;
  for (int i = 0; i < in; ++i) {
    terms.add_product(pass, 0, {place.image, 0, 0, i}, 0, static_cast<std::size_t>(i) * pass.shape.c + place.channel);
  }
  if (attrs_.bias) terms.add_constant(pass, 1, place.channel);
}

}  // namespace cnn
