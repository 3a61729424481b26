#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/cli/command.h"
#include "engine/cli/console.h"
#include "engine/cli/drawings.h"
#include "engine/cli/evaluate.h"
#include "engine/cli/files.h"
#include "engine/core/error.h"
#include "engine/train/trainer.h"

namespace cnn::cli {

namespace {

// What the options say beside the trainer's own.
struct Recipe {
  std::string data;
  long epochs;
  std::size_t limit;
  std::string extra_strokes;
  bool schedule_fits;  // the schedule ends with the training ("step": drops twice on the way)
  TrainerOptions options;
};

// "shift=1,rotate=8" as an object.
Json parse_augment(const std::string& text) {
  Json json = Json::object();
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string part = text.substr(start, end - start);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) {
      throw UsageError("--augment must be like shift=1,rotate=8. Got \"" + text + "\".");
    }
    const std::string key = part.substr(0, equals);
    json[key] = parse_number("--augment " + key, part.substr(equals + 1));
    start = end + 1;
  }
  return json;
}

TrainerOptions read_trainer_options(const Arguments& arguments) {
  Json json = Json::object();
  if (arguments.has("optimizer")) json["optimizer"] = arguments.text("optimizer");
  // All that have the engine's names, with a dash for its underscore; a few are shorter here.
  const std::pair<const char*, const char*> numbers[] = {
      {"lr", "learning_rate"},    {"lr-steps", "schedule_steps"}, {"lr-factor", "schedule_factor"},
      {"warmup", "warmup_steps"}, {"momentum", "momentum"},       {"rho", "rho"},
      {"epsilon", "epsilon"},     {"weight-decay", "weight_decay"}, {"l1-decay", "l1_decay"},
      {"batch", "batch_size"},    {"accumulate", "accumulate"},   {"clip-norm", "clip_norm"},
      {"clip-value", "clip_value"}, {"validation", "validation"}, {"patience", "patience"},
      {"seed", "seed"},
  };
  for (const auto& [option, key] : numbers) {
    if (arguments.has(option)) json[key] = arguments.number(option, 0);
  }
  if (arguments.has("lr-schedule")) json["schedule"] = arguments.text("lr-schedule");
  if (arguments.has("freeze")) json["freeze"] = arguments.text("freeze");
  json["augment"] = parse_augment(arguments.text("augment"));
  TrainerOptions options;
  read_options(json, "", options);
  return options;
}

Recipe read_recipe(const Arguments& arguments) {
  Recipe recipe;
  recipe.data = arguments.text("data", "mnist");
  recipe.epochs = arguments.whole("epochs", 5, 1, 100000);
  recipe.limit = static_cast<std::size_t>(arguments.whole("limit", 0, 0, 1000000000));
  recipe.extra_strokes = arguments.text("extra-strokes");
  recipe.options = read_trainer_options(arguments);
  recipe.schedule_fits = !arguments.has("lr-steps");
  if (recipe.options.patience > 0 && recipe.options.validation == 0) {
    throw UsageError("--patience needs --validation: early stopping looks at images that are held out.");
  }
  return recipe;
}

struct TrainingData {
  Dataset train;
  std::size_t drawings = 0;
};

// Drawings join the set, so that every epoch mixes both.
TrainingData read_training_data(const Recipe& recipe, const std::string& directory, int classes) {
  TrainingData data{read_dataset(directory, recipe.data, "train", classes, recipe.limit)};
  if (recipe.extra_strokes.empty()) return data;
  const Dataset pictures = std::move(data.train);
  const DrawingOptions options = fitting_options(Preprocessing{}, pictures.shape());
  const Dataset drawings = rasterize_all(read_drawings(recipe.extra_strokes, options, classes), options, classes);
  std::vector<std::uint8_t> pixels, labels;
  for (const Dataset* set : {&pictures, &drawings}) {
    if (set->size() > 0) pixels.insert(pixels.end(), set->image(0), set->image(0) + set->size() * set->shape().size());
    for (std::size_t i = 0; i < set->size(); ++i) labels.push_back(set->label(i));
  }
  data.train = Dataset(pictures.shape(), classes, 0);
  data.train.append_raw(pixels.data(), labels.data(), labels.size());
  data.drawings = drawings.size();
  return data;
}

// The net to train: a preset or definition with numbers drawn from the seed, or a model that goes on from its own.
Model start_model(const NetSource& source, int seed) {
  if (source.kind == NetKind::model) return read_model(source.path);
  const Definition definition = read_definition(source.path);
  try {
    return {std::make_unique<Net>(definition, static_cast<std::uint64_t>(seed)), Json::object()};
  } catch (const Error& e) {
    throw Error(e.code(), "", source.path + ": " + e.what());
  }
}

struct Outcome {
  Json epochs = Json::array();
  double seconds = 0;  // of training alone
  long images = 0;
  bool stopped_early = false;
  std::string diverged;  // why it stopped early; empty: it did not
};

class Session {
 public:
  Session(Net& net, const TrainingData& data, const Recipe& recipe, Progress& progress)
      : net_(net),
        data_(data),
        recipe_(recipe),
        progress_(progress),
        trainer_(net, &data.train, recipe.options),
        images_(data.train.size() - trainer_.held_out().size()) {
    if (recipe.options.schedule == Schedule::constant || !recipe.schedule_fits) return;
    const auto batch = static_cast<std::size_t>(recipe.options.batch_size);
    const auto steps = static_cast<double>(recipe.epochs) * static_cast<double>((images_ + batch - 1) / batch);
    const double parts = recipe.options.schedule == Schedule::step ? 3 : 1;
    TrainerOptions options = recipe.options;
    options.schedule_steps = static_cast<int>(std::min(std::max(1.0, std::ceil(steps / parts)), 1e9));
    trainer_.configure(options);
  }

  const TrainerOptions& options() const { return trainer_.options(); }
  std::size_t images() const { return images_; }

  Outcome run() {
    Outcome outcome;
    for (long epoch = 1; epoch <= recipe_.epochs && outcome.diverged.empty() && !outcome.stopped_early; ++epoch) run_epoch(epoch, outcome);
    return outcome;
  }

 private:
  void run_epoch(long epoch, Outcome& outcome) {
    const Clock clock;
    double loss = 0, correct = 0;
    long images = 0;
    for (bool end = false; !end;) {
      const long before = last_images_;
      const StepResult step = trainer_.step();
      if (step.state == StepState::diverged) {
        outcome.diverged = step.message;
        break;
      }
      last_images_ = step.images;
      const long batch = step.images - before;
      loss += step.loss * static_cast<double>(batch);
      correct += step.accuracy * static_cast<double>(batch);
      images += batch;
      end = step.epoch_end;
      const double speed = static_cast<double>(images) / clock.seconds();
      progress_.show(static_cast<std::size_t>(images), images_,
                     "epoch " + std::to_string(epoch) + "/" + std::to_string(recipe_.epochs) + ", loss " +
                         fixed(loss / static_cast<double>(images), 4) + ", accuracy " +
                         percent(correct / static_cast<double>(images)) + ", " + fixed(speed, 0) + " images/s");
    }
    const double seconds = clock.seconds();
    outcome.seconds += seconds;
    outcome.images += images;
    if (images == 0 || !outcome.diverged.empty()) return;

    Json entry;
    entry["epoch"] = epoch;
    entry["loss"] = loss / static_cast<double>(images);
    entry["accuracy"] = correct / static_cast<double>(images);
    std::string line = "epoch " + std::to_string(epoch) + "/" + std::to_string(recipe_.epochs) + ": loss " +
                       fixed(loss / static_cast<double>(images), 4) + ", accuracy " +
                       percent(correct / static_cast<double>(images));
    if (!trainer_.held_out().empty()) {
      const Score score = evaluate(Evaluation(net_, data_.train, trainer_.held_out()), progress_);
      entry["validation_loss"] = score.loss;
      entry["validation_accuracy"] = score.accuracy;
      line += ", validation loss " + fixed(score.loss, 4) + ", accuracy " + percent(score.accuracy);
      outcome.stopped_early = trainer_.should_stop(score.loss);
      if (outcome.stopped_early) line += ": no better for " + std::to_string(recipe_.options.patience) + ", stopped";
    }
    entry["seconds"] = seconds;
    entry["images_per_second"] = static_cast<double>(images) / seconds;
    outcome.epochs.push_back(std::move(entry));
    progress_.note(line + " (" + fixed(seconds, 1) + " s, " + fixed(static_cast<double>(images) / seconds, 0) +
                   " images/s)");
  }

  Net& net_;
  const TrainingData& data_;
  const Recipe& recipe_;
  Progress& progress_;
  Trainer trainer_;
  std::size_t images_;  // of an epoch
  long last_images_ = 0;
};

Json recipe_json(const Recipe& recipe, const Session& session, const TrainingData& data) {
  Json json = write_options(session.options());
  json["epochs"] = recipe.epochs;
  json["images"] = session.images();
  if (data.drawings > 0) json["drawings"] = data.drawings;
  return json;
}

// How the net does on drawings that it has not seen.
Score score_drawings(Net& net, const std::string& path, const Shape& shape, int classes, Progress& progress) {
  const DrawingOptions options = fitting_options(Preprocessing{}, shape);
  const Dataset set = rasterize_all(read_drawings(path, options, classes), options, classes);
  if (set.size() == 0) throw Error(ErrorCode::bad_file, "", path + ": there is no drawing in it.");
  return evaluate(net, set, progress);
}

void run(const Arguments& arguments) {
  const Recipe recipe = read_recipe(arguments);
  const std::vector<std::string> storages(std::begin(EnumNames<Storage>::names), std::end(EnumNames<Storage>::names));
  const std::string storage_name = arguments.choice("storage", storages[0], storages);
  const auto storage =
      static_cast<Storage>(std::find(storages.begin(), storages.end(), storage_name) - storages.begin());
  const NetSource source = find_net(arguments.operands()[0]);
  Model model = start_model(source, recipe.options.seed);
  Net& net = *model.net;
  const int classes = net.graph()[net.graph().output()].shape.c;
  const std::string directory = data_directory(arguments);
  const TrainingData data = read_training_data(recipe, directory, classes);
  const Dataset test = read_dataset(directory, recipe.data, "test", classes, 0);

  Progress progress(arguments.has("quiet"));
  Session session(net, data, recipe, progress);
  const Outcome outcome = session.run();
  const std::string out = arguments.text("out");
  // Rounded to the file's numbers first: what is measured and told is what the file holds.
  if (!out.empty() && storage != Storage::float32) {
    const std::vector<std::uint8_t> rounded = save_model(net, Json::object(), storage);
    const Model again = load_model(rounded.data(), rounded.size());
    std::copy(again.net->parameters(), again.net->parameters() + again.net->parameter_values(), net.parameters());
  }
  const Score score = evaluate(net, test, progress);

  Json record;
  record["data"] = recipe.data;
  record["classes"] = class_names(recipe.data, classes);
  write_score(score, record);
  record["seed"] = recipe.options.seed;
  record["recipe"] = recipe_json(recipe, session, data);
  if (arguments.has("test-strokes")) {
    const Score drawn = score_drawings(net, arguments.text("test-strokes"), test.shape(), classes, progress);
    write_score(drawn, record["drawings"]);
  }
  if (!outcome.diverged.empty()) record["diverged"] = outcome.diverged;
  if (!out.empty()) write_file(out, save_model(net, record, storage));

  const double speed = static_cast<double>(outcome.images) / outcome.seconds;
  if (arguments.json()) {
    Json json;
    json["net"] = source.name;
    json.update(record);
    json["confusion"] = score.confusion;
    json["seconds"] = outcome.seconds;
    json["images_per_second"] = speed;
    json["epochs"] = outcome.epochs;
    print_json(json);
  } else {
    std::string text = source.name + " on " + recipe.data + ": test accuracy " + percent(score.accuracy) + ", " +
                       std::to_string(score.errors) + " errors of " + std::to_string(score.total) + "; trained " +
                       fixed(outcome.seconds, 1) + " s, " + fixed(speed, 0) + " images/s\n";
    if (record.contains("drawings")) {
      text += "drawings: accuracy " + percent(record["drawings"]["accuracy"].get<double>()) + ", " +
              record["drawings"]["errors"].dump() + " errors of " + record["drawings"]["total"].dump() + "\n";
    }
    print(text + (out.empty() ? "" : "written to " + out + "\n"));
  }
  if (!outcome.diverged.empty()) throw Error(ErrorCode::diverged, "training", outcome.diverged);
}

}  // namespace

Command train_command() {
  Usage usage;
  usage.name = "train";
  usage.operands = "<net>";
  usage.least_operands = usage.most_operands = 1;
  usage.summary = "Trains a net and measures it on the test set.";
  usage.options = {
      {"data", "NAME", "data set: mnist (default) or fashion-mnist"},
      {"epochs", "N", "passes through the training set (default 5)"},
      {"batch", "N", "images per step (default 32)"},
      {"optimizer", "NAME", "adam (default), sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adamw"},
      {"rho", "R", "of adadelta and rmsprop (default 0.95)"},
      {"epsilon", "E", "of adagrad, adadelta, rmsprop, adam and adamw (default 1e-7; adadelta likes 1e-6 and a rate of 1)"},
      {"lr", "RATE", "learning rate (default 0.001)"},
      {"lr-schedule", "NAME", "constant (default), step, cosine or one_cycle"},
      {"lr-steps", "N", "length of cosine and one_cycle (default: all steps); steps between two drops of step (a third)"},
      {"lr-factor", "F", "what a drop of step multiplies the rate by (default 0.1)"},
      {"warmup", "N", "steps over which the rate grows to its value (default 0)"},
      {"momentum", "M", "of momentum and nesterov (default 0.9)"},
      {"weight-decay", "D", "L2: D * w is added to the gradient of kernels (default 0); adamw takes it off apart"},
      {"l1-decay", "D", "L1: D * sign(w) is added to the gradient of kernels (default 0)"},
      {"clip-norm", "N", "longest gradient over all parameters together (default 0: any)"},
      {"clip-value", "V", "greatest element of the gradient (default 0: any)"},
      {"accumulate", "K", "batches whose mean gradient makes one update (default 1)"},
      {"freeze", "PATTERNS", "layers or parameters that stay as they are, like \"conv*\" or \"*,!logits\""},
      {"augment", "LIST", "random changes, like shift=1,rotate=8; see cnn describe"},
      {"seed", "N", "of weights, order and chance (default 1); the same seed gives the same net"},
      {"validation", "SHARE", "share of the training set to hold out and report every epoch (default 0)"},
      {"patience", "N", "stop after N epochs without a better loss on the held-out images (default 0: never)"},
      {"limit", "N", "only the first N training images"},
      {"extra-strokes", "FILE", "labelled drawings to mix in: [{\"label\": 3, \"strokes\": [...]}, ...]"},
      {"test-strokes", "FILE", "labelled drawings to measure the trained net with"},
      {"out", "FILE", "where to write the model"},
      {"storage", "KIND",
       "numbers of the model file: float32 (default, exact), float16 (half the size) or int6 (a quarter)"},
      {"quiet", "", "no progress"},
      {"data-dir", "FOLDER", "where the data sets are (default: build/data of the repository)"},
  };
  usage.more =
      "<net> is a preset or a definition (.json), which starts from random weights, or a model file (.cnn),\n"
      "which goes on.\n"
      "With --json: {\"accuracy\", \"errors\", \"confusion\", \"seconds\", \"images_per_second\", \"epochs\": [...]};\n"
      "accuracy is that of the test set at the end, seconds are those of training alone.\n"
      "When the loss explodes, training stops (exit code 1); --out then holds the last good weights.\n\n"
      "  cnn train lenet5 --data mnist --epochs 5 --batch 32 --optimizer adam --seed 1 --out lenet5.cnn\n"
      "  cnn train my-net.json --data fashion-mnist --validation 0.2 --augment shift=2,rotate=5\n";
  return {usage, &run};
}

}  // namespace cnn::cli
