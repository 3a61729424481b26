#include "engine/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "engine/core/error.h"
#include "engine/data/preprocess.h"
#include "engine/kernels/elementwise.h"
#include "engine/train/fit.h"
#include "engine/train/schedule.h"
#include "engine/train/trainer_state.h"

namespace cnn {

namespace {

constexpr long kSnapshotEvery = 50;  // steps between copies of weights that are known to be good

bool all_finite(const Real* values, std::size_t count) {
  using Bits = std::conditional_t<sizeof(Real) == 8, std::uint64_t, std::uint32_t>;
  constexpr Bits kExponent = sizeof(Real) == 8 ? Bits(0x7FF0000000000000ULL) : Bits(0x7F800000u);
  Bits bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, values + i, sizeof bits);
    bad |= (bits & kExponent) == kExponent ? 1 : 0;
  }
  return bad == 0;
}

// Reading back what was written checks every range, also for options that never were JSON.
void check_options(const TrainerOptions& options) {
  TrainerOptions copy;
  read_options(write_options(options), "", copy);
}

}  // namespace

Trainer::Trainer(Net& net, const Dataset* data, const TrainerOptions& options)
    : net_(net), data_(data), options_(options) {
  check_options(options);
  check_has_head(net.graph(), "training");
  if (data != nullptr) check_fit(net.graph(), *data, "training");
  state_ = std::make_unique<State>(net, data, options);
  make_room(options.batch_size);
}

Trainer::~Trainer() = default;

// Between begin and finish the batch, its gradients and the generators belong together.
void Trainer::need_rest() const {
  if (state_->under_way) fail(ErrorCode::invalid_value, "training", "is in the middle of a step.");
}

void Trainer::configure(const TrainerOptions& options) {
  need_rest();
  check_options(options);
  State& s = *state_;
  const bool other_frozen = options.freeze != options_.freeze;
  std::vector<char> frozen = other_frozen ? frozen_slots(net_, options.freeze) : s.frozen;
  if (options.optimizer != options_.optimizer) s.optimizer = OptimizerState(net_, options.optimizer, frozen);
  TrainerOptions changed = options;
  changed.seed = options_.seed;
  changed.validation = options_.validation;
  options_ = changed;
  s.forget_ahead();
  if (!other_frozen) return;
  s.frozen = std::move(frozen);
  s.optimizer.freeze(net_, s.frozen);
  renew_run(s.run->capacity());
}

// A run and labels for at least `batch` images; no set asks for more than it has.
void Trainer::make_room(int batch) {
  State& s = *state_;
  if (data_ != nullptr && data_->expected() > 0) {
    batch = static_cast<int>(std::min<std::size_t>(batch, data_->expected()));
  }
  if (s.run == nullptr || s.run->capacity() < batch) renew_run(batch);
}

// Gradients that wait for more of them move along.
void Trainer::renew_run(int batch) {
  State& s = *state_;
  auto run = std::make_unique<Run>(net_, batch, Purpose::training, s.frozen);
  if (s.pending > 0) std::copy_n(s.run->parameter_gradients(), net_.parameter_values(), run->parameter_gradients());
  s.run = std::move(run);
  s.labels.clear();  // the batch that they belonged to has gone
}

StepResult Trainer::step() {
  const StepResult result = begin();
  if (result.state != StepState::trained) return result;
  compute(0, static_cast<int>(state_->labels.size()));
  return finish();
}

StepResult Trainer::begin() {
  need_rest();
  if (data_ == nullptr) fail(ErrorCode::invalid_value, "training", "has no data set to take a step on.");
  State& s = *state_;
  const int batch = s.sampler->prepare(options_.batch_size);
  if (batch == 0) {
    StepResult result = so_far();
    result.state = StepState::waiting;
    return result;
  }
  make_room(options_.batch_size);
  if (!set_out()) return s.result;
  if (s.ahead.ready) {
    std::copy(s.ahead.images.begin(), s.ahead.images.end(), s.run->input());
    s.labels = s.ahead.labels;
    s.ahead.ready = false;
  } else {
    s.labels.resize(batch);
    fill(s.run->input(), s.labels.data(), batch);
  }
  s.result.epoch_end = s.sampler->take(batch);
  s.result.epoch = s.sampler->epoch();
  return s.result;
}

// The images that the sampler has prepared.
void Trainer::fill(Real* images, std::int32_t* labels, int batch) const {
  const State& s = *state_;
  const Preprocessing& preprocessing = net_.graph().definition().preprocessing;
  const std::size_t values = net_.graph().input_shape().size();
  const std::uint32_t* indices = s.sampler->indices();
  for (int i = 0; i < batch; ++i) {
    const std::uint8_t* picture = data_->image(indices[i]);
    if (!options_.augment.none()) picture = changed(s.sampler->number() + i, picture);
    preprocess(preprocessing, data_->shape(), picture, images + i * values);
    labels[i] = data_->label(indices[i]);
  }
}

StepResult Trainer::step_on(const Real* images, const std::uint8_t* labels, int batch) {
  const StepResult result = begin_on(images, labels, batch);
  if (result.state != StepState::trained) return result;
  compute(0, batch);
  return finish();
}

StepResult Trainer::begin_on(const Real* images, const std::uint8_t* labels, int batch) {
  need_rest();
  take_in(images, labels, batch);
  set_out();
  return state_->result;
}

// Forward and backward, down to node `last`, of the images at the front.
LossReport Trainer::pass(int batch, double share, Random& dropout, int last) {
  State& s = *state_;
  s.run->forward(batch, Mode::training, &dropout);
  const LossReport report = s.run->loss(s.labels.data());
  s.run->backward(s.labels.data(), share, last);
  return report;
}

// A batch of the caller, into the run.
void Trainer::take_in(const Real* images, const std::uint8_t* labels, int batch) {
  State& s = *state_;
  const Graph& graph = net_.graph();
  if (batch < 1) {
    fail(ErrorCode::invalid_value, "training", "a batch needs at least one image. Got {}.", batch);
  }
  for (const int head : graph.heads()) {
    for (int i = 0; i < batch; ++i) {
      if (labels[i] < graph[head].shape.c) continue;
      fail(ErrorCode::invalid_value, "training", "label {} is outside the classes. Got {} of {} classes.", i, labels[i],
           graph[head].shape.c);
    }
  }
  if (batch > s.run->capacity()) renew_run(batch);
  std::copy_n(images, graph.input_shape().size() * batch, s.run->input());
  s.labels.assign(labels, labels + batch);
}

StepResult Trainer::so_far() const {
  const State& s = *state_;
  StepResult result;
  result.epoch = s.sampler ? s.sampler->epoch() : 0;
  result.step = s.steps;
  result.images = s.images;
  return result;
}

// Makes all ready for the gradients of a step; false when the net is spoilt, as the result then says.
bool Trainer::set_out() {
  State& s = *state_;
  s.result = so_far();
  keep_good_weights(s.result);
  if (s.result.state == StepState::diverged) return false;
  s.result.learning_rate = scheduled_rate(options_, s.steps);
  if (s.pending == 0) s.run->renew_parameter_gradients();
  s.loss = LossReport();
  s.settled = false;
  s.under_way = true;
  return true;
}

// Every now and then copies the weights, or finds that they are spoilt.
void Trainer::keep_good_weights(StepResult& result) {
  State& s = *state_;
  if (s.good_step >= 0 && s.steps - s.good_step < kSnapshotEvery) return;
  if (!all_finite(net_.parameters(), net_.parameter_values())) {
    give_up("A weight is no longer a finite number", result);
    return;
  }
  std::copy_n(net_.parameters(), net_.parameter_values(), s.good.data());
  s.good_step = s.steps;
}

void Trainer::need_step() const {
  if (!state_->under_way) fail(ErrorCode::invalid_value, "training", "has begun no step.");
}

StepResult Trainer::finish() {
  need_step();
  State& s = *state_;
  s.under_way = false;
  StepResult result = s.result;
  learn(result);
  return result;
}

// Why there is nothing to learn from this loss; empty: there is.
std::string Trainer::hopeless(double loss) const {
  if (loss <= kHopelessLoss) return "";
  return std::isfinite(loss) ? compose("The loss is beyond {}", kHopelessLoss) : "The loss is no longer a finite number";
}

// What the gradients of the batch make of the weights.
void Trainer::learn(StepResult& result) {
  State& s = *state_;
  const auto batch = static_cast<long>(s.labels.size());
  result.loss = s.loss.loss;
  result.accuracy = static_cast<double>(s.loss.correct) / static_cast<double>(batch);
  if (const std::string why = hopeless(result.loss); !why.empty()) {
    give_up(why, result);
    return;
  }
  if (++s.pending >= options_.accumulate) {
    const auto part = s.settled ? ParameterRange{0, s.late_from} : ParameterRange();
    s.optimizer.update(options_, result.learning_rate, s.pending, s.run->parameter_gradients(), net_.parameters(), part);
    s.pending = 0;
  }
  result.step = ++s.steps;
  result.images = s.images += batch;
}

// Puts the last good weights back. The counters stay: they tell what was done, not what was kept.
void Trainer::give_up(const std::string& what, StepResult& result) {
  State& s = *state_;
  result.state = StepState::diverged;
  result.message = compose("{} at step {}.", what, s.steps + 1);
  if (s.good_step < 0) {
    result.message += " There are no good weights to go back to: initialise them anew.";
    return;
  }
  if (options_.learning_rate > 0) {
    result.message += compose(" Learning rate {} is probably too large: try {}.", options_.learning_rate,
                              options_.learning_rate / 10);
  }
  result.message += compose(" The weights of step {} were kept.", s.good_step);
  result.kept_step = s.good_step;
  std::copy_n(s.good.data(), s.good.size(), net_.parameters());
  s.optimizer.clear();
  s.pending = 0;
}

bool Trainer::should_stop(double held_out_loss) {
  State& s = *state_;
  if (held_out_loss < s.best_loss) {
    s.best_loss = held_out_loss;
    s.since_best = 0;
  } else {
    ++s.since_best;
  }
  return options_.patience > 0 && s.since_best >= options_.patience;
}

const std::vector<std::uint32_t>& Trainer::held_out() const {
  static const std::vector<std::uint32_t> none;
  return state_->sampler ? state_->sampler->held_out() : none;
}

const Real* Trainer::gradients() const { return state_->run->parameter_gradients(); }

const Run& Trainer::run() const { return *state_->run; }

int Trainer::upcoming() const { return state_->sampler ? state_->sampler->prepare(options_.batch_size) : 0; }

void Trainer::preview(Run& run, std::int32_t* labels, Random& dropout) const {
  fill(run.input(), labels, upcoming());
  dropout = state_->dropout;
}

int Trainer::update(OptimizerState& optimizer, Real* gradients, Real* parameters) const {
  const State& s = *state_;
  const int batches = s.pending + 1;
  if (s.pending > 0) {
    kernels::add_scaled(net_.parameter_values(), Real(1), s.run->parameter_gradients(), gradients, true);
  }
  if (batches >= options_.accumulate) {
    optimizer.update(options_, scheduled_rate(options_, s.steps), batches, gradients, parameters);
  }
  return batches;
}

const OptimizerState& Trainer::optimizer() const { return state_->optimizer; }

const std::vector<std::int32_t>& Trainer::labels() const { return state_->labels; }

}  // namespace cnn
