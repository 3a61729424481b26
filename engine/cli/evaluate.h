#pragma once

#include <string>

#include "engine/cli/console.h"
#include "engine/data/dataset.h"
#include "engine/model/net.h"
#include "engine/train/evaluation.h"

namespace cnn::cli {

struct Score {
  std::size_t total = 0;
  std::size_t errors = 0;
  double accuracy = 0;
  double loss = 0;
  double seconds = 0;
  Json confusion;  // [true class][predicted class]
};

// How the net does on the whole set, or on what a fresh evaluation is about, telling `progress` how far it is.
Score evaluate(Net& net, const Dataset& data, Progress& progress);
Score evaluate(Evaluation evaluation, Progress& progress);

// Adds {"accuracy", "errors", "total", "loss"} to an object.
void write_score(const Score& score, Json& json);

}  // namespace cnn::cli
