// What a trainer goes on from.

#include <algorithm>
#include <utility>

#include "engine/core/error.h"
#include "engine/train/checkpoint.h"
#include "engine/train/trainer_state.h"

namespace cnn {

std::vector<std::uint8_t> Trainer::checkpoint() const {
  need_rest();
  const State& s = *state_;
  Checkpoint checkpoint;
  checkpoint.net = net_fingerprint(net_);
  checkpoint.options = options_;
  checkpoint.steps = s.steps;
  checkpoint.images = s.images;
  checkpoint.updates = s.optimizer.updates();
  checkpoint.dropout = s.dropout.state();
  checkpoint.has_order = s.sampler.has_value();
  if (s.sampler) checkpoint.order = s.sampler->state();
  for (int i = 0; i < 2; ++i) {
    checkpoint.moments[i].assign(s.optimizer.moment(i).begin(), s.optimizer.moment(i).end());
  }
  checkpoint.best_loss = s.best_loss;
  checkpoint.since_best = s.since_best;
  checkpoint.pending = s.pending;
  if (s.pending > 0) {
    const Real* gradients = s.run->parameter_gradients();
    checkpoint.gradients.assign(gradients, gradients + net_.parameter_values());
  }
  return encode(checkpoint);
}

void Trainer::restore(const std::uint8_t* bytes, std::size_t size) {
  need_rest();
  const auto refuse = [](const std::string& message) { fail(ErrorCode::bad_file, "checkpoint", "{}", message); };
  State& s = *state_;
  Checkpoint checkpoint = decode(bytes, size);
  if (checkpoint.net != net_fingerprint(net_)) refuse("belongs to another net.");
  if (checkpoint.has_order != s.sampler.has_value()) refuse("was made with a data set, or without, unlike this trainer.");
  if (checkpoint.pending > 0 && checkpoint.gradients.size() != net_.parameter_values()) {
    refuse("has gradients of another size than the net.");
  }
  std::vector<char> frozen;
  try {
    frozen = frozen_slots(net_, checkpoint.options.freeze);
  } catch (const Error& e) {
    refuse(e.what());
  }
  OptimizerState optimizer(net_, checkpoint.options.optimizer, frozen);
  for (int i = 0; i < 2; ++i) {
    const std::vector<Real>& moment = checkpoint.moments[i];
    if (moment.size() != optimizer.moment(i).size()) refuse("has moments of another size than the net.");
    std::copy(moment.begin(), moment.end(), optimizer.moment(i).begin());
  }
  optimizer.restore_updates(checkpoint.updates);
  auto run = std::make_unique<Run>(net_, s.run->capacity(), Purpose::training, frozen);
  std::copy(checkpoint.gradients.begin(), checkpoint.gradients.end(), run->parameter_gradients());
  std::optional<Sampler> sampler;
  if (s.sampler) {
    sampler.emplace(*data_, checkpoint.options.seed, checkpoint.options.validation);
    if (!sampler->restore(std::move(checkpoint.order))) refuse("has an order that is not of this data set.");
  }
  // From here on nothing throws.
  if (sampler) s.sampler.emplace(std::move(*sampler));
  s.frozen = std::move(frozen);
  s.run = std::move(run);
  s.labels.clear();
  s.forget_ahead();
  s.optimizer = std::move(optimizer);
  s.dropout.restore(checkpoint.dropout);
  s.steps = checkpoint.steps;
  s.images = checkpoint.images;
  s.pending = checkpoint.pending;
  s.best_loss = checkpoint.best_loss;
  s.since_best = checkpoint.since_best;
  s.good_step = -1;
  options_ = checkpoint.options;
}

}  // namespace cnn
