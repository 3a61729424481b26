#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/data/dataset.h"
#include "engine/model/net.h"

namespace cnn::test {

// A problem that any net must learn: 6×6 pictures of noise in which class c has a bright 2×2 block at a place of its own.
struct TinySet {
  static constexpr int kClasses = 4;
  std::vector<std::uint8_t> pixels, labels;

  explicit TinySet(std::size_t count, std::uint64_t seed = 11) : pixels(count * 36), labels(count) {
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      const int label = static_cast<int>(random.below(kClasses));
      labels[i] = static_cast<std::uint8_t>(label);
      std::uint8_t* picture = pixels.data() + i * 36;
      for (int p = 0; p < 36; ++p) picture[p] = static_cast<std::uint8_t>(random.below(120));
      const int corner = (label / 2) * 3 * 6 + (label % 2) * 3 + 7;
      for (const int p : {0, 1, 6, 7}) picture[corner + p] = static_cast<std::uint8_t>(200 + random.below(55));
    }
  }

  void append_to(Dataset& data, std::size_t first, std::size_t count) const {
    data.append_raw(pixels.data() + first * 36, labels.data() + first, count);
  }
  // The whole set in parts of `part` images.
  Dataset dataset(std::size_t part) const {
    Dataset data({6, 6, 1}, kClasses, labels.size());
    for (std::size_t i = 0; i < labels.size(); i += part) append_to(data, i, std::min(part, labels.size() - i));
    return data;
  }
};

// Convolution, batch normalisation, dropout, a skip and an auxiliary head: everything that keeps a state while learning.
inline const std::string kEverything = R"({"layers": [
  {"type": "input", "name": "pixels", "shape": [6, 6, 1]},
  {"type": "conv2d", "name": "conv1", "filters": 6, "padding": "same", "bias": false},
  {"type": "batch_norm", "name": "norm", "activation": "relu"},
  {"type": "conv2d", "name": "conv2", "filters": 6, "padding": "same", "activation": "relu"},
  {"type": "add", "name": "sum", "inputs": ["norm", "conv2"]},
  {"type": "pool2d", "name": "pool", "kernel": 2},
  {"type": "flatten", "name": "flat"},
  {"type": "dropout", "name": "drop", "rate": 0.2},
  {"type": "dense", "name": "aux.logits", "inputs": ["flat"], "units": 4},
  {"type": "softmax", "name": "aux", "weight": 0.3},
  {"type": "dense", "name": "logits", "inputs": ["drop"], "units": 4},
  {"type": "softmax", "name": "classes"}]})";

inline const std::string kLinear = R"({"layers": [
  {"type": "input", "name": "pixels", "shape": [6, 6, 1]},
  {"type": "flatten", "name": "flat"},
  {"type": "dense", "name": "logits", "units": 4},
  {"type": "softmax", "name": "classes"}]})";

inline std::vector<Real> weights_of(const Net& net) {
  return {net.parameters(), net.parameters() + net.parameter_values()};
}

// The padding between tensors is zero.
inline bool padding_is_zero(const Net& net) {
  std::vector<char> used(net.parameter_values(), 0);
  for (const ParameterSlot& slot : net.slots()) {
    for (std::size_t i = 0; i < slot.count; ++i) used[slot.offset + i] = 1;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] == 0 && net.parameters()[i] != 0) return false;
  }
  return true;
}

}  // namespace cnn::test
