#include <algorithm>
#include <cstring>

#include "engine/data/preprocess.h"
#include "engine/definition/fields.h"
#include "engine/describe/summary.h"
#include "engine/model/file.h"
#include "wasm/api_support.h"

namespace cnn::api {

namespace {

void check_batch(int batch) {
  if (batch < 1) {
    fail(ErrorCode::invalid_value, "batch", "must be at least 1. Got {}.", batch);
  }
}

void check_count(std::size_t count, std::uint64_t wanted, const char* what) {
  if (count == wanted) return;
  fail(ErrorCode::shape_mismatch, what, "must be {} values. Got {}.", wanted, count);
}

const float* need_images(const cnn_net& handle, const float* images, std::size_t count, int batch) {
  check_batch(batch);
  const Span<const float> values = need(images, count, "images");
  check_count(count, std::uint64_t(handle.net->graph().input_shape().size()) * batch, "images");
  return values.data;
}

// A run for `batch` images that can also go backward if asked. The old one stays when the new one does not fit.
Run& run_for(cnn_net& handle, int batch, bool backward) {
  const bool had_backward = handle.run != nullptr && handle.run->purpose() == Purpose::inspection;
  if (handle.run == nullptr || handle.run->capacity() < batch || (backward && !had_backward)) {
    const Purpose purpose = backward || had_backward ? Purpose::inspection : Purpose::inference;
    auto made = std::make_unique<Run>(*handle.net, batch, purpose);
    handle.run = std::move(made);
  }
  return *handle.run;
}

void forward(cnn_net& handle, Run& run, int batch) {
  run.forward(batch, Mode::inference);
  handle.differentiated = false;
}

// The pictures that the net takes before its preprocessing.
Shape picture_shape(const Net& net, std::uint64_t values, int h, int w) {
  const Shape& input = net.graph().input_shape();
  const Preprocessing& preprocessing = net.graph().definition().preprocessing;
  Shape shape{h, w, input.c};
  if (h == 0 && w == 0) {
    shape = input;
    const bool crops = preprocessing.crop_h > 0 || preprocessing.crop_w > 0;
    if (crops && values != input.size()) {
      const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(values) / input.c)));
      shape.h = shape.w = std::min(side, kMaxExtent);
    }
  }
  if (shape.h < 1 || shape.w < 1 || shape.h > kMaxExtent || shape.w > kMaxExtent) {
    fail(ErrorCode::invalid_value, "images", "height and width must be 1 to {}. Got {}.", kMaxExtent, shape);
  }
  const Shape read = preprocessed_shape(preprocessing, shape);
  if (read != input) {
    fail(ErrorCode::shape_mismatch, "images", "do not fit the net. Got {}, preprocessed {}, input {}.", shape, read,
         input);
  }
  return shape;
}

// MNIST's proportions (28 pixels, of them 20 for the digit, a pen of 2) for the picture size that the net wants.
DrawingOptions fitting_options(const Net& net, const Json& json, const DrawingOptions& read) {
  const Shape& input = net.graph().input_shape();
  const Preprocessing& preprocessing = net.graph().definition().preprocessing;
  const DrawingOptions usual;
  DrawingOptions options = read;
  if (!json.contains("size") && preprocessing.crop_h == 0 && preprocessing.crop_w == 0) {
    options.size = std::max(4, std::min(input.h, 512));
  }
  const double scale = static_cast<double>(options.size) / usual.size;
  if (!json.contains("box")) options.box = std::max(2, static_cast<int>(std::lround(usual.box * scale)));
  if (!json.contains("pen")) options.pen = usual.pen * scale;
  return options;
}

Run& need_pass(cnn_net& handle, bool backward) {
  if (handle.run == nullptr || handle.run->batch() == 0) {
    fail(ErrorCode::invalid_value, "net", "has not run yet: there are no activations.");
  }
  if (backward && !handle.differentiated) {
    fail(ErrorCode::invalid_value, "net", "has not gone backward since its last run: there are no gradients.");
  }
  return *handle.run;
}

Span<const float> tensor(cnn_net& handle, const std::string& kind, const std::string& address) {
  const Net& net = *handle.net;
  if (kind == "activation") return need_pass(handle, false).activation(net.need_node(address));
  if (kind == "gradient") {
    const Run& run = need_pass(handle, true);
    const Span<const float> gradient = run.gradient(net.need_node(address));
    if (gradient.data == nullptr) {
      fail(ErrorCode::not_found, "net", "keeps no gradient of \"{}\".", address);
    }
    return gradient;
  }
  if (kind == "parameter") {
    if (address.empty()) return {net.parameters(), net.parameter_values()};
    const ParameterSlot& slot = net.need_slot(address);
    return {net.parameters() + slot.offset, slot.count};
  }
  if (kind == "parameter_gradient") return need_pass(handle, true).parameter_gradient(net.need_slot(address));
  const std::vector<std::string> kinds = {"activation", "gradient", "parameter", "parameter_gradient"};
  fail(ErrorCode::not_found, "net", "has no kind of tensor \"{}\".{}", kind, suggestion(kind, kinds));
}

}  // namespace

}  // namespace cnn::api

using namespace cnn;
using namespace cnn::api;

cnn_status cnn_net_create(const char* definition, size_t size, uint64_t seed, cnn_net** out) noexcept {
  return guard([&] {
    need(out, "out");
    auto handle = std::make_unique<cnn_net>();
    handle->net = std::make_shared<Net>(parse_definition(need_text(definition, size, "definition")), seed);
    *out = handle.release();
  });
}

cnn_status cnn_net_load(const uint8_t* bytes, size_t size, cnn_net** out) noexcept {
  return guard([&] {
    need(out, "out");
    const Span<const std::uint8_t> file = need(bytes, size, "model file");
    Model model = load_model(file.data, file.size);
    auto handle = std::make_unique<cnn_net>();
    handle->net = std::move(model.net);
    handle->record = std::move(model.record);
    *out = handle.release();
  });
}

void cnn_net_destroy(cnn_net* net) noexcept { delete net; }

cnn_status cnn_net_save(cnn_net* net, const char* record, size_t size, cnn_bytes* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_net& handle = need(net, "net");
    const Json json = size > 0 ? need_json(record, size, "record") : handle.record;
    if (!json.is_object()) fail(ErrorCode::invalid_definition, "record", "must be an object {…}.");
    handle.outbox.give(save_model(*handle.net, json, Storage::float32), out);
  });
}

cnn_status cnn_net_info(cnn_net* net, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_net& handle = need(net, "net");
    Json json;
    json["definition"] = handle.net->graph().definition().source;
    json["record"] = handle.record;
    json["summary"] = summarize(handle.net->graph());
    handle.outbox.give(write_json(json), out);
  });
}

cnn_status cnn_net_initialize(cnn_net* net, uint64_t seed) noexcept {
  return guard([&] { need(net, "net").net->initialize(seed); });
}

cnn_status cnn_net_forward(cnn_net* net, const float* images, size_t count, int batch) noexcept {
  return guard([&] {
    cnn_net& handle = need(net, "net");
    const float* values = need_images(handle, images, count, batch);
    Run& run = run_for(handle, batch, false);
    std::memcpy(run.input(), values, count * sizeof(float));
    forward(handle, run, batch);
  });
}

cnn_status cnn_net_predict(cnn_net* net, const float* images, size_t count, int batch, cnn_floats* out) noexcept {
  return guard([&] {
    need(out, "out");
    cnn_net& handle = need(net, "net");
    const float* values = need_images(handle, images, count, batch);
    if (handle.prediction == nullptr || handle.prediction->capacity() < batch) {
      auto made = std::make_unique<Run>(*handle.net, batch, Purpose::prediction);
      handle.prediction = std::move(made);
    }
    Run& run = *handle.prediction;
    std::memcpy(run.input(), values, count * sizeof(float));
    run.forward(batch, Mode::inference);
    const Span<const float> answers = run.activation(handle.net->graph().output());
    *out = {answers.data, answers.size};
  });
}

cnn_status cnn_net_forward_bytes(cnn_net* net, const uint8_t* images, size_t count, int batch, int h, int w) noexcept {
  return guard([&] {
    cnn_net& handle = need(net, "net");
    check_batch(batch);
    const Span<const std::uint8_t> bytes = need(images, count, "images");
    const Shape shape = picture_shape(*handle.net, count / batch, h, w);
    check_count(count, std::uint64_t(shape.size()) * batch, "images");
    Run& run = run_for(handle, batch, false);
    const Graph& graph = handle.net->graph();
    for (int i = 0; i < batch; ++i) {
      preprocess(graph.definition().preprocessing, shape, bytes.data + i * shape.size(),
                 run.input() + i * graph.input_shape().size());
    }
    forward(handle, run, batch);
  });
}

cnn_status cnn_net_forward_drawing(cnn_net* net, const char* drawing, size_t size, cnn_text* out,
                                   cnn_floats* pixels) noexcept {
  return guard([&] {
    need(out, "out");
    need(pixels, "pixels");
    cnn_net& handle = need(net, "net");
    const Json json = need_json(drawing, size, "drawing");
    Drawing parsed = parse_drawing(json, "");
    parsed.options = fitting_options(*handle.net, json, parsed.options);
    const Rasterized stages = rasterize(parsed);
    if (handle.net->graph().input_shape().c != 1) {
      fail(ErrorCode::shape_mismatch, "drawing", "has one channel. The net reads {}.",
           handle.net->graph().input_shape());
    }
    const Shape shape = picture_shape(*handle.net, stages.image.pixels.size(), stages.image.h, stages.image.w);
    Run& run = run_for(handle, 1, false);
    handle.outbox.give(stages, out, pixels);
    preprocess(handle.net->graph().definition().preprocessing, shape, stages.image.pixels.data(), run.input());
    forward(handle, run, 1);
  });
}

cnn_status cnn_net_backward(cnn_net* net, const uint8_t* labels, size_t count, double* loss) noexcept {
  return guard([&] {
    need(loss, "loss");
    cnn_net& handle = need(net, "net");
    const Run& forward_run = need_pass(handle, false);
    const int batch = forward_run.batch();
    const Span<const std::uint8_t> bytes = need(labels, count, "labels");
    check_count(count, static_cast<std::uint64_t>(batch), "labels");
    const Graph& graph = handle.net->graph();
    if (graph.heads().empty()) {
      fail(ErrorCode::invalid_definition, "net", "has no head (softmax), hence no loss to go backward from.");
    }
    for (const int head : graph.heads()) {
      for (const std::uint8_t label : bytes) {
        if (label < graph[head].shape.c) continue;
        fail(ErrorCode::invalid_value, "labels", "must be below the number of classes. Got {} of {} classes.", label,
             graph[head].shape.c);
      }
    }
    if (forward_run.purpose() != Purpose::inspection) {
      const Span<const float> input = forward_run.activation(0);
      auto run = std::make_unique<Run>(*handle.net, batch, Purpose::inspection);
      std::copy(input.begin(), input.end(), run->input());
      handle.run = std::move(run);
    }
    // Again: the forward pass kept nothing for the way back, or a training step has changed the weights since.
    forward(handle, *handle.run, batch);
    const std::vector<std::int32_t> classes(bytes.begin(), bytes.end());
    handle.run->renew_parameter_gradients();
    const double value = handle.run->loss(classes.data()).loss;
    handle.run->backward(classes.data());
    handle.differentiated = true;
    *loss = value;
  });
}

cnn_status cnn_net_tensor(cnn_net* net, const char* kind, size_t kind_size, const char* address, size_t address_size,
                          cnn_floats* out) noexcept {
  return guard([&] {
    need(out, "out");
    const Span<const float> values = tensor(need(net, "net"), need_text(kind, kind_size, "kind"),
                                            need_text(address, address_size, "address"));
    *out = {values.data, values.size};
  });
}

cnn_status cnn_net_set_parameter(cnn_net* net, const char* address, size_t address_size, const float* values,
                                 size_t count) noexcept {
  return guard([&] {
    Net& target = *need(net, "net").net;
    const std::string name = need_text(address, address_size, "address");
    const ParameterSlot* slot = name.empty() ? nullptr : &target.need_slot(name);
    const Span<const float> source = need(values, count, "values");
    check_count(count, slot == nullptr ? target.parameter_values() : slot->count, "values");
    // All of them at once come from a net like this one, whatever it has come to.
    if (slot != nullptr && !std::all_of(source.begin(), source.end(), [](float value) { return std::isfinite(value); })) {
      fail(ErrorCode::invalid_value, "values", "must be finite numbers.");
    }
    std::memcpy(target.parameters() + (slot == nullptr ? 0 : slot->offset), source.data, count * sizeof(float));
  });
}

cnn_status cnn_net_explain(cnn_net* net, cnn_dataset* data, const char* query, size_t size, cnn_text* out,
                           cnn_floats* values) noexcept {
  return guard([&] {
    need(out, "out");
    need(values, "values");
    cnn_net& handle = need(net, "net");
    const float* picture = data == nullptr ? need_pass(handle, false).activation(0).data : nullptr;
    if (handle.explainer == nullptr) handle.explainer = std::make_unique<Explainer>(*handle.net);
    const Dataset* set = data == nullptr ? nullptr : data->data.get();
    handle.outbox.give(handle.explainer->answer(picture, need_json(query, size, "query"), set), out, values);
  });
}
