#include "engine/describe/catalogue.h"

#include "engine/core/error.h"
#include "engine/data/augment.h"
#include "engine/data/drawing.h"
#include "engine/definition/blocks.h"
#include "engine/definition/definition.h"
#include "engine/layers/registry.h"
#include "engine/train/options.h"

namespace cnn {

namespace {

constexpr const char* kVersion = "0.1.0";

constexpr ErrorCode kErrorCodes[] = {ErrorCode::invalid_definition, ErrorCode::invalid_value, ErrorCode::shape_mismatch,
                                     ErrorCode::bad_file,           ErrorCode::not_found,     ErrorCode::out_of_memory,
                                     ErrorCode::diverged,           ErrorCode::internal};

// Options of the trainer that only some choices of another read; kernels/update.h and train/schedule.h have the rules.
constexpr struct {
  const char* key;
  const char* only;
} kReaders[] = {
    {"momentum", R"({"optimizer": ["momentum", "nesterov"]})"},
    {"rho", R"({"optimizer": ["adadelta", "rmsprop"]})"},
    {"beta1", R"({"optimizer": ["adam", "adamw"]})"},
    {"beta2", R"({"optimizer": ["adam", "adamw"]})"},
    {"epsilon", R"({"optimizer": ["adagrad", "adadelta", "rmsprop", "adam", "adamw"]})"},
    {"schedule_steps", R"({"schedule": ["step", "cosine", "one_cycle"]})"},
    {"schedule_factor", R"({"schedule": ["step"]})"},
};

// Learning rates that the optimisers are usually begun with: those of the papers, where these name one (Adadelta: Zeiler 2012;
// Adam: Kingma & Ba 2015; AdamW: Loshchilov & Hutter 2019), else what Keras and PyTorch begin with.
constexpr const char* kUsualRates =
    R"({"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.01,
        "adadelta": 1, "rmsprop": 0.001, "adam": 0.001, "adamw": 0.001})";

Json describe_trainer() {
  Json fields = describe_fields<TrainerOptions>();
  for (Json& field : fields) {
    const std::string key = field["key"].get<std::string>();
    if (key == "learning_rate") field["usual"] = Json::parse(kUsualRates);
    for (const auto& reader : kReaders) {
      if (key == reader.key) field["only"] = Json::parse(reader.only);
    }
  }
  return fields;
}

}  // namespace

Json catalogue() {
  Json json;
  json["version"] = kVersion;
  json["layers"] = Json::array();
  json["activations"] = Json::array();
  for (const LayerType& type : layer_types()) {
    Json entry;
    entry["type"] = type.name;
    entry["role"] = role_name(type.role);
    entry["fields"] = type.describe();
    json["layers"].push_back(std::move(entry));
    if (type.role == LayerRole::activation) json["activations"].push_back(type.name);
  }
  json["blocks"] = Json::array();
  for (const BlockType& type : block_types()) {
    Json entry;
    entry["type"] = type.name;
    entry["fields"] = type.describe();
    json["blocks"].push_back(std::move(entry));
  }
  json["trainer"] = describe_trainer();
  json["augment"] = describe_fields<AugmentOptions>();
  json["drawing"] = describe_fields<DrawingOptions>();
  json["preprocessing"] = describe_fields<Preprocessing>();
  json["errors"] = Json::array();
  for (const ErrorCode code : kErrorCodes) json["errors"].push_back(error_code_name(code));
  return json;
}

}  // namespace cnn
