#include "engine/train/evaluation.h"

#include <algorithm>
#include <numeric>

#include "engine/data/preprocess.h"
#include "engine/train/fit.h"

namespace cnn {

namespace {

constexpr std::size_t kBatch = 64;

Net& checked(Net& net, const Dataset& data) {
  check_fit(net.graph(), data, "evaluation");
  return net;
}

std::vector<std::uint32_t> first_of(const Dataset& data, std::size_t limit) {
  std::vector<std::uint32_t> indices(limit == 0 ? data.size() : std::min(limit, data.size()));
  std::iota(indices.begin(), indices.end(), 0u);
  return indices;
}

std::vector<std::uint32_t> arrived(const Dataset& data, std::vector<std::uint32_t> indices) {
  const auto missing = [&](std::uint32_t index) { return index >= data.size(); };
  indices.erase(std::remove_if(indices.begin(), indices.end(), missing), indices.end());
  return indices;
}

int batch_for(std::size_t total) { return static_cast<int>(std::max<std::size_t>(1, std::min(kBatch, total))); }

}  // namespace

Evaluation::Evaluation(Net& net, const Dataset& data, std::size_t limit)
    : Evaluation(net, data, first_of(data, limit)) {}

Evaluation::Evaluation(Net& net, const Dataset& data, const std::vector<std::uint32_t>& indices)
    : net_(checked(net, data)),
      data_(data),
      indices_(arrived(data, indices)),
      run_(net, batch_for(indices_.size()), Purpose::prediction),
      total_(indices_.size()),
      classes_(data.classes()),
      confusion_(static_cast<std::size_t>(classes_) * classes_, 0),
      labels_(run_.capacity(), 0) {}

void Evaluation::step(std::size_t count) {
  const Graph& graph = net_.graph();
  const Preprocessing& preprocessing = graph.definition().preprocessing;
  const std::size_t values = graph.input_shape().size();
  const int logits_node = graph[graph.output()].inputs[0];
  const std::size_t end = seen_ + std::min(count, total_ - seen_);
  while (seen_ < end) {
    const int batch = static_cast<int>(std::min<std::size_t>(run_.capacity(), end - seen_));
    for (int i = 0; i < batch; ++i) {
      const std::uint32_t index = indices_[seen_ + i];
      preprocess(preprocessing, data_.shape(), data_.image(index), run_.input() + i * values);
      labels_[i] = data_.label(index);
    }
    run_.forward(batch, Mode::inference);
    // The loss is the main head's alone; auxiliary heads only help to learn.
    const Real* logits = run_.activation(logits_node).data;
    for (int i = 0; i < batch; ++i) {
      const Real* row = logits + static_cast<std::size_t>(i) * classes_;
      const int predicted = static_cast<int>(std::max_element(row, row + classes_) - row);
      const double loss = run_.image_loss(i, labels_.data());
      loss_sum_ += loss;
      losses_.push_back(static_cast<float>(loss));
      predicted_.push_back(static_cast<std::uint8_t>(predicted));
      ++confusion_[static_cast<std::size_t>(labels_[i]) * classes_ + predicted];
      if (predicted != labels_[i]) ++errors_;
    }
    seen_ += batch;
  }
}

double Evaluation::accuracy() const {
  return seen_ == 0 ? 0 : static_cast<double>(seen_ - errors_) / static_cast<double>(seen_);
}

double Evaluation::loss() const { return seen_ == 0 ? 0 : loss_sum_ / static_cast<double>(seen_); }

}  // namespace cnn
