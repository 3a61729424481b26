#include "wasm/cnn_api.h"

#include <cstdlib>
#include <exception>
#include <new>

#include "engine/definition/definition.h"
#include "engine/describe/catalogue.h"
#include "engine/describe/summary.h"
#include "engine/graph/graph.h"
#include "engine/kernels/target.h"
#include "wasm/api_support.h"

namespace cnn::api {

namespace {

// Said when not even the words of an error could be allocated.
const char kNoWords[] =
    "{\"code\":\"out_of_memory\",\"message\":\"there is no memory left.\",\"subject\":\"memory\",\"path\":\"\","
    "\"text\":\"[memory] there is no memory left.\"}";

std::string last_error_text;
cnn_text last_error = {kNoWords, 0};

void remember(const Error& error) noexcept {
  try {
    Json json;
    json["code"] = error_code_name(error.code());
    json["message"] = error.message();
    json["subject"] = error.subject();
    json["path"] = error.path();
    json["text"] = error.what();
    last_error_text = write_json(json);
    last_error = {last_error_text.data(), last_error_text.size()};
  } catch (...) {
    last_error = {kNoWords, sizeof(kNoWords) - 1};
  }
}

Json stage(const char* name, const Picture& picture, std::size_t offset) {
  Json json;
  json["name"] = name;
  json["h"] = picture.h;
  json["w"] = picture.w;
  json["offset"] = offset;
  return json;
}

}  // namespace

cnn_status remember_failure() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    remember(error);
  } catch (const std::bad_alloc&) {
    last_error = {kNoWords, sizeof(kNoWords) - 1};
  } catch (const std::length_error&) {  // a container was asked for more than there can be
    last_error = {kNoWords, sizeof(kNoWords) - 1};
  } catch (const std::exception& error) {
    remember(Error(ErrorCode::internal, "engine", error.what()));
  } catch (...) {
    remember(Error(ErrorCode::internal, "engine", "something unknown was thrown."));
  }
  return CNN_FAILED;
}

std::string need_text(const char* text, std::size_t size, const char* what) {
  const Span<const char> span = need(text, size, what);
  return std::string(span.data, span.size);
}

Json need_json(const char* text, std::size_t size, const char* subject) {
  const Span<const char> span = need(text, size, subject);
  if (span.size > kMaxDefinitionBytes) {
    fail(ErrorCode::invalid_definition, subject, "is larger than 4 MB. Got {} bytes.", size);
  }
  return read_json(span.data, span.size, subject);
}

void Outbox::give(const Rasterized& stages, cnn_text* out, cnn_floats* pixels) {
  Json list = Json::array();
  std::vector<float> all;
  all.reserve(stages.ink.pixels.size() + stages.box.pixels.size() + stages.image.pixels.size());
  const std::pair<const char*, const Picture*> named[] = {
      {"ink", &stages.ink}, {"box", &stages.box}, {"image", &stages.image}};
  for (const auto& [name, picture] : named) {
    list.push_back(stage(name, *picture, all.size()));
    all.insert(all.end(), picture->pixels.begin(), picture->pixels.end());
  }
  Json json;
  json["stages"] = std::move(list);
  give(write_json(json), std::move(all), out, pixels);
}

Outbox& library_outbox() {
  static Outbox outbox;
  return outbox;
}

}  // namespace cnn::api

using namespace cnn;
using namespace cnn::api;

void cnn_last_error(cnn_text* out) noexcept {
  if (out != nullptr) *out = last_error;
}

cnn_status cnn_describe(cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    static const std::string text = [] {
      Json json = catalogue();
      json["build"] = kernels::target_name();
      return write_json(json);
    }();
    *out = {text.data(), text.size()};
  });
}

void* cnn_alloc(size_t bytes) noexcept { return std::malloc(bytes > 0 ? bytes : 1); }

void cnn_free(void* memory) noexcept { std::free(memory); }

cnn_status cnn_summarize(const char* definition, size_t size, cnn_text* out) noexcept {
  return guard([&] {
    need(out, "out");
    const Graph graph(parse_definition(need_text(definition, size, "definition")));
    library_outbox().give(write_json(summarize(graph)), out);
  });
}

cnn_status cnn_rasterize(const char* drawing, size_t size, cnn_text* out, cnn_floats* pixels) noexcept {
  return guard([&] {
    need(out, "out");
    need(pixels, "pixels");
    const Drawing parsed = parse_drawing(need_json(drawing, size, "drawing"), "");
    library_outbox().give(rasterize(parsed), out, pixels);
  });
}
