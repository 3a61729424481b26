#pragma once

#include <memory>

#include "engine/explain/answer.h"
#include "engine/model/run.h"

namespace cnn {

// Answers questions about a net and one picture: how a number came about, what depends on what. The net is borrowed and may go on
// learning; every question is answered with the weights of now.
class Explainer {
 public:
  explicit Explainer(Net& net) : net_(net) {}

  // `picture`: preprocessed, [input shape]. Throws Error for a query that is none or points outside of the net.
  Answer answer(const Real* picture, const Json& query);

 private:
  Net& net_;
  std::unique_ptr<Run> run_;  // made when first needed
};

}  // namespace cnn
