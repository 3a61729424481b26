#pragma once

#include <cstdint>

#include "engine/core/tensor.h"
#include "engine/graph/plan.h"
#include "engine/model/net.h"

namespace cnn {

struct LossReport {
  double loss = 0;  // mean over the batch, summed over the heads by their weights
  double main = 0;  // of the main head alone, unweighted
  int correct = 0;  // images whose class the main head hit
};

// The numbers of one batch going through a net: activations, gradients, what layers save. Inference, training and every view
// read these same buffers. The net is borrowed and must outlive the run; nothing is allocated after construction.
class Run {
 public:
  // For batches of up to `batch` images. `frozen` has one entry a slot of the net: those that are not 0 do not learn, and a
  // layer that is frozen whole runs as in inference, running averages and all. Empty: everything learns. Throws Error
  // (out_of_memory).
  Run(Net& net, int batch, Purpose purpose, const std::vector<char>& frozen = {});

  int capacity() const { return plan_.batch; }
  Purpose purpose() const { return plan_.purpose; }
  // Images of the last forward pass.
  int batch() const { return batch_; }

  // Where the caller puts the preprocessed images before forward: [N, input shape]. They stay there.
  Real* input() { return values_.data() + plan_.activation[0]; }
  const Real* input() const { return values_.data() + plan_.activation[0]; }

  // `random` feeds dropout and its like; only needed in training mode.
  void forward(int batch, Mode mode, Random* random = nullptr);
  // Loss of the last forward pass against one class per image. Labels are checked against the number of classes.
  LossReport loss(const std::int32_t* labels);
  // Of the main head alone, for one image of the batch. The net must have a head; labels as for loss().
  double image_loss(int image, const std::int32_t* labels) const;
  // Gradients of that loss, times `share`, of all nodes down to `last`; those of parameters are added to
  // parameter_gradients(), or begin anew. Needs a purpose with gradients.
  void backward(const std::int32_t* labels, double share = 1, int last = 1);
  // Goes on with the nodes below, down to `last`.
  void backward_on(int last = 1);
  // The same from one node that is no head, whose gradient is given: [N, shape].
  void backward_from(int node, const Real* gradient);

  // [N, shape] of the last pass; empty where this purpose keeps none. For a prediction only what heads read and say, and the
  // output of a net without heads, is still there.
  Span<const Real> activation(int node) const;
  Span<const Real> gradient(int node) const;
  // What a layer sees of the last pass, to ask it about its output.
  const Pass& pass(int node) const { return passes_[node]; }
  // Laid out as Net::parameters().
  Real* parameter_gradients() { return parameter_gradients_.data(); }
  Span<const Real> parameter_gradient(const ParameterSlot& slot) const;
  // The next backward pass begins them anew; until it is over they are nothing to read.
  void renew_parameter_gradients();

 private:
  void merge(int node);
  void backward_node(int node);
  void no_gradient(int node);

  Net& net_;
  Plan plan_;
  Buffer<Real> values_;
  Buffer<unsigned char> saved_;
  Buffer<Real> parameter_gradients_;
  std::vector<Pass> passes_;     // one a node, pointers set once
  std::vector<char> frozen_;     // per node: all its parameters are
  std::vector<char> written_;    // per node, during backward: its gradient has a first contribution
  int next_ = 0;                 // node that backward comes to next
  int batch_ = 0;
  Mode mode_ = Mode::inference;
};

}  // namespace cnn
