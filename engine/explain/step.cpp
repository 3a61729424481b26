#include "engine/explain/step.h"

#include <algorithm>
#include <cmath>

#include "engine/core/error.h"
#include "engine/explain/backward.h"
#include "engine/explain/position.h"
#include "engine/explain/statistics.h"

namespace cnn {

namespace {

Answer explain_batch(const Scene& scene) {
  const Shape& input = scene.graph().input_shape();
  Answer answer;
  answer.json["labels"] = scene.labels();
  answer.add("images", {static_cast<int>(scene.labels().size()), input.h, input.w, input.c},
             scene.activation(0).data);
  return answer;
}

// `gradients` are the sum over `batches`.
Answer explain_update(const Scene& scene, const Query& query, const Trainer& trainer, const Real* gradients, int batches,
                      const OptimizerState& after, const Real* updated) {
  const ParameterSlot& slot = scene.net().need_slot(query.parameter);
  const std::size_t at = scene.element(slot, query.element);
  const OptimizerState& before = trainer.optimizer();
  Answer answer;
  Json& json = answer.json;
  json["parameter"] = slot.address;
  json["element"] = query.element;
  json["options"] = write_options(trainer.options());
  json["trainable"] = slot.spec->trainable;
  json["decays"] = slot.spec->decays;
  json["update"] = after.updates();
  json["before"] = scene.net().parameters()[at];
  json["gradient"] = gradients[at] / static_cast<Real>(batches);
  json["batches"] = batches;
  json["waits"] = batches < trainer.options().accumulate;
  json["moments"] = Json::array();
  for (int i = 0; i < 2; ++i) {
    if (before.moment(i).size() == 0) continue;
    Json moment;
    moment["before"] = before.moment(i)[at];
    moment["after"] = after.moment(i)[at];
    json["moments"].push_back(std::move(moment));
  }
  json["after"] = updated[at];
  return answer;
}

// How far the step moves each parameter: ‖Δw‖ and ‖Δw‖ / ‖w‖.
void add_updates(const Net& net, const Real* updated, Json& parameters) {
  for (std::size_t i = 0; i < net.slots().size(); ++i) {
    const ParameterSlot& slot = net.slots()[i];
    double moved = 0, size = 0;
    for (std::size_t k = slot.offset; k < slot.offset + slot.count; ++k) {
      const double before = net.parameters()[k], delta = updated[k] - before;
      moved += delta * delta;
      size += before * before;
    }
    Json& entry = parameters[i];
    entry["update"] = std::sqrt(moved);
    if (size > 0) entry["ratio"] = std::sqrt(moved / size);
  }
}

}  // namespace

StepExplainer::StepExplainer(const Net& net, const Trainer& trainer)
    : net_(net), trainer_(trainer), copy_(net.graph().definition(), 0) {}

Answer StepExplainer::answer(const Json& json) {
  Query query;
  read_fields(json, "query", "", {}, query);
  const int batch = trainer_.upcoming();
  if (batch == 0) fail(ErrorCode::not_found, "query", "is about a step whose images have not arrived yet.");
  if (run_ == nullptr || run_->capacity() < batch) run_ = std::make_unique<Run>(copy_, batch, Purpose::inspection);
  const std::size_t count = net_.parameter_values();
  std::copy_n(net_.parameters(), count, copy_.parameters());
  std::vector<std::int32_t> labels(batch);
  Random dropout(0);
  trainer_.preview(*run_, labels.data(), dropout);
  run_->forward(batch, Mode::training, &dropout);
  // The running averages have moved; what is asked about is what the step begins with.
  Buffer<Real> updated(count);
  std::copy_n(copy_.parameters(), count, updated.data());
  std::copy_n(net_.parameters(), count, copy_.parameters());
  Scene scene(copy_, *run_, labels);
  switch (query.about) {
    case About::position: return explain_position(scene, query);
    case About::backward: return explain_backward(scene, query);
    case About::parameter: return explain_parameter(scene, query);
    case About::batch: return explain_batch(scene);
    case About::statistics:
    case About::update: break;
    default: fail(ErrorCode::invalid_value, "query", "is not about a step.");
  }
  scene.differentiate();
  OptimizerState optimizer = trainer_.optimizer().copy(net_);
  Buffer<Real> gradients(count);
  std::copy_n(run_->parameter_gradients(), count, gradients.data());
  const int batches = trainer_.update(optimizer, gradients.data(), updated.data());
  if (query.about == About::update) {
    return explain_update(scene, query, trainer_, gradients.data(), batches, optimizer, updated.data());
  }
  Answer answer = explain_statistics(scene, query);
  add_updates(net_, updated.data(), answer.json["parameters"]);
  return answer;
}

}  // namespace cnn
