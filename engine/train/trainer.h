#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/data/change_order.h"
#include "engine/data/dataset.h"
#include "engine/model/net.h"
#include "engine/model/run.h"
#include "engine/train/optimizer.h"
#include "engine/train/options.h"

namespace cnn {

enum class StepState {
  trained,   // one step was done
  waiting,   // the images of this step have not been appended yet; nothing was done
  diverged,  // the loss passed kHopelessLoss or, like a weight, left the finite numbers; the weights are the last good ones
};

// Cross-entropy of a net that guesses is ln(classes). Beyond this nothing will bring it back.
constexpr double kHopelessLoss = 1e5;

struct StepResult {
  StepState state = StepState::trained;
  long step = 0;              // steps done so far
  long epoch = 0;             // whole epochs done so far
  bool epoch_end = false;     // this step was the last of its epoch
  long images = 0;            // images seen so far
  double loss = 0;            // mean over the batch, before the update
  double accuracy = 0;        // likewise, share of the batch that was right
  double learning_rate = 0;   // of this step, as the schedule has it
  std::string message;        // diverged: what happened and what to try
  long kept_step = 0;         // diverged: the weights are those after this many steps
};

// Learns a net step by step; never blocks for longer than a step. Order of images: the first epoch goes through the parts of
// the set in order, shuffled within each, so that it can start when only the first part is there and is the same whatever the
// time of arrival; later epochs shuffle everything. Same seed, same build: the same weights to the bit.
class Trainer {
 public:
  // Borrows net and data; both must outlive it. `data` may be null when only step_on is used. Throws Error when the net has no
  // head, the pictures do not fit it (after preprocessing), or its classes are not those of the set.
  Trainer(Net& net, const Dataset* data, const TrainerOptions& options);
  ~Trainer();

  const TrainerOptions& options() const { return options_; }
  // Takes effect with the next step; a new optimiser starts with empty moments, seed and validation stay. Throws Error
  // (invalid_value) for what is out of range, then nothing has changed.
  void configure(const TrainerOptions& options);

  StepResult step();
  // On a batch of the caller: preprocessed images [N, input shape], labels one a picture. Throws Error for an empty batch or a
  // label outside the classes.
  StepResult step_on(const Real* images, const std::uint8_t* labels, int batch);

  // ---- a step in shares, for replicas: copies of the net elsewhere, each with a trainer without a data set. What step() does is
  // begin(), compute(0, all), finish(); until finish() nothing else may be asked than the run and the labels. Between begin
  // and finish the gradients of every image must come in once, by compute() or add(), in the same order each time if results
  // are to be equal to the bit. Batch normalisation knows the statistics of its own share alone, and the running averages
  // kept are those of the images computed here (as in PyTorch's DistributedDataParallel, Li et al. 2020).
  //
  // Backward passes come to the last layers first, and in nets that end in dense ones most parameters are there: gradients are
  // handed over in two parts, and the late one can be added up and learnt from while replicas still work on the other.

  // Parameters from this offset on are the late ones, as few layers as hold half of all.
  std::size_t late_from() const;
  // Draws the next batch: run().input(), labels(). `trained` as state: go on.
  StepResult begin();
  // On a batch of the caller, as step_on().
  StepResult begin_on(const Real* images, const std::uint8_t* labels, int batch);
  // Gradients of `count` images of the batch from `first` on; these move to its front.
  void compute(int first, int count);
  // Gradients of other images, of `count` values from `offset` on, as share() or share_rest() had them.
  void add(const Real* gradients, std::size_t offset, std::size_t count);
  // The loss of `images` other images.
  void add_loss(int images, const LossReport& report);
  // All late gradients and all losses are in: learns from them. False where that has to wait for finish().
  bool settle();
  StepResult finish();
  // Draws the batch after the one under way, so that the next begin() has it; while replicas work.
  void draw_ahead();
  // On a replica: late gradients() of preprocessed images that are `share` of a step's batch. Dropout draws by
  // options().seed and `draw`, which is to be another one for each share of each step. Throws Error as step_on().
  LossReport share(const Real* images, const std::uint8_t* labels, int batch, double share, std::uint64_t draw);
  // The other gradients() of it.
  void share_rest();
  // Laid out as Net::parameters().
  const Real* gradients() const;

  // ---- pictures that another thread changes before their step comes. What has not come back by then is changed here: who
  // changes a picture, and when, makes no difference to it.

  // Those of the coming steps that are to be changed and have not been asked for yet, for fulfil(); empty: there are none, or few.
  std::vector<std::uint8_t> order();
  // What fulfil() made of it; orders are to come back as they went. One from before configure() or restore(), or from another
  // trainer, is of no use and left alone. Throws Error as read_order().
  void take(Span<const std::uint8_t> order);

  // Indices of the images that options().validation keeps out of training; empty without a data set.
  const std::vector<std::uint32_t>& held_out() const;
  // Early stopping: whether the loss on held-out images has not become better than before in the last options().patience
  // calls.
  bool should_stop(double held_out_loss);

  // The batch of the last step as the net received it: run().input(), augmented and preprocessed, and its labels.
  const std::vector<std::int32_t>& labels() const;

  // Moments, counters, generator states, order of the epoch: with the same net and data, a restored trainer goes on to the bit.
  // Only the moment of the next snapshot of good weights (see diverged) starts anew.
  std::vector<std::uint8_t> checkpoint() const;
  void restore(const std::uint8_t* bytes, std::size_t size);  // throws Error (bad_file), then nothing has changed

  // The run of the last step, for views.
  const Run& run() const;

  // ---- the step to come, to look at without taking it
  // Images of the next step(); 0: they have not been appended yet, or there is no data set.
  int upcoming() const;
  // They, augmented and preprocessed, and their labels; dropout will draw from `dropout`. `run` has room for them.
  void preview(Run& run, std::int32_t* labels, Random& dropout) const;
  // What a step does with the gradients of its batch: those that wait for more are added to them and, once there are
  // options().accumulate of them, make an update. Returns how many batches `gradients` then are the sum of.
  int update(OptimizerState& optimizer, Real* gradients, Real* parameters) const;
  const OptimizerState& optimizer() const;

 private:
  struct State;

  void fill(Real* images, std::int32_t* labels, int batch) const;
  const std::uint8_t* changed(std::uint64_t number, const std::uint8_t* picture) const;
  LossReport pass(int batch, double share, Random& dropout, int last);
  void need_rest() const;
  void need_step() const;
  void take_in(const Real* images, const std::uint8_t* labels, int batch);
  void keep_good_weights(StepResult& result);
  void make_room(int batch);
  void renew_run(int batch);
  StepResult so_far() const;
  bool set_out();
  std::string hopeless(double loss) const;
  void learn(StepResult& result);
  void give_up(const std::string& what, StepResult& result);

  Net& net_;
  const Dataset* data_;
  TrainerOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace cnn
