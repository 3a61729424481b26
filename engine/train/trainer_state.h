#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "engine/data/augment.h"
#include "engine/train/freeze.h"
#include "engine/train/sampler.h"
#include "engine/train/trainer.h"

namespace cnn {

// A generator each, so that a draw more of one kind does not shift the others. The sampler has stream 1, changes of pictures
// have stream 3.
constexpr std::uint64_t kDropoutStream = 2;
constexpr std::uint64_t kShareStream = 4;  // and all after it: one a share

struct Trainer::State {
  State(Net& net, const Dataset* data, const TrainerOptions& options)
      : frozen(frozen_slots(net, options.freeze)),
        optimizer(net, options.optimizer, frozen),
        dropout(options.seed, kDropoutStream),
        good(net.parameter_values()),
        late_from(net.parameter_values()) {
    for (std::size_t i = net.slots().size(); i-- > 0 && late_from > net.parameter_values() / 2;) {
      late_node = net.slots()[i].node;
      late_from = net.slots()[net.first_slot(late_node)].offset;
    }
    forget_ahead();
    if (data == nullptr) return;
    sampler.emplace(*data, options.seed, options.validation);
    augmenter.emplace(data->shape());
  }

  // A batch that is drawn, for the next step.
  struct Ahead {
    bool ready = false;
    std::vector<Real> images;
    std::vector<std::int32_t> labels;
  };

  // What was drawn or ordered for steps to come is for other ones.
  void forget_ahead() {
    static std::atomic<int> tickets{0};
    ticket = ++tickets;
    ahead.ready = false;
    changed.clear();
    ordered = 0;
  }

  std::vector<char> frozen;  // per slot of the net
  OptimizerState optimizer;
  std::optional<Sampler> sampler;
  Random dropout;
  std::unique_ptr<Run> run;
  std::vector<std::int32_t> labels;
  Ahead ahead;
  int ticket = 0;             // of the pictures that are ordered now; no two trainers have the same
  std::uint64_t ordered = 0;  // pictures below this number are
  std::vector<std::uint8_t> changed;  // pictures that have come back
  std::uint64_t changed_first = 0;    // number of the first
  std::optional<Augmenter> augmenter;
  Buffer<Real> good;                  // the last weights known to be finite
  std::size_t late_from;              // offset of the late parameters
  int late_node = 1;                  // the first node that has some
  long good_step = -1;                // steps done when they were copied; −1: never
  long steps = 0;
  long images = 0;
  bool under_way = false;             // between begin and finish
  bool settled = false;               // late parameters have learnt from the step under way
  StepResult result;                  // of the step under way, as far as it is known
  LossReport loss;                    // likewise, of the gradients that are there
  int pending = 0;                    // batches whose gradients lie in the run and have not made an update yet
  double best_loss = std::numeric_limits<double>::infinity();  // on held-out images
  int since_best = 0;                 // measurements
};

}  // namespace cnn
