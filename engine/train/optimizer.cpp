#include "engine/train/optimizer.h"

#include <algorithm>
#include <cassert>

#include "engine/kernels/update.h"

namespace cnn {

namespace {

kernels::Update<Real> step_of(const TrainerOptions& options, long step) {
  kernels::Update<Real> u;
  u.rule = options.optimizer;
  u.rate = static_cast<Real>(options.learning_rate);
  u.momentum = static_cast<Real>(options.momentum);
  u.rho = static_cast<Real>(options.rho);
  u.beta1 = static_cast<Real>(options.beta1);
  u.beta2 = static_cast<Real>(options.beta2);
  u.epsilon = static_cast<Real>(options.epsilon);
  u.step = step;
  return u;
}

}  // namespace

OptimizerState::OptimizerState(const Net& net, Optimizer optimizer) : optimizer_(optimizer) {
  for (int i = 0; i < kernels::moment_count(optimizer); ++i) moments_[i] = Buffer<Real>(net.parameter_values());
  // A tensor's stretch takes in the padding behind it: gradient and moments are zero there, so every rule leaves it zero, and
  // the update has no odd tails.
  const auto extend = [](std::vector<Stretch>& list, const Stretch& next, bool regard_decay) {
    if (!list.empty()) {
      Stretch& last = list.back();
      if (last.offset + last.count == next.offset && (!regard_decay || last.decays == next.decays)) {
        last.count += next.count;
        return;
      }
    }
    list.push_back(next);
  };
  for (const ParameterSlot& slot : net.slots()) {
    if (!slot.spec->trainable) continue;
    const Stretch stretch{slot.offset, aligned_count<Real>(slot.count), slot.spec->decays};
    extend(by_decay_, stretch, true);
    extend(whole_, stretch, false);
  }
}

void OptimizerState::update(const TrainerOptions& options, const Real* gradients, Real* parameters) {
  assert(options.optimizer == optimizer_);
  ++updates_;
  kernels::Update<Real> u = step_of(options, updates_);
  const bool decay = options.weight_decay != 0 || options.l1_decay != 0;
  for (const Stretch& stretch : decay ? by_decay_ : whole_) {
    u.l2 = stretch.decays ? static_cast<Real>(options.weight_decay) : 0;
    u.l1 = stretch.decays ? static_cast<Real>(options.l1_decay) : 0;
    // A rule without moments has no buffers to point into.
    Real* moments[2] = {nullptr, nullptr};
    for (int i = 0; i < kernels::moment_count(optimizer_); ++i) moments[i] = moments_[i].data() + stretch.offset;
    kernels::update(u, stretch.count, gradients + stretch.offset, moments[0], moments[1], parameters + stretch.offset);
  }
}

OptimizerState OptimizerState::copy(const Net& net) const {
  OptimizerState other(net, optimizer_);
  for (int i = 0; i < 2; ++i) std::copy(moments_[i].begin(), moments_[i].end(), other.moments_[i].begin());
  other.updates_ = updates_;
  return other;
}

void OptimizerState::clear() {
  updates_ = 0;
  for (Buffer<Real>& moment : moments_) moment.fill_zero();
}

}  // namespace cnn
