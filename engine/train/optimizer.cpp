#include "engine/train/optimizer.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/kernels/update.h"

namespace cnn {

namespace {

kernels::Update<Real> step_of(const TrainerOptions& options, double rate, double scale, long step) {
  kernels::Update<Real> u;
  u.rule = options.optimizer;
  u.rate = static_cast<Real>(rate);
  u.scale = static_cast<Real>(scale);
  if (options.clip_value > 0) u.most = static_cast<Real>(options.clip_value);
  u.momentum = static_cast<Real>(options.momentum);
  u.rho = static_cast<Real>(options.rho);
  u.beta1 = static_cast<Real>(options.beta1);
  u.beta2 = static_cast<Real>(options.beta2);
  u.epsilon = static_cast<Real>(options.epsilon);
  u.step = step;
  return u;
}

}  // namespace

OptimizerState::OptimizerState(const Net& net, Optimizer optimizer, const std::vector<char>& frozen)
    : optimizer_(optimizer) {
  for (int i = 0; i < kernels::moment_count(optimizer); ++i) moments_[i] = Buffer<Real>(net.parameter_values());
  freeze(net, frozen);
}

void OptimizerState::freeze(const Net& net, const std::vector<char>& frozen) {
  // A tensor's stretch takes in the padding behind it: gradient and moments are zero there, so every rule leaves it zero, and
  // the update has no odd tails.
  const auto extend = [](std::vector<Stretch>& list, const Stretch& next, bool regard_decay) {
    if (!list.empty()) {
      Stretch& last = list.back();
      const bool alike = !regard_decay || (last.l1 == next.l1 && last.l2 == next.l2);
      if (last.offset + last.count == next.offset && alike) {
        last.count += next.count;
        return;
      }
    }
    list.push_back(next);
  };
  by_decay_.clear();
  whole_.clear();
  for (std::size_t i = 0; i < net.slots().size(); ++i) {
    const ParameterSlot& slot = net.slots()[i];
    if (!slot.spec->trainable || (!frozen.empty() && frozen[i])) continue;
    const double decays = slot.spec->decays ? 1 : 0;
    const Stretch stretch{slot.offset, aligned_count<Real>(slot.count), decays * slot.spec->l1_decay_mul,
                          decays * slot.spec->l2_decay_mul};
    extend(by_decay_, stretch, true);
    extend(whole_, stretch, false);
  }
}

void OptimizerState::update(const TrainerOptions& options, double rate, int batches, const Real* gradients,
                            Real* parameters, ParameterRange part) {
  assert(options.optimizer == optimizer_);
  assert(options.clip_norm == 0 || part.first == 0);
  if (part.end == ParameterRange().end) ++updates_;
  const double scale = clipped(options, 1.0 / batches, gradients);
  kernels::Update<Real> u = step_of(options, rate, scale, updates_);
  const bool decay = options.weight_decay != 0 || options.l1_decay != 0;
  for (const Stretch& whole : decay ? by_decay_ : whole_) {
    const std::size_t first = std::max(whole.offset, part.first);
    const std::size_t end = std::min(whole.offset + whole.count, part.end);
    if (first >= end) continue;
    const Stretch stretch{first, end - first, whole.l1, whole.l2};
    u.l2 = static_cast<Real>(options.weight_decay * stretch.l2);
    u.l1 = static_cast<Real>(options.l1_decay * stretch.l1);
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
  other.by_decay_ = by_decay_;
  other.whole_ = whole_;
  return other;
}

// `scale`, or what brings the gradient of everything that learns down to clip_norm (Pascanu, Mikolov & Bengio 2013).
double OptimizerState::clipped(const TrainerOptions& options, double scale, const Real* gradients) const {
  if (options.clip_norm == 0) return scale;
  double squares = 0;
  for (const Stretch& stretch : whole_) squares += kernels::sum_of_squares(stretch.count, gradients + stretch.offset);
  const double norm = scale * std::sqrt(squares);
  return norm > options.clip_norm ? scale * options.clip_norm / norm : scale;
}

void OptimizerState::clear() {
  updates_ = 0;
  for (Buffer<Real>& moment : moments_) moment.fill_zero();
}

}  // namespace cnn
