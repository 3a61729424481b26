#include "engine/train/options.h"

namespace cnn {

void read_options(const Json& json, const std::string& path, TrainerOptions& options) {
  TrainerOptions read = options;
  read_fields(json, "training", path, {"augment"}, read);
  const auto augment = json.find("augment");
  if (augment != json.end()) read_fields(*augment, "augment", path + "/augment", {}, read.augment);
  options = read;
}

Json write_options(const TrainerOptions& options) {
  Json json = write_fields(options);
  json["augment"] = write_fields(options.augment);
  return json;
}

}  // namespace cnn
