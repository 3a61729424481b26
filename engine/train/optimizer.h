#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "engine/core/tensor.h"
#include "engine/model/net.h"
#include "engine/train/options.h"

namespace cnn {

// Some of a net's parameters, by their offsets.
struct ParameterRange {
  std::size_t first = 0;
  std::size_t end = std::numeric_limits<std::size_t>::max();
};

// What an optimiser remembers between steps (none, one or two numbers for each parameter), and the update itself: one pass over
// the parameters' buffer, in runs of neighbouring tensors that are treated alike. Tensors that do not learn are left alone;
// the padding between tensors stays zero.
class OptimizerState {
 public:
  // `frozen` as of frozen_slots(); empty: nothing is. Throws Error (out_of_memory).
  OptimizerState(const Net& net, Optimizer optimizer, const std::vector<char>& frozen = {});

  // Moments of what is frozen stay for the day that it thaws.
  void freeze(const Net& net, const std::vector<char>& frozen);

  Optimizer optimizer() const { return optimizer_; }
  long updates() const { return updates_; }

  // One update by the mean of `batches` gradients that lie added up in `gradients`, laid out as Net::parameters().
  // `options.optimizer` must be optimizer(); `rate` is what the schedule says now. It may be made in parts, cut between slots, the last one
  // first; but clipping by norm needs all gradients at once.
  void update(const TrainerOptions& options, double rate, int batches, const Real* gradients, Real* parameters,
              ParameterRange part = ParameterRange());
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
    double l1, l2;  // factors of the two decays
  };

  double clipped(const TrainerOptions& options, double scale, const Real* gradients) const;

  Optimizer optimizer_;
  long updates_ = 0;
  Buffer<Real> moments_[2];
  std::vector<Stretch> by_decay_;  // what learns, cut where the factors of decay change
  std::vector<Stretch> whole_;     // likewise without regard to them: for a decay of zero
};

}  // namespace cnn
