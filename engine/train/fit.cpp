#include "engine/train/fit.h"

#include "engine/core/error.h"
#include "engine/data/preprocess.h"

namespace cnn {

void check_has_head(const Graph& graph, const std::string& subject) {
  if (!graph.heads().empty()) return;
  fail_at(graph[graph.output()].path, ErrorCode::invalid_definition, subject,
          "the net has no head to measure: end it with softmax. It ends with \"{}\".", graph[graph.output()].name);
}

void check_fit(const Graph& graph, const Dataset& data, const std::string& subject) {
  check_has_head(graph, subject);
  const Shape picture = preprocessed_shape(graph.definition().preprocessing, data.shape());
  if (picture != graph.input_shape()) {
    const bool cut = picture != data.shape();
    fail_at(graph[0].path, ErrorCode::shape_mismatch, subject,
            "the net reads pictures of another shape than the data set has. Net {}, data set {}{}.",
            graph.input_shape(), data.shape(), cut ? compose(" cut to {}", picture) : "");
  }
  for (const int head : graph.heads()) {
    const int classes = graph[head].shape.c;
    if (classes == data.classes()) continue;
    fail_at(graph[head].path, ErrorCode::shape_mismatch, subject,
            "the net tells another number of classes apart than the data set has. Net {} (\"{}\"), data set {}.",
            classes, graph[head].name, data.classes());
  }
}

}  // namespace cnn
