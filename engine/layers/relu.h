#pragma once

#include "engine/layers/pointwise.h"

namespace cnn {

// max(x, 0) (Nair & Hinton 2010).
class Relu : public PointwiseByOutput<NoAttrs> {
 public:
  static constexpr const char* kType = "relu";
  using PointwiseByOutput::PointwiseByOutput;

  const char* type() const override { return kType; }
  Epilogue epilogue() const override { return Epilogue::rectify; }
  void forward(const Pass& pass) const override;
  void backward(const Pass& pass) const override;
};

}  // namespace cnn
