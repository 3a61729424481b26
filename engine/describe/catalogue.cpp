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
  json["trainer"] = describe_fields<TrainerOptions>();
  json["augment"] = describe_fields<AugmentOptions>();
  json["drawing"] = describe_fields<DrawingOptions>();
  json["preprocessing"] = describe_fields<Preprocessing>();
  json["errors"] = Json::array();
  for (const ErrorCode code : kErrorCodes) json["errors"].push_back(error_code_name(code));
  return json;
}

}  // namespace cnn
