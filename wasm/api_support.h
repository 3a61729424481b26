#pragma once

// What the files behind cnn_api.h share: the guard that turns exceptions into the last error, the handles, and small
// conversions. Everything else is the engine's.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/core/error.h"
#include "engine/core/real.h"
#include "engine/data/dataset.h"
#include "engine/data/drawing.h"
#include "engine/definition/json.h"
#include "engine/explain/explain.h"
#include "engine/explain/step.h"
#include "engine/model/net.h"
#include "engine/model/run.h"
#include "engine/train/evaluation.h"
#include "engine/train/trainer.h"
#include "wasm/cnn_api.h"

namespace cnn::api {

static_assert(std::is_same_v<Real, float>, "the C interface speaks float");

// Keeps the exception that is being handled as the last error. To be called in a catch block; never throws itself.
cnn_status remember_failure() noexcept;

template <class Work>
cnn_status guard(Work&& work) noexcept {
  try {
    work();
    return CNN_OK;
  } catch (...) {
    return remember_failure();
  }
}

// A handle or pointer that must be there.
template <class T>
T& need(T* pointer, const char* what) {
  if (pointer == nullptr) fail(ErrorCode::invalid_value, what, "is missing (a null pointer).");
  return *pointer;
}

// `count` values that must be there; an empty run may be null.
template <class T>
Span<const T> need(const T* values, std::size_t count, const char* what) {
  if (values == nullptr && count > 0) fail(ErrorCode::invalid_value, what, "is missing (a null pointer).");
  return {values, count};
}

std::string need_text(const char* text, std::size_t size, const char* what);
// Parsed; `subject` names the kind of thing in errors.
Json need_json(const char* text, std::size_t size, const char* subject);

// NaN and infinity are no JSON.
inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

// What an owner has handed out last.
struct Outbox {
  std::string text;
  std::vector<std::uint8_t> bytes;
  std::vector<float> floats;

  void give(std::string value, cnn_text* out) {
    text = std::move(value);
    *out = {text.data(), text.size()};
  }
  void give(std::vector<std::uint8_t> value, cnn_bytes* out) {
    bytes = std::move(value);
    *out = {bytes.data(), bytes.size()};
  }
  // Both at once: when the words cannot be had, nothing has changed.
  void give(std::string value, std::vector<float> numbers, cnn_text* out, cnn_floats* floats_out) {
    text = std::move(value);
    floats = std::move(numbers);
    *out = {text.data(), text.size()};
    *floats_out = {floats.data(), floats.size()};
  }
  void give(Answer answer, cnn_text* out, cnn_floats* floats_out) {
    give(write_json(answer.json), std::move(answer.values), out, floats_out);
  }
  void give(const Rasterized& stages, cnn_text* out, cnn_floats* pixels);
};

// For calls without a handle.
Outbox& library_outbox();

// Limits that keep products of extents far from overflow, also where addresses have 32 bits.
constexpr int kMaxExtent = 16384;
constexpr std::size_t kMaxImageValues = std::size_t(1) << 26;

}  // namespace cnn::api

struct cnn_net {
  std::shared_ptr<cnn::Net> net;
  cnn::Json record = cnn::Json::object();
  // Made when first needed, anew when the batch outgrows it; null before.
  std::unique_ptr<cnn::Run> run;
  std::unique_ptr<cnn::Run> prediction;  // likewise
  bool differentiated = false;  // the last pass went backward too
  std::unique_ptr<cnn::Explainer> explainer;  // made when first asked
  cnn::api::Outbox outbox;
};

struct cnn_dataset {
  std::shared_ptr<cnn::Dataset> data;
  cnn::api::Outbox outbox;
};

struct cnn_trainer {
  // Before the trainer, so that they outlive it.
  std::shared_ptr<cnn::Net> net;
  std::shared_ptr<cnn::Dataset> data;
  std::unique_ptr<cnn::Trainer> trainer;
  std::unique_ptr<cnn::StepExplainer> explainer;  // made when first asked
  cnn::api::Outbox outbox;
};

struct cnn_evaluation {
  std::shared_ptr<cnn::Net> net;
  std::shared_ptr<cnn::Dataset> data;
  std::unique_ptr<cnn::Evaluation> evaluation;
  cnn::api::Outbox outbox;
};
