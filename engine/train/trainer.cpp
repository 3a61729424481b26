#include "engine/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "engine/core/error.h"
#include "engine/data/preprocess.h"
#include "engine/kernels/elementwise.h"
#include "engine/train/checkpoint.h"
#include "engine/train/fit.h"
#include "engine/train/freeze.h"
#include "engine/train/optimizer.h"
#include "engine/train/sampler.h"
#include "engine/train/schedule.h"

namespace cnn {

namespace {

// A generator each, so that a draw more of one kind does not shift the others. The sampler has stream 1.
constexpr std::uint64_t kDropoutStream = 2;
constexpr std::uint64_t kAugmentStream = 3;
constexpr std::uint64_t kShareStream = 4;  // and all after it: one a share

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

struct Trainer::State {
  State(Net& net, const Dataset* data, const TrainerOptions& options)
      : frozen(frozen_slots(net, options.freeze)),
        optimizer(net, options.optimizer, frozen),
        dropout(options.seed, kDropoutStream),
        augmenting(options.seed, kAugmentStream),
        good(net.parameter_values()),
        late_from(net.parameter_values()) {
    for (std::size_t i = net.slots().size(); i-- > 0 && late_from > net.parameter_values() / 2;) {
      late_node = net.slots()[i].node;
      late_from = net.slots()[net.first_slot(late_node)].offset;
    }
    if (data == nullptr) return;
    sampler.emplace(*data, options.seed, options.validation);
    picture.resize(data->shape().size());
  }

  // A batch that is drawn, for the next step.
  struct Ahead {
    bool ready = false;
    std::vector<Real> images;
    std::vector<std::int32_t> labels;
    Random augmenting{0, 0};  // as it is after it
  };

  std::vector<char> frozen;  // per slot of the net
  OptimizerState optimizer;
  std::optional<Sampler> sampler;
  Random dropout;
  Random augmenting;
  std::unique_ptr<Run> run;
  std::vector<std::int32_t> labels;
  Ahead ahead;
  std::vector<std::uint8_t> picture;  // one, augmented
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
  s.ahead.ready = false;
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
    s.augmenting = s.ahead.augmenting;
    s.ahead.ready = false;
  } else {
    s.labels.resize(batch);
    fill(s.run->input(), s.labels.data(), batch, s.augmenting);
  }
  s.result.epoch_end = s.sampler->take(batch);
  s.result.epoch = s.sampler->epoch();
  return s.result;
}

void Trainer::draw_ahead() {
  State& s = *state_;
  if (!s.sampler || s.ahead.ready) return;
  const int batch = s.sampler->prepare(options_.batch_size);
  if (batch == 0) return;
  s.ahead.images.resize(net_.graph().input_shape().size() * batch);
  s.ahead.labels.resize(batch);
  s.ahead.augmenting = s.augmenting;
  fill(s.ahead.images.data(), s.ahead.labels.data(), batch, s.ahead.augmenting);
  s.ahead.ready = true;
}

// The images that the sampler has prepared.
void Trainer::fill(Real* images, std::int32_t* labels, int batch, Random& augmenting) const {
  State& s = *state_;
  const Preprocessing& preprocessing = net_.graph().definition().preprocessing;
  const std::size_t values = net_.graph().input_shape().size();
  const std::uint32_t* indices = s.sampler->indices();
  for (int i = 0; i < batch; ++i) {
    const std::uint8_t* picture = data_->image(indices[i]);
    if (!options_.augment.none()) {
      augment(options_.augment, data_->shape(), picture, augmenting, s.picture.data());
      picture = s.picture.data();
    }
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

LossReport Trainer::share(const Real* images, const std::uint8_t* labels, int batch, double share, std::uint64_t draw) {
  need_rest();
  take_in(images, labels, batch);
  State& s = *state_;
  Random dropout(options_.seed, kShareStream + draw);
  s.run->renew_parameter_gradients();
  return pass(batch, share, dropout, s.late_node);
}

void Trainer::share_rest() { state_->run->backward_on(); }

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

void Trainer::need_step() const {
  if (!state_->under_way) fail(ErrorCode::invalid_value, "training", "has begun no step.");
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
  checkpoint.augment = s.augmenting.state();
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
  s.ahead.ready = false;
  s.optimizer = std::move(optimizer);
  s.dropout.restore(checkpoint.dropout);
  s.augmenting.restore(checkpoint.augment);
  s.steps = checkpoint.steps;
  s.images = checkpoint.images;
  s.pending = checkpoint.pending;
  s.best_loss = checkpoint.best_loss;
  s.since_best = checkpoint.since_best;
  s.good_step = -1;
  options_ = checkpoint.options;
}

const Real* Trainer::gradients() const { return state_->run->parameter_gradients(); }

const Run& Trainer::run() const { return *state_->run; }

int Trainer::upcoming() const { return state_->sampler ? state_->sampler->prepare(options_.batch_size) : 0; }

void Trainer::preview(Run& run, std::int32_t* labels, Random& dropout) const {
  Random augmenting = state_->augmenting;
  fill(run.input(), labels, upcoming(), augmenting);
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
