#pragma once

#include "engine/train/options.h"

namespace cnn {

// The learning rate of the step after `done` ones: options.learning_rate times what schedule and warm-up make of it. With n
// for schedule_steps, as PyTorch's schedulers of these names:
//   step       times schedule_factor after every n steps (StepLR)
//   cosine     half a cosine down to 0 over n steps (Loshchilov & Hutter 2017, without restarts), then 0
//   one_cycle  from a 25th up over 30 % of n steps, then down to a 250 000th, both along half a cosine (Smith & Topin 2019)
// Warm-up multiplies by 1/w, 2/w, … 1 over its w steps (Goyal et al. 2017).
double scheduled_rate(const TrainerOptions& options, long done);

}  // namespace cnn
