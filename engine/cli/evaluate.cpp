#include "engine/cli/evaluate.h"

namespace cnn::cli {

Score evaluate(Net& net, const Dataset& data, Progress& progress) { return evaluate(Evaluation(net, data, 0), progress); }

Score evaluate(Evaluation evaluation, Progress& progress) {
  constexpr std::size_t kSlice = 512;
  const Clock clock;
  while (!evaluation.done()) {
    evaluation.step(kSlice);
    progress.show(evaluation.seen(), evaluation.total(),
                  "testing: " + std::to_string(evaluation.seen()) + " of " + std::to_string(evaluation.total()));
  }
  Score score;
  score.total = evaluation.total();
  score.errors = evaluation.errors();
  score.accuracy = evaluation.accuracy();
  score.loss = evaluation.loss();
  score.seconds = clock.seconds();
  score.confusion = Json::array();
  const auto classes = static_cast<std::ptrdiff_t>(evaluation.classes());
  for (auto row = evaluation.confusion().begin(); row != evaluation.confusion().end(); row += classes) {
    score.confusion.push_back(std::vector<std::uint32_t>(row, row + classes));
  }
  return score;
}

void write_score(const Score& score, Json& json) {
  json["accuracy"] = score.accuracy;
  json["errors"] = score.errors;
  json["total"] = score.total;
  json["loss"] = score.loss;
}

}  // namespace cnn::cli
