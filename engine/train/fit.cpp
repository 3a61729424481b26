#include "engine/train/fit.h"

#include "engine/core/error.h"
#include "engine/data/preprocess.h"

namespace cnn {

void check_has_head(const Graph& graph, const std::string& subject) {
  if (!graph.heads().empty()) return;
  throw Error(ErrorCode::invalid_definition, subject,
              "the net has no head to measure: end it with softmax. It ends with \"" + graph[graph.output()].name +
                  "\".",
              graph[graph.output()].path);
}

void check_fit(const Graph& graph, const Dataset& data, const std::string& subject) {
  check_has_head(graph, subject);
  const Shape picture = preprocessed_shape(graph.definition().preprocessing, data.shape());
  if (picture != graph.input_shape()) {
    const bool cut = picture != data.shape();
    throw Error(ErrorCode::shape_mismatch, subject,
                "the net reads pictures of another shape than the data set has. Net " + to_string(graph.input_shape()) +
                    ", data set " + to_string(data.shape()) + (cut ? " cut to " + to_string(picture) : "") + ".",
                graph[0].path);
  }
  for (const int head : graph.heads()) {
    const int classes = graph[head].shape.c;
    if (classes == data.classes()) continue;
    throw Error(ErrorCode::shape_mismatch, subject,
                "the net tells another number of classes apart than the data set has. Net " + std::to_string(classes) +
                    " (\"" + graph[head].name + "\"), data set " + std::to_string(data.classes()) + ".",
                graph[head].path);
  }
}

}  // namespace cnn
