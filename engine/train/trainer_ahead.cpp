// What is made ready before its step comes: the next batch, while replicas work, and changed pictures, by another thread.

#include <algorithm>
#include <cstring>

#include "engine/train/trainer_state.h"

namespace cnn {

namespace {
// Another thread is asked about that many pictures, or that many bytes of them, before they are wanted: its answers are seen a
// few times in a tenth of a second. Some batches at least, when a step takes longer than that.
constexpr std::size_t kPicturesAhead = 1024;
constexpr std::size_t kBytesAhead = 1 << 20;
constexpr std::size_t kBatchesAhead = 4;
}  // namespace

void Trainer::draw_ahead() {
  State& s = *state_;
  if (!s.sampler || s.ahead.ready) return;
  const int batch = s.sampler->prepare(options_.batch_size);
  if (batch == 0) return;
  s.ahead.images.resize(net_.graph().input_shape().size() * batch);
  s.ahead.labels.resize(batch);
  fill(s.ahead.images.data(), s.ahead.labels.data(), batch);
  s.ahead.ready = true;
}

std::vector<std::uint8_t> Trainer::order() {
  State& s = *state_;
  if (!s.sampler || options_.augment.none()) return {};
  const std::size_t size = data_->shape().size();
  const std::size_t most = std::max(std::min(kPicturesAhead, kBytesAhead / size), kBatchesAhead * options_.batch_size);
  const std::uint64_t now = s.sampler->number();
  const std::uint64_t first = std::max(now, s.ordered);
  const std::uint64_t end = now + s.sampler->known(most);
  if (end < first + most / 4) return {};
  s.ordered = end;
  std::vector<std::uint8_t> bytes(kOrderHead + static_cast<std::size_t>(end - first) * size);
  write_order({first, data_->shape(), options_.seed, s.ticket, options_.augment}, bytes);
  std::uint8_t* to = bytes.data() + kOrderHead;
  for (std::uint64_t i = first; i < end; ++i, to += size) {
    std::memcpy(to, data_->image(s.sampler->indices()[i - now]), size);
  }
  return bytes;
}

// Orders follow each other, and come back in that order: what is there is one run of pictures, unless an epoch has ended.
void Trainer::take(Span<const std::uint8_t> order) {
  State& s = *state_;
  const ChangeOrder of = read_order(order);
  if (of.ticket != s.ticket) return;
  const std::size_t size = of.shape.size();
  const std::uint64_t now = s.sampler->number();
  if (of.first != s.changed_first + s.changed.size() / size) {
    s.changed.clear();
    s.changed_first = of.first;
  }
  s.changed.insert(s.changed.end(), order.begin() + kOrderHead, order.end());
  if (now <= s.changed_first) return;
  const std::size_t over = std::min(static_cast<std::size_t>(now - s.changed_first) * size, s.changed.size());
  s.changed.erase(s.changed.begin(), s.changed.begin() + over);
  s.changed_first += over / size;
}

// As another thread has done it, or done here.
const std::uint8_t* Trainer::changed(std::uint64_t number, const std::uint8_t* picture) const {
  State& s = *state_;
  const std::size_t size = data_->shape().size();
  const std::uint64_t place = number - s.changed_first;
  if (place < s.changed.size() / size) return s.changed.data() + static_cast<std::size_t>(place) * size;
  Random random = random_changes(options_.seed, number);
  return s.augmenter->change(options_.augment, picture, random);
}

}  // namespace cnn
