#include "engine/layers/maxout.h"

#include "engine/core/error.h"
#include "engine/layers/pool2d.h"
#include "engine/layers/terms.h"

namespace cnn {

namespace {

// Max pooling over rows of `pieces` cells, one row for each number of the output.
kernels::Pool2dShape rows_of_pieces(const Pass& pass, int pieces) {
  kernels::Pool2dShape s;
  s.batch = pass.batch;
  s.in_h = s.out_h = static_cast<int>(pass.shape.size());
  s.in_w = s.kernel_w = s.stride_w = pieces;
  s.out_w = 1;
  s.channels = 1;
  return s;
}

}  // namespace

Shape Maxout::output_shape(const LayerInputs& inputs) const {
  const Shape& in = inputs[0];
  if (in.c % attrs_.pieces != 0) {
    fail(ErrorCode::shape_mismatch, kType, "pieces must divide input channels. Got pieces {}, input channels {}.", attrs_.pieces, in.c);
  }
  return {in.h, in.w, in.c / attrs_.pieces};  // [H, W, C/pieces]
}

std::size_t Maxout::saved_bytes(const LayerInputs&, const Shape& output, int batch) const {
  return pool_saved_bytes(PoolMode::max, output, batch);
}

void Maxout::forward(const Pass& pass) const {
  pool_forward(PoolMode::max, rows_of_pieces(pass, attrs_.pieces), pass);
}

void Maxout::backward(const Pass& pass) const {
  pool_backward(PoolMode::max, rows_of_pieces(pass, attrs_.pieces), pass);
}

void Maxout::terms(const Pass& pass, const Place& place, Terms& terms) const {
  for (int piece = 0; piece < attrs_.pieces; ++piece) {
    terms.add(pass, 0, {place.image, place.row, place.column, place.channel * attrs_.pieces + piece}, 1);
  }
  keep_largest(terms);
}

}  // namespace cnn
