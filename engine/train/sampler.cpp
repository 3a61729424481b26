#include "engine/train/sampler.h"

#include <algorithm>
#include <utility>

namespace cnn {

namespace {
constexpr std::uint64_t kStream = 1;
}

Sampler::Sampler(const Dataset& data, std::uint64_t seed) : data_(data), random_(seed, kStream) {
  order_.reserve(data.expected());
}

// Images of the running epoch. A later epoch keeps to those it was drawn from.
std::size_t Sampler::total() const { return epoch_ == 0 || order_.empty() ? data_.expected() : order_.size(); }

int Sampler::prepare(int batch) {
  // Only after a restore: a set that is arriving anew. Drawing from a part of it would be another order.
  if (epoch_ > 0 && order_.empty() && !data_.complete()) return 0;
  const std::size_t wanted = std::min(position_ + batch, total());
  while (order_.size() < wanted && order_.size() < data_.size()) draw_next();
  if (order_.size() < wanted || wanted == position_) return 0;
  // Likewise: it may be behind the order drawn before.
  for (std::size_t i = position_; i < wanted; ++i) {
    if (order_[i] >= data_.size()) return 0;
  }
  return static_cast<int>(wanted - position_);
}

bool Sampler::take(int count) {
  position_ += count;
  if (position_ < total()) return false;
  ++epoch_;
  position_ = 0;
  order_.clear();
  return true;
}

void Sampler::draw_next() {
  const std::size_t first = order_.size();
  std::size_t end = data_.size();
  if (epoch_ == 0) {
    const std::vector<std::size_t>& parts = data_.parts();
    const auto next = std::upper_bound(parts.begin(), parts.end(), first);
    if (next != parts.end()) end = *next;
  }
  for (std::size_t i = first; i < end; ++i) order_.push_back(static_cast<std::uint32_t>(i));
  shuffle(first);
}

// Fisher and Yates' shuffle of what stands from `first` on.
void Sampler::shuffle(std::size_t first) {
  for (std::size_t i = order_.size(); i > first + 1; --i) {
    const std::size_t other = first + random_.below(static_cast<std::uint32_t>(i - first));
    std::swap(order_[i - 1], order_[other]);
  }
}

Sampler::State Sampler::state() const { return {epoch_, position_, random_.state(), order_}; }

bool Sampler::restore(State state) {
  if (state.epoch < 0 || state.order.size() > data_.expected() || state.position > state.order.size()) return false;
  // An epoch that is over has begun the next.
  const std::size_t total = state.epoch == 0 ? data_.expected() : state.order.size();
  if (state.position > 0 && state.position >= total) return false;
  std::vector<char> seen(data_.expected(), 0);
  for (const std::uint32_t index : state.order) {
    if (index >= seen.size() || seen[index]++ != 0) return false;
  }
  state.order.reserve(data_.expected());
  epoch_ = state.epoch;
  position_ = static_cast<std::size_t>(state.position);
  random_.restore(state.random);
  order_ = std::move(state.order);
  return true;
}

}  // namespace cnn
