#pragma once

#include <cstddef>
#include <vector>

#include "engine/core/tensor.h"
#include "engine/model/net.h"
#include "engine/train/options.h"

namespace cnn {

// What an optimiser remembers between steps (none, one or two numbers for each parameter), and the update itself: one pass over
// the parameters' buffer, in runs of neighbouring tensors that are treated alike. Tensors that are not trainable are left alone;
// the padding between tensors stays zero.
class OptimizerState {
 public:
  // Throws Error (out_of_memory).
  OptimizerState(const Net& net, Optimizer optimizer);

  Optimizer optimizer() const { return optimizer_; }
  long updates() const { return updates_; }

  // `gradients` laid out as Net::parameters(). `options.optimizer` must be optimizer().
  void update(const TrainerOptions& options, const Real* gradients, Real* parameters);
  // One that remembers the same, for the same net.
  OptimizerState copy(const Net& net) const;
  // As after construction.
  void clear();

  // What kernels/update.h calls first and second; empty where the optimiser has none. For checkpoints.
  Buffer<Real>& moment(int i) { return moments_[i]; }
  const Buffer<Real>& moment(int i) const { return moments_[i]; }
  void restore_updates(long updates) { updates_ = updates; }

 private:
  struct Stretch {
    std::size_t offset, count;
    bool decays;
  };

  Optimizer optimizer_;
  long updates_ = 0;
  Buffer<Real> moments_[2];
  std::vector<Stretch> by_decay_;  // trainable parameters, cut where the decay flag changes
  std::vector<Stretch> whole_;     // likewise without regard to it: for a decay of zero
};

}  // namespace cnn
