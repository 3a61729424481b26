#include "engine/train/optimizer.h"

#include <cassert>

#include "engine/kernels/update.h"

namespace cnn {

namespace {

int moment_count(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::sgd: return 0;
    case Optimizer::momentum:
    case Optimizer::nesterov: return 1;
    case Optimizer::adam: return 2;
  }
  return 0;
}

}  // namespace

OptimizerState::OptimizerState(const Net& net, Optimizer optimizer) : optimizer_(optimizer) {
  for (int i = 0; i < moment_count(optimizer); ++i) moments_[i] = Buffer<Real>(net.parameter_values());
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
  const Real decay = static_cast<Real>(options.weight_decay);
  for (const Stretch& stretch : decay == 0 ? whole_ : by_decay_) {
    update_stretch(options, stretch, stretch.decays ? decay : Real(0), gradients, parameters);
  }
}

void OptimizerState::update_stretch(const TrainerOptions& options, const Stretch& stretch, Real decay,
                                    const Real* gradients, Real* parameters) {
  const Real rate = static_cast<Real>(options.learning_rate);
  const Real* g = gradients + stretch.offset;
  Real* p = parameters + stretch.offset;
  switch (optimizer_) {
    case Optimizer::sgd:
      kernels::sgd_update(stretch.count, rate, decay, g, p);
      return;
    case Optimizer::momentum:
    case Optimizer::nesterov:
      kernels::momentum_update(stretch.count, rate, static_cast<Real>(options.momentum),
                               optimizer_ == Optimizer::nesterov, decay, g, moments_[0].data() + stretch.offset, p);
      return;
    case Optimizer::adam:
      kernels::adam_update(stretch.count, rate, static_cast<Real>(options.beta1), static_cast<Real>(options.beta2),
                           static_cast<Real>(options.epsilon), updates_, decay, g, moments_[0].data() + stretch.offset,
                           moments_[1].data() + stretch.offset, p);
      return;
  }
}

void OptimizerState::clear() {
  updates_ = 0;
  for (Buffer<Real>& moment : moments_) moment.fill_zero();
}

}  // namespace cnn
