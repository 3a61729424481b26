#include "engine/explain/step.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/explain/nets.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

constexpr const char* kNet = R"({"layers": [
  {"type": "input", "name": "pixels", "shape": [6, 6, 1]},
  {"type": "conv2d", "name": "conv", "filters": 4, "padding": "same"},
  {"type": "batch_norm", "name": "norm", "activation": "relu"},
  {"type": "pool2d", "name": "pool", "kernel": 2},
  {"type": "dropout", "name": "drop", "rate": 0.3},
  {"type": "flatten"},
  {"type": "dense", "name": "logits", "units": 4},
  {"type": "softmax", "name": "classes"}]})";

struct Training {
  Net net;
  Dataset data;
  Trainer trainer;
  StepExplainer explainer;

  explicit Training(const TrainerOptions& options)
      : net(parse_definition(std::string(kNet)), 5),
        data({6, 6, 1}, TinySet::kClasses, 40),
        trainer(net, &data, options),
        explainer(net, trainer) {
    TinySet(40).append_to(data, 0, 40);
  }

  std::vector<Real> weights() const { return {net.parameters(), net.parameters() + net.parameter_values()}; }
  Answer ask(Json query) { return explainer.answer(query); }
  Answer ask(const char* about) {
    Json query;
    query["about"] = about;
    return ask(query);
  }
};

TrainerOptions options_of(Optimizer optimizer) {
  TrainerOptions options;
  options.optimizer = optimizer;
  options.batch_size = 8;
  options.learning_rate = 0.01;
  options.weight_decay = 0.01;
  options.augment.shift = 1;
  return options;
}

}  // namespace

TEST_CASE("step: what the update of a weight will do is what the step does, to the bit") {
  for (const Optimizer optimizer : {Optimizer::sgd, Optimizer::momentum, Optimizer::nesterov, Optimizer::adam}) {
    Training t(options_of(optimizer));
    for (int step = 0; step < 3; ++step) {
      std::vector<Answer> answers;
      for (const ParameterSlot& slot : t.net.slots()) {
        Json query;
        query["about"] = "update";
        query["parameter"] = slot.address;
        query["element"] = static_cast<int>(slot.count) - 1;
        answers.push_back(t.ask(query));
      }
      const std::vector<Real> before = t.weights();
      REQUIRE(t.trainer.step().state == StepState::trained);
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const ParameterSlot& slot = t.net.slots()[i];
        const std::size_t at = slot.offset + slot.count - 1;
        const Json& json = answers[i].json;
        CAPTURE(json.dump());
        CHECK(json["before"].get<Real>() == before[at]);
        CHECK(json["after"].get<Real>() == t.net.parameters()[at]);
        CHECK(json["update"].get<int>() == step + 1);
        if (!slot.spec->trainable) continue;
        // The numbers shown follow the rule.
        const double rate = 0.01, g = json["gradient"].get<double>() + (slot.spec->decays ? 0.01 : 0) * before[at];
        const Json& moments = json["moments"];
        if (optimizer == Optimizer::sgd) {
          CHECK(moments.size() == 0);
          CHECK(json["after"].get<double>() == Approx(before[at] - rate * g).margin(1e-7));
        } else if (optimizer == Optimizer::momentum) {
          CHECK(moments[0]["after"].get<double>() == Approx(0.9 * moments[0]["before"].get<double>() + g).margin(1e-7));
        } else if (optimizer == Optimizer::adam) {
          CHECK(moments[0]["after"].get<double>() == Approx(0.9 * moments[0]["before"].get<double>() + 0.1 * g).margin(1e-7));
          CHECK(moments.size() == 2);
        }
      }
    }
  }
}

TEST_CASE("step: gradients that wait for more batches come into the update of the last of them") {
  TrainerOptions options = options_of(Optimizer::momentum);
  options.accumulate = 3;
  Training t(options);
  const ParameterSlot& slot = t.net.need_slot("conv/kernel");
  Json query;
  query["about"] = "update";
  query["parameter"] = slot.address;
  query["element"] = 7;
  const std::size_t at = slot.offset + 7;
  for (int step = 0; step < 7; ++step) {
    const Json told = t.ask(query).json;
    const Json statistics = t.ask("statistics").json;
    CAPTURE(step, told.dump());
    const std::vector<Real> before = t.weights();
    REQUIRE(t.trainer.step().state == StepState::trained);
    CHECK(told["batches"].get<int>() == step % 3 + 1);
    CHECK(told["waits"].get<bool>() == (step % 3 != 2));
    CHECK(told["update"].get<int>() == (step + 1) / 3);
    CHECK(told["after"].get<double>() == Approx(t.net.parameters()[at]).margin(1e-7));
    CHECK((before[at] == t.net.parameters()[at]) == (step % 3 != 2));
    CHECK((statistics["parameters"][slot.index]["update"].get<double>() == 0) == (step % 3 != 2));
    if (step % 3 != 2) continue;
    const double g = told["gradient"].get<double>() + 0.01 * before[at];
    const Json& moment = told["moments"][0];
    CHECK(moment["after"].get<double>() == Approx(0.9 * moment["before"].get<double>() + g).margin(1e-7));
    CHECK(told["after"].get<double>() == Approx(before[at] - 0.01 * moment["after"].get<double>()).margin(1e-7));
  }
}

TEST_CASE("step: looking does not change what follows") {
  Training looked(options_of(Optimizer::adam)), alone(options_of(Optimizer::adam));
  for (int step = 0; step < 8; ++step) {
    looked.ask("statistics");
    looked.ask("batch");
    looked.trainer.step();
    alone.trainer.step();
  }
  CHECK(looked.weights() == alone.weights());
  CHECK(looked.trainer.checkpoint() == alone.trainer.checkpoint());
}

TEST_CASE("step: statistics tell the loss and the size of the updates to come") {
  Training t(options_of(Optimizer::adam));
  t.trainer.step();
  const Json statistics = t.ask("statistics").json;
  const std::vector<Real> before = t.weights();
  const StepResult result = t.trainer.step();
  CHECK(statistics["images"].get<int>() == 8);
  CHECK(statistics["loss"].get<double>() == result.loss);
  CHECK(statistics["accuracy"].get<double>() == result.accuracy);
  for (std::size_t i = 0; i < t.net.slots().size(); ++i) {
    const ParameterSlot& slot = t.net.slots()[i];
    double moved = 0, size = 0;
    for (std::size_t k = slot.offset; k < slot.offset + slot.count; ++k) {
      moved += std::pow(double(t.net.parameters()[k]) - before[k], 2);
      size += double(before[k]) * before[k];
    }
    CAPTURE(slot.address);
    CHECK(statistics["parameters"][i]["update"].get<double>() == Approx(std::sqrt(moved)));
    if (size > 0) CHECK(statistics["parameters"][i]["ratio"].get<double>() == Approx(std::sqrt(moved / size)));
  }
}

TEST_CASE("step: positions are those of training mode, with the batch's mean and this step's mask") {
  Training t(options_of(Optimizer::sgd));
  const Answer batch = t.ask("batch");
  CHECK(batch.json["labels"].size() == 8);
  const std::vector<Real> images = array(batch, "images");
  CHECK(images.size() == 8 * 36);
  const auto position = [&](const char* about, const char* node, int image, int row, int channel) {
    Json query;
    query["about"] = about;
    query["node"] = node;
    query["image"] = image;
    query["row"] = row;
    query["channel"] = channel;
    return t.ask(query);
  };
  CHECK(position("position", "pixels", 5, 2, 0).json["result"].get<Real>() == images[5 * 36 + 2 * 6]);

  // The statistics stand for all that the norm normalises.
  const Answer norm = position("position", "norm", 3, 1, 2);
  const Json& numbers = norm.json["numbers"];
  CHECK((numbers["images"].get<int>() == 8 && numbers["rows"].get<int>() == 6 && numbers["columns"].get<int>() == 6));
  double sum = 0;
  int kept = 0, dropped = 0;
  for (int image = 0; image < 8; ++image) {
    for (int row = 0; row < 6; ++row) {
      for (int column = 0; column < 6; ++column) {
        Json query;
        query["about"] = "position";
        query["node"] = "conv";
        query["image"] = image;
        query["row"] = row;
        query["column"] = column;
        query["channel"] = 2;
        sum += t.ask(query).json["result"].get<double>() / (8 * 36);
      }
    }
    const Answer mask = position("position", "drop", image, 1, 1);
    const Real weight = array(mask, "weight")[0];
    CHECK((weight == 0 || weight == Approx(1 / 0.7)));
    (weight == 0 ? dropped : kept)++;
    CHECK(mask.json["result"].get<Real>() == array(mask, "value")[0] * weight);
  }
  CHECK(kept > 0);
  CHECK(numbers["mean"].get<double>() == Approx(sum).margin(1e-5));

  // Backward through the batch's statistics, and the sum over the batch for a weight.
  for (int image = 0; image < 8; image += 3) {
    const Answer back = position("backward", "conv", image, 2, 1);
    const double gradient = back.json["gradient"].get<double>();
    double scale = std::abs(gradient);
    for (const Real product : array(back, "product")) scale += std::abs(product);
    CHECK(back.json["sum"].get<double>() == Approx(gradient).margin(1e-5 * scale + 1e-8));
    CHECK(back.json["consumers"][0]["numbers"].contains("mean_gradient"));
  }
  Json query;
  query["about"] = "parameter";
  query["parameter"] = "conv/kernel";
  query["element"] = 7;
  const Json parameter = t.ask(query).json;
  CHECK(parameter["sum"].get<double>() == Approx(parameter["gradient"].get<double>()).margin(1e-6));
  CHECK(parameter["total"].get<int>() == 8 * 36);
}

TEST_CASE("step: without images there is nothing to look at") {
  Net net(parse_definition(std::string(kNet)), 5);
  Dataset data({6, 6, 1}, TinySet::kClasses, 40);
  Trainer trainer(net, &data, options_of(Optimizer::sgd));
  StepExplainer explainer(net, trainer);
  Json query;
  query["about"] = "batch";
  expect_error([&] { explainer.answer(query); }, ErrorCode::not_found,
               "[query] is about a step whose images have not arrived yet.");
  TinySet(40).append_to(data, 0, 40);
  CHECK(explainer.answer(query).json["labels"].size() == 8);
  query["about"] = "ascent";
  expect_error([&] { explainer.answer(query); }, ErrorCode::invalid_value, "[query] is not about a step.");
}
