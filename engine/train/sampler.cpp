#include "engine/train/sampler.h"

#include <algorithm>
#include <utility>

namespace cnn {

namespace {
constexpr std::uint64_t kStream = 1;
constexpr std::uint64_t kHeldOutStream = 4;

// `count` of the numbers below `total`, each set of them as likely as any other (Knuth's algorithm S).
std::vector<std::uint32_t> choose(std::size_t count, std::size_t total, Random random) {
  std::vector<std::uint32_t> chosen;
  chosen.reserve(count);
  for (std::size_t i = 0; chosen.size() < count; ++i) {
    if (random.below(static_cast<std::uint32_t>(total - i)) < count - chosen.size()) {
      chosen.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return chosen;
}
}  // namespace

Sampler::Sampler(const Dataset& data, std::uint64_t seed, double held_out)
    : data_(data),
      held_out_(choose(static_cast<std::size_t>(held_out * static_cast<double>(data.expected())), data.expected(),
                       Random(seed, kHeldOutStream))),
      random_(seed, kStream) {
  order_.reserve(data.expected());
}

bool Sampler::is_held_out(std::uint32_t index) const {
  return std::binary_search(held_out_.begin(), held_out_.end(), index);
}

// Images of the running epoch. A later epoch keeps to those it was drawn from.
std::size_t Sampler::total() const {
  return epoch_ == 0 || order_.empty() ? data_.expected() - held_out_.size() : order_.size();
}

// Images of the set up to the end of those that are in the order of the first epoch: as many as it has, and the held out
// ones between them.
std::size_t Sampler::drawn_from() const {
  std::size_t count = order_.size();
  for (const std::uint32_t index : held_out_) {
    if (index > count) break;
    ++count;
  }
  return count;
}

std::size_t Sampler::known(std::size_t most) {
  // Only after a restore: a set that is arriving anew. Drawing from a part of it would be another order.
  if (epoch_ > 0 && order_.empty() && !data_.complete()) return 0;
  const std::size_t wanted = std::min(position_ + most, total());
  while (order_.size() < wanted && drawn_from() < data_.size()) draw_next();
  // Likewise: it may be behind the order drawn before.
  std::size_t end = position_;
  while (end < std::min(wanted, order_.size()) && order_[end] < data_.size()) ++end;
  return end - position_;
}

int Sampler::prepare(int batch) {
  const std::size_t count = known(batch);
  return position_ + count == std::min(position_ + batch, total()) ? static_cast<int>(count) : 0;
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
  const std::size_t before = order_.size();
  const std::size_t first = drawn_from();
  std::size_t end = data_.size();
  if (epoch_ == 0) {
    const std::vector<std::size_t>& parts = data_.parts();
    const auto next = std::upper_bound(parts.begin(), parts.end(), first);
    if (next != parts.end()) end = *next;
  }
  for (auto i = static_cast<std::uint32_t>(first); i < end; ++i) {
    if (!is_held_out(i)) order_.push_back(i);
  }
  shuffle(before);
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
  const std::size_t total = state.epoch == 0 ? data_.expected() - held_out_.size() : state.order.size();
  if (state.position > 0 && state.position >= total) return false;
  std::vector<char> seen(data_.expected(), 0);
  for (const std::uint32_t index : state.order) {
    if (index >= seen.size() || seen[index]++ != 0 || is_held_out(index)) return false;
  }
  state.order.reserve(data_.expected());
  epoch_ = state.epoch;
  position_ = static_cast<std::size_t>(state.position);
  random_.restore(state.random);
  order_ = std::move(state.order);
  return true;
}

}  // namespace cnn
