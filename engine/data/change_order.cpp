#include "engine/data/change_order.h"

#include <cstring>
#include <type_traits>

#include "engine/core/crc32.h"
#include "engine/core/error.h"

namespace cnn {

static_assert(std::is_trivially_copyable_v<ChangeOrder>, "orders are copied as bytes");

void write_order(const ChangeOrder& order, std::vector<std::uint8_t>& bytes) {
  std::memcpy(bytes.data(), &order, sizeof order);
  const std::uint64_t sum = crc32(bytes.data(), sizeof order);
  std::memcpy(bytes.data() + sizeof order, &sum, sizeof sum);
}

ChangeOrder read_order(Span<const std::uint8_t> bytes) {
  ChangeOrder order;
  std::uint64_t sum = 0;
  if (bytes.size >= kOrderHead) {
    std::memcpy(&order, bytes.data, sizeof order);
    std::memcpy(&sum, bytes.data + sizeof order, sizeof sum);
    if (sum == crc32(bytes.data, sizeof order) && (bytes.size - kOrderHead) % order.shape.size() == 0) return order;
  }
  fail(ErrorCode::bad_file, "order", "is no order of this engine, or damaged.");
}

std::vector<std::uint8_t> fulfil(Span<const std::uint8_t> bytes) {
  const ChangeOrder order = read_order(bytes);
  std::vector<std::uint8_t> changed(bytes.begin(), bytes.end());
  Augmenter augmenter(order.shape);
  std::uint64_t number = order.first;
  for (std::size_t at = kOrderHead; at < changed.size(); at += order.shape.size(), ++number) {
    Random random = random_changes(order.seed, number);
    std::memcpy(changed.data() + at, augmenter.change(order.augment, bytes.data + at, random), order.shape.size());
  }
  return changed;
}

}  // namespace cnn
