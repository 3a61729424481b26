#include "engine/train/options.h"
#include "wasm/api_support.h"

namespace cnn::api {

namespace {

const char* state_name(StepState state) {
  switch (state) {
    case StepState::trained: return "trained";
    case StepState::waiting: return "waiting";
    case StepState::diverged: return "diverged";
  }
  return "diverged";
}

std::string report(const StepResult& result) {
  Json json;
  json["state"] = state_name(result.state);
  json["step"] = result.step;
  json["epoch"] = result.epoch;
  json["epoch_end"] = result.epoch_end;
  json["images"] = result.images;
  json["loss"] = number(result.loss);
  json["accuracy"] = number(result.accuracy);
  json["learning_rate"] = number(result.learning_rate);
  if (result.state == StepState::diverged) {
    json["message"] = result.message;
    json["kept_step"] = result.kept_step;
  }
  return write_json(json);
}

// Preprocessed images of the caller, one label each.
void check_batch(const cnn_trainer& handle, const float* images, std::size_t count, const std::uint8_t* labels,
                 std::size_t batch) {
  need(images, count, "images");
  need(labels, batch, "labels");
  if (batch < 1 || batch > 65536) {
    fail(ErrorCode::invalid_value, "labels", "must be 1 to 65536. Got {}.", batch);
  }
  const std::uint64_t wanted = std::uint64_t(handle.net->graph().input_shape().size()) * batch;
  if (count != wanted) {
    fail(ErrorCode::shape_mismatch, "images", "must be {} values. Got {}.", wanted, count);
  }
}

std::string report(const Evaluation& evaluation) {
  Json confusion = Json::array();
  for (int truth = 0; truth < evaluation.classes(); ++truth) {
    Json row = Json::array();
    for (int predicted = 0; predicted < evaluation.classes(); ++predicted) {
      row.push_back(evaluation.confusion()[static_cast<std::size_t>(truth) * evaluation.classes() + predicted]);
    }
    confusion.push_back(std::move(row));
  }
  Json json;
  json["done"] = evaluation.done();
  json["seen"] = evaluation.seen();
  json["total"] = evaluation.total();
  json["errors"] = evaluation.errors();
  json["accuracy"] = number(evaluation.accuracy());
  json["loss"] = number(evaluation.loss());
  json["confusion"] = std::move(confusion);
  return write_json(json);
}

}  // namespace

}  // namespace cnn::api

using namespace cnn;
using namespace cnn::api;

// ---- data sets

cnn_status cnn_dataset_create(int h, int w, int c, int classes, size_t expected, cnn_dataset** out) noexcept {
  return guard([&] {
    need(out, "out");
    const Shape shape{h, w, c};
    const double values = static_cast<double>(h) * w * c;
    if (h < 1 || w < 1 || c < 1 || h > kMaxExtent || w > kMaxExtent || c > kMaxExtent || values > kMaxImageValues) {
      fail(ErrorCode::invalid_value, "data set", "cannot have pictures of this size. Got {}.", shape);
    }
    if (classes < 1 || classes > 256) {
      fail(ErrorCode::invalid_value, "data set", "must have 1 to 256 classes. Got {}.", classes);
    }
    auto handle = std::make_unique<cnn_dataset>();
    handle->data = std::make_shared<Dataset>(shape, classes, expected);
    *out = handle.release();
  });
}

void cnn_dataset_destroy(cnn_dataset* data) noexcept { delete data; }

cnn_status cnn_dataset_append(cnn_dataset* data, const uint8_t* idx, size_t size) noexcept {
  return guard([&] {
    const Span<const std::uint8_t> bytes = need(idx, size, "idx file");
    need(data, "data set").data->append(bytes.data, bytes.size);
  });
}

size_t cnn_dataset_count(const cnn_dataset* data) noexcept { return data == nullptr ? 0 : data->data->size(); }

cnn_status cnn_dataset_image(cnn_dataset* data, size_t index, cnn_bytes* image, int* label) noexcept {
  return guard([&] {
    need(image, "image");
    need(label, "label");
    const Dataset& set = *need(data, "data set").data;
    if (index >= set.size()) {
      fail(ErrorCode::not_found, "data set", "has no image {}: there are {}.", index, set.size());
    }
    *image = {set.image(index), set.shape().size()};
    *label = set.label(index);
  });
}

// ---- training

cnn_status cnn_trainer_create(cnn_net* net, cnn_dataset* data, const char* options, size_t size,
                              cnn_trainer** out) noexcept {
  return guard([&] {
    need(out, "out");
    auto handle = std::make_unique<cnn_trainer>();
    handle->net = need(net, "net").net;
    if (data != nullptr) handle->data = data->data;
    TrainerOptions read;
    read_options(need_json(options, size, "trainer"), "", read);
    handle->trainer = std::make_unique<Trainer>(*handle->net, handle->data.get(), read);
    *out = handle.release();
  });
}

void cnn_trainer_destroy(cnn_trainer* trainer) noexcept { delete trainer; }

cnn_status cnn_trainer_configure(cnn_trainer* trainer, const char* options, size_t size) noexcept {
  return guard([&] {
    Trainer& target = *need(trainer, "trainer").trainer;
    TrainerOptions changed = target.options();
    read_options(need_json(options, size, "trainer"), "", changed);
    target.configure(changed);
  });
}

cnn_status cnn_trainer_step(cnn_trainer* trainer, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    if (handle.data == nullptr) fail(ErrorCode::invalid_value, "trainer", "has no data set to take a step on.");
    const StepResult result = handle.trainer->step();
    handle.outbox.give(report(result), out);
  });
}

cnn_status cnn_trainer_step_on(cnn_trainer* trainer, const float* images, size_t count, const uint8_t* labels,
                               size_t batch, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    check_batch(handle, images, count, labels, batch);
    const StepResult result = handle.trainer->step_on(images, labels, static_cast<int>(batch));
    handle.outbox.give(report(result), out);
  });
}

cnn_status cnn_trainer_begin(cnn_trainer* trainer, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    handle.outbox.give(report(handle.trainer->begin()), out);
  });
}

cnn_status cnn_trainer_begin_on(cnn_trainer* trainer, const float* images, size_t count, const uint8_t* labels, size_t batch,
                                cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    check_batch(handle, images, count, labels, batch);
    handle.outbox.give(report(handle.trainer->begin_on(images, labels, static_cast<int>(batch))), out);
  });
}

cnn_status cnn_trainer_compute(cnn_trainer* trainer, int first, int images) noexcept {
  return guard([&] { need(trainer, "trainer").trainer->compute(first, images); });
}

cnn_status cnn_trainer_add(cnn_trainer* trainer, const float* gradients, size_t count, size_t offset) noexcept {
  return guard([&] {
    need(trainer, "trainer").trainer->add(need(gradients, count, "gradients").data, offset, count);
  });
}

cnn_status cnn_trainer_add_loss(cnn_trainer* trainer, int images, double loss, int correct) noexcept {
  return guard([&] {
    LossReport of;
    of.loss = loss;
    of.correct = correct;
    need(trainer, "trainer").trainer->add_loss(images, of);
  });
}

cnn_status cnn_trainer_settle(cnn_trainer* trainer, int* settled) noexcept {
  return guard([&] {
    need(settled, "settled");
    *settled = need(trainer, "trainer").trainer->settle() ? 1 : 0;
  });
}

cnn_status cnn_trainer_draw_ahead(cnn_trainer* trainer) noexcept {
  return guard([&] { need(trainer, "trainer").trainer->draw_ahead(); });
}

size_t cnn_trainer_late_from(const cnn_trainer* trainer) noexcept {
  return trainer == nullptr ? 0 : trainer->trainer->late_from();
}

cnn_status cnn_trainer_finish(cnn_trainer* trainer, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    handle.outbox.give(report(handle.trainer->finish()), out);
  });
}

cnn_status cnn_trainer_share(cnn_trainer* trainer, const float* images, size_t count, const uint8_t* labels, size_t batch,
                             double share, uint64_t draw, cnn_floats* gradients, cnn_text* out) noexcept {
  return guard([&] {
    need(gradients, "gradients");
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    check_batch(handle, images, count, labels, batch);
    if (!(share > 0 && share <= 1)) fail(ErrorCode::invalid_value, "share", "must be above 0 and at most 1. Got {}.", share);
    const LossReport of = handle.trainer->share(images, labels, static_cast<int>(batch), share, draw);
    Json json;
    json["loss"] = number(of.loss);
    json["correct"] = of.correct;
    handle.outbox.give(write_json(json), out);
    const std::size_t late = handle.trainer->late_from();
    *gradients = {handle.trainer->gradients() + late, handle.net->parameter_values() - late};
  });
}

cnn_status cnn_trainer_share_rest(cnn_trainer* trainer, cnn_floats* gradients) noexcept {
  return guard([&] {
    need(gradients, "gradients");
    Trainer& target = *need(trainer, "trainer").trainer;
    target.share_rest();
    *gradients = {target.gradients(), target.late_from()};
  });
}

cnn_status cnn_trainer_order(cnn_trainer* trainer, cnn_bytes* order) noexcept {
  return guard([&] {
    need(order, "order");
    cnn_trainer& handle = need(trainer, "trainer");
    handle.outbox.give(handle.trainer->order(), order);
  });
}

cnn_status cnn_fulfil(const uint8_t* order, size_t size, cnn_bytes* out) noexcept {
  return guard([&] { library_outbox().give(fulfil(need(order, size, "order")), &need(out, "out")); });
}

cnn_status cnn_trainer_take(cnn_trainer* trainer, const uint8_t* order, size_t size) noexcept {
  return guard([&] { need(trainer, "trainer").trainer->take(need(order, size, "order")); });
}

cnn_status cnn_trainer_batch(cnn_trainer* trainer, cnn_floats* images, cnn_bytes* labels) noexcept {
  return guard([&] {
    need(images, "images");
    need(labels, "labels");
    cnn_trainer& handle = need(trainer, "trainer");
    const std::vector<std::int32_t>& classes = handle.trainer->labels();
    handle.outbox.give(std::vector<std::uint8_t>(classes.begin(), classes.end()), labels);
    *images = {handle.trainer->run().input(), classes.size() * handle.net->graph().input_shape().size()};
  });
}

cnn_status cnn_trainer_should_stop(cnn_trainer* trainer, double held_out_loss, int* stop) noexcept {
  return guard([&] {
    need(stop, "stop");
    *stop = need(trainer, "trainer").trainer->should_stop(held_out_loss) ? 1 : 0;
  });
}

cnn_status cnn_trainer_explain(cnn_trainer* trainer, const char* query, size_t size, cnn_text* out,
                               cnn_floats* values) noexcept {
  return guard([&] {
    need(out, "out");
    need(values, "values");
    cnn_trainer& handle = need(trainer, "trainer");
    const Json json = need_json(query, size, "query");
    if (handle.explainer == nullptr) handle.explainer = std::make_unique<StepExplainer>(*handle.net, *handle.trainer);
    handle.outbox.give(handle.explainer->answer(json), out, values);
  });
}

cnn_status cnn_trainer_checkpoint(cnn_trainer* trainer, cnn_bytes* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& handle = need(trainer, "trainer");
    handle.outbox.give(handle.trainer->checkpoint(), out);
  });
}

cnn_status cnn_trainer_restore(cnn_trainer* trainer, const uint8_t* bytes, size_t size) noexcept {
  return guard([&] {
    const Span<const std::uint8_t> state = need(bytes, size, "checkpoint");
    need(trainer, "trainer").trainer->restore(state.data, state.size);
  });
}

// ---- evaluation

cnn_status cnn_evaluation_create(cnn_net* net, cnn_dataset* data, size_t limit, cnn_evaluation** out) noexcept {
  return guard([&] {
    need(out, "out");
    auto handle = std::make_unique<cnn_evaluation>();
    handle->net = need(net, "net").net;
    handle->data = need(data, "data set").data;
    handle->evaluation = std::make_unique<Evaluation>(*handle->net, *handle->data, limit);
    *out = handle.release();
  });
}

cnn_status cnn_evaluation_create_held_out(cnn_trainer* trainer, size_t limit, cnn_evaluation** out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_trainer& source = need(trainer, "trainer");
    if (source.data == nullptr) fail(ErrorCode::invalid_value, "trainer", "has no data set to hold images out of.");
    auto handle = std::make_unique<cnn_evaluation>();
    handle->net = source.net;
    handle->data = source.data;
    std::vector<std::uint32_t> indices = source.trainer->held_out();
    if (limit > 0 && limit < indices.size()) indices.resize(limit);
    handle->evaluation = std::make_unique<Evaluation>(*handle->net, *handle->data, indices);
    *out = handle.release();
  });
}

void cnn_evaluation_destroy(cnn_evaluation* evaluation) noexcept { delete evaluation; }

cnn_status cnn_evaluation_step(cnn_evaluation* evaluation, size_t images, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_evaluation& handle = need(evaluation, "evaluation");
    handle.evaluation->step(images);
    handle.outbox.give(report(*handle.evaluation), out);
  });
}

cnn_status cnn_evaluation_answers(cnn_evaluation* evaluation, cnn_bytes* classes, cnn_floats* losses) noexcept {
  return guard([&] {
    need(classes, "classes");
    need(losses, "losses");
    const Evaluation& answered = *need(evaluation, "evaluation").evaluation;
    *classes = {answered.predicted().data(), answered.predicted().size()};
    *losses = {answered.losses().data(), answered.losses().size()};
  });
}
