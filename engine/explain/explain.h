#pragma once

#include <memory>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/explain/answer.h"
#include "engine/model/run.h"

namespace cnn {

// Answers questions about a net and one picture: how a number came about, what depends on what. The net is borrowed and may go on
// learning; every question is answered with the weights of now.
class Explainer {
 public:
  explicit Explainer(Net& net) : net_(net) {}

  // `picture`: preprocessed, [input shape]; black when null. `data`: for questions about a data set, else null. Throws Error for
  // a query that is none or points outside of the net.
  Answer answer(const Real* picture, const Json& query, const Dataset* data = nullptr);

 private:
  Net& net_;
  std::unique_ptr<Run> run_;   // made when first needed
  std::vector<Real> ascended_;  // where the last ascent ended
};

}  // namespace cnn
