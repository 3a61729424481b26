// A step in shares, for replicas.

#include <algorithm>

#include "engine/core/error.h"
#include "engine/kernels/elementwise.h"
#include "engine/train/trainer_state.h"

namespace cnn {

LossReport Trainer::share(const Real* images, const std::uint8_t* labels, int batch, double share, std::uint64_t draw) {
  need_rest();
  take_in(images, labels, batch);
  State& s = *state_;
  Random dropout(options_.seed, kShareStream + draw);
  s.run->renew_parameter_gradients();
  return pass(batch, share, dropout, s.late_node);
}

void Trainer::share_rest() { state_->run->backward_on(); }

void Trainer::compute(int first, int count) {
  State& s = *state_;
  const int batch = static_cast<int>(s.labels.size());
  if (!s.under_way || first < 0 || count < 1 || count > batch - first) {
    fail(ErrorCode::invalid_value, "training", "has no such images in a step. Got {} from {} on.", count, first);
  }
  const std::size_t values = net_.graph().input_shape().size();
  Real* input = s.run->input();
  std::rotate(input, input + first * values, input + (first + count) * values);
  std::rotate(s.labels.begin(), s.labels.begin() + first, s.labels.begin() + first + count);
  add_loss(count, pass(count, static_cast<double>(count) / batch, s.dropout, 1));
}

std::size_t Trainer::late_from() const { return state_->late_from; }

void Trainer::add(const Real* gradients, std::size_t offset, std::size_t count) {
  need_step();
  if (offset > net_.parameter_values() || count > net_.parameter_values() - offset) {
    fail(ErrorCode::shape_mismatch, "gradients", "there are {}. Got {} from {} on.", net_.parameter_values(), count, offset);
  }
  kernels::add_scaled(count, Real(1), gradients, state_->run->parameter_gradients() + offset, true);
}

void Trainer::add_loss(int images, const LossReport& report) {
  need_step();
  State& s = *state_;
  const int batch = static_cast<int>(s.labels.size());
  if (images < 1 || images > batch) {
    fail(ErrorCode::invalid_value, "training", "has no such share of a step. Got {} images.", images);
  }
  s.loss.loss += report.loss * images / batch;
  s.loss.correct += report.correct;
}

bool Trainer::settle() {
  need_step();
  State& s = *state_;
  if (s.settled || options_.clip_norm > 0 || s.pending + 1 < options_.accumulate || !hopeless(s.loss.loss).empty()) {
    return s.settled;
  }
  s.optimizer.update(options_, s.result.learning_rate, s.pending + 1, s.run->parameter_gradients(), net_.parameters(),
                     {s.late_from});
  return s.settled = true;
}

}  // namespace cnn
