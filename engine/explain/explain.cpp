#include "engine/explain/explain.h"

#include <algorithm>

#include "engine/explain/position.h"
#include "engine/explain/statistics.h"

namespace cnn {

Answer Explainer::answer(const Real* picture, const Json& json) {
  Query query;
  read_fields(json, "query", "", {}, query);
  if (run_ == nullptr) run_ = std::make_unique<Run>(net_, 1, Purpose::inspection);
  std::copy_n(picture, net_.graph().input_shape().size(), run_->input());
  run_->forward(1, Mode::inference);
  Scene scene(net_, *run_, query.label < 0 ? std::vector<std::int32_t>() : std::vector<std::int32_t>{query.label});
  switch (query.about) {
    case About::statistics: return explain_statistics(scene, query);
    case About::position: return explain_position(scene, query);
  }
  return {};
}

}  // namespace cnn
