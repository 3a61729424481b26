#pragma once

#include <memory>

#include "engine/explain/answer.h"
#include "engine/explain/scene.h"
#include "engine/train/trainer.h"

namespace cnn {

// Answers questions about the step that a trainer will take next, by taking it on copies: the batch as the net will receive it,
// dropout's masks, gradients, updates. Net, optimiser and generators stay as they are; the step that follows gives the same bits.
class StepExplainer {
 public:
  // Both are borrowed; `net` is the trainer's.
  StepExplainer(const Net& net, const Trainer& trainer);

  // `statistics`, `position`, `backward`, `parameter` as of Explainer, on the batch in training mode; besides `batch` and `update`.
  // Throws Error (not_found) while the images of the step have not arrived.
  Answer answer(const Json& query);

 private:
  const Net& net_;
  const Trainer& trainer_;
  Net copy_;
  std::unique_ptr<Run> run_;
};

}  // namespace cnn
