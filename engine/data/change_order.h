#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/shape.h"
#include "engine/core/tensor.h"
#include "engine/data/augment.h"

namespace cnn {

// Pictures of a training that another thread is to change before their step comes.
struct ChangeOrder {
  std::uint64_t first = 0;  // number in the training of the first of them; the others follow it
  Shape shape;              // of each picture
  int seed = 1;             // of the training
  int ticket = 0;           // tells its trainer what the pictures are for
  AugmentOptions augment;
};

// An order as bytes, for the way between two instances of one build: the order, a check sum, the pictures [N, H, W, C].
constexpr std::size_t kOrderHead = sizeof(ChangeOrder) + sizeof(std::uint64_t);
// `bytes` has room for the order before the pictures.
void write_order(const ChangeOrder& order, std::vector<std::uint8_t>& bytes);
// Throws Error (bad_file) for what write_order() has not written.
ChangeOrder read_order(Span<const std::uint8_t> bytes);
// The order with its pictures changed. Throws Error as read_order().
std::vector<std::uint8_t> fulfil(Span<const std::uint8_t> bytes);

}  // namespace cnn
