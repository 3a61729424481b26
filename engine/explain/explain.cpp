#include "engine/explain/explain.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/explain/ascent.h"
#include "engine/explain/backward.h"
#include "engine/explain/patches.h"
#include "engine/explain/position.h"
#include "engine/explain/receptive.h"
#include "engine/explain/saliency.h"
#include "engine/explain/statistics.h"

namespace cnn {

Answer Explainer::answer(const Real* picture, const Json& json, const Dataset* data) {
  Query query;
  read_fields(json, "query", "", {}, query);
  // Weights that know nothing: what still looks the same with them was never about the weights (Adebayo et al. 2018).
  std::unique_ptr<Net> twin;
  std::unique_ptr<Run> twin_run;
  if (query.twin) {
    twin = std::make_unique<Net>(net_.graph().definition(), query.seed);
    twin_run = std::make_unique<Run>(*twin, 1, Purpose::inspection);
  } else if (run_ == nullptr) {
    run_ = std::make_unique<Run>(net_, 1, Purpose::inspection);
  }
  Net& net = query.twin ? *twin : net_;
  Run& run = query.twin ? *twin_run : *run_;
  const std::size_t values = net.graph().input_shape().size();
  if (picture != nullptr) std::copy_n(picture, values, run.input());
  else std::fill_n(run.input(), values, Real(0));
  run.forward(1, Mode::inference);
  Scene scene(net, run, query.label < 0 ? std::vector<std::int32_t>() : std::vector<std::int32_t>{query.label});
  switch (query.about) {
    case About::statistics: return explain_statistics(scene, query);
    case About::position: return explain_position(scene, query);
    case About::backward: return explain_backward(scene, query);
    case About::parameter: return explain_parameter(scene, query);
    case About::receptive_field: return explain_receptive_field(scene, query);
    case About::input_gradient: return explain_input_gradient(scene, query);
    case About::occlusion: return explain_occlusion(scene, query);
    case About::grad_cam: return explain_grad_cam(scene, query);
    case About::ascent: return explain_ascent(scene, query, ascended_);
    case About::top_patches:
      if (data == nullptr) fail(ErrorCode::invalid_value, "query", "needs a data set.");
      return explain_top_patches(scene, query, *data);
    case About::batch:
    case About::update: break;
  }
  fail(ErrorCode::invalid_value, "query", "is about a training step: ask the trainer.");
}

}  // namespace cnn
