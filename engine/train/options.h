#pragma once

#include <cstdint>

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

// Everything about a training that can be chosen; may be changed between steps, except seed and batch_size's effect on the
// order already drawn for this epoch.
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
    visit("seed", self.seed, Field().between(0, 2147483647));
  }
};

// Reads `json` over `options`; keys not named keep their values. Throws Error with the place.
void read_options(const Json& json, const std::string& path, TrainerOptions& options);
Json write_options(const TrainerOptions& options);

}  // namespace cnn
