#include "engine/layers/global_pool.h"

namespace cnn {

namespace {

// One window as large as the map.
kernels::Pool2dShape whole_map(const Pass& pass) {
  const Shape& in = pass.inputs[0].shape;
  kernels::Pool2dShape s;
  s.batch = pass.batch;
  s.in_h = in.h;
  s.in_w = in.w;
  s.channels = in.c;
  s.out_h = 1;
  s.out_w = 1;
  s.kernel_h = in.h;
  s.kernel_w = in.w;
  return s;
}

}  // namespace

Shape GlobalPool::output_shape(const LayerInputs& inputs) const {
  return {1, 1, inputs[0].c};  // [C]
}

ReceptiveStep GlobalPool::receptive_step(const LayerInputs&, const Shape&) const {
  ReceptiveStep step;
  step.whole = true;
  return step;
}

std::size_t GlobalPool::saved_bytes(const LayerInputs&, const Shape& output, int batch) const {
  return pool_saved_bytes(attrs_.mode, output, batch);
}

void GlobalPool::forward(const Pass& pass) const { pool_forward(attrs_.mode, whole_map(pass), pass); }

void GlobalPool::backward(const Pass& pass) const { pool_backward(attrs_.mode, whole_map(pass), pass); }

void GlobalPool::terms(const Pass& pass, const Place& place, Terms& terms) const {
  pool_terms(attrs_.mode, whole_map(pass), pass, place, terms);
}

}  // namespace cnn
