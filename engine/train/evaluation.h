#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/model/run.h"

namespace cnn {

// How a net does on a set, in slices, so that whoever waits for it can do other things between.
class Evaluation {
 public:
  // Over the first `limit` images (0: all the set has now). Borrows both.
  Evaluation(Net& net, const Dataset& data, std::size_t limit);
  // Over the images of these indices, as far as they have arrived.
  Evaluation(Net& net, const Dataset& data, const std::vector<std::uint32_t>& indices);

  // The next images, up to `count`.
  void step(std::size_t count);

  bool done() const { return seen_ >= total_; }
  std::size_t seen() const { return seen_; }
  std::size_t total() const { return total_; }
  std::size_t errors() const { return errors_; }
  double accuracy() const;  // of those seen; 0 before the first
  double loss() const;      // mean loss of the main head over those seen
  // [true class · classes + predicted class]
  const std::vector<std::uint32_t>& confusion() const { return confusion_; }
  int classes() const { return classes_; }
  // Of the images seen, in their order: the class each was taken for, and its loss.
  const std::vector<std::uint8_t>& predicted() const { return predicted_; }
  const std::vector<float>& losses() const { return losses_; }

 private:
  Net& net_;
  const Dataset& data_;
  std::vector<std::uint32_t> indices_;  // of the images, in order
  Run run_;
  std::size_t total_;
  std::size_t seen_ = 0;
  std::size_t errors_ = 0;
  double loss_sum_ = 0;
  int classes_;
  std::vector<std::uint32_t> confusion_;
  std::vector<std::int32_t> labels_;
  std::vector<std::uint8_t> predicted_;
  std::vector<float> losses_;
};

}  // namespace cnn
