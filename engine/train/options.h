#pragma once

#include <cstdint>
#include <string>

#include "engine/data/augment.h"
#include "engine/definition/fields.h"
#include "engine/kernels/update.h"

namespace cnn {

using Optimizer = kernels::Rule;
template <>
struct EnumNames<Optimizer> {
  static constexpr const char* names[] = {"sgd",      "momentum", "nesterov", "adagrad",
                                          "adadelta", "rmsprop",  "adam",     "adamw"};
};

// How the learning rate goes on over the steps; see train/schedule.h.
enum class Schedule { constant, step, cosine, one_cycle };
template <>
struct EnumNames<Schedule> {
  static constexpr const char* names[] = {"constant", "step", "cosine", "one_cycle"};
};

// Everything about a training that can be chosen; may be changed between steps, except seed, validation and batch_size's
// effect on the order already drawn for this epoch.
struct TrainerOptions {
  Optimizer optimizer = Optimizer::adam;
  double learning_rate = 0.001;
  double momentum = 0.9;      // momentum and Nesterov
  double rho = 0.95;          // Adadelta and RMSprop: share that the running mean of squares keeps
  double beta1 = 0.9;         // Adam and AdamW
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;    // L2: decay · w is added to the gradient of kernels; AdamW takes it off apart
  double l1_decay = 0;        // L1: decay · sign(w) likewise
  int batch_size = 32;
  int accumulate = 1;         // batches whose mean gradient makes one update
  Schedule schedule = Schedule::constant;
  int schedule_steps = 10000;    // length of cosine and one-cycle; steps between two drops of "step"
  double schedule_factor = 0.1;  // "step": each drop multiplies the rate by it
  int warmup_steps = 0;          // over these the rate grows to what the schedule says
  double clip_norm = 0;       // longest gradient over all parameters together; 0: any
  double clip_value = 0;      // greatest element of the gradient; 0: any
  std::string freeze;         // layers and parameters that stay as they are; see train/freeze.h
  double validation = 0;      // share of the training set that is held out
  int patience = 0;           // measurements of held-out loss without a better one before training should stop; 0: never
  int seed = 1;
  AugmentOptions augment;     // in JSON an object under "augment"
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("optimizer", self.optimizer);
    visit("learning_rate", self.learning_rate, Field().between(0, 1000));
    visit("momentum", self.momentum, Field().between(0, 0.9999));
    visit("rho", self.rho, Field().between(0, 0.99999));
    visit("beta1", self.beta1, Field().between(0, 0.9999));
    visit("beta2", self.beta2, Field().between(0, 0.99999));
    visit("epsilon", self.epsilon, Field().between(1e-12, 1));
    visit("weight_decay", self.weight_decay, Field().between(0, 10));
    visit("l1_decay", self.l1_decay, Field().between(0, 10));
    visit("batch_size", self.batch_size, Field().between(1, 1024));
    visit("accumulate", self.accumulate, Field().between(1, 1024));
    visit("schedule", self.schedule);
    visit("schedule_steps", self.schedule_steps, Field().between(1, 1000000000));
    visit("schedule_factor", self.schedule_factor, Field().between(0, 1));
    visit("warmup_steps", self.warmup_steps, Field().between(0, 1000000000));
    visit("clip_norm", self.clip_norm, Field().between(0, 1e6));
    visit("clip_value", self.clip_value, Field().between(0, 1e6));
    visit("freeze", self.freeze);
    visit("validation", self.validation, Field().between(0, 0.9));
    visit("patience", self.patience, Field().between(0, 1000000));
    visit("seed", self.seed, Field().between(0, 2147483647));
  }
};

// Reads `json` over `options`; keys not named keep their values. Throws Error with the place.
void read_options(const Json& json, const std::string& path, TrainerOptions& options);
Json write_options(const TrainerOptions& options);

}  // namespace cnn
