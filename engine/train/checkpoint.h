#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/core/random.h"
#include "engine/core/real.h"
#include "engine/model/net.h"
#include "engine/train/options.h"
#include "engine/train/sampler.h"

namespace cnn {

// What a trainer knows between two steps, apart from the weights. As bytes, little-endian:
//   "CNNTRAIN", u32 version, u32 sizeof(Real), u32 fingerprint of the net, counters, generators, order, options (JSON), moments,
//   early stopping, gradients that wait for an update (these two since version 2), CRC-32 of all before
// Until version 3 the changes of pictures had a generator as well, after that of dropout.
struct Checkpoint {
  std::uint32_t net = 0;  // net_fingerprint()
  TrainerOptions options;
  long steps = 0;
  long images = 0;
  long updates = 0;
  Random::State dropout = {0, 0};
  bool has_order = false;
  Sampler::State order;
  std::vector<Real> moments[2];
  double best_loss = std::numeric_limits<double>::infinity();  // on held-out images
  int since_best = 0;
  int pending = 0;              // batches in `gradients`
  std::vector<Real> gradients;  // empty when none is pending
};

// A number for names and sizes of all tensors: two nets of one fingerprint can exchange moments.
std::uint32_t net_fingerprint(const Net& net);

std::vector<std::uint8_t> encode(const Checkpoint& checkpoint);
// Throws Error (bad_file) for anything that encode() of the same build did not write.
Checkpoint decode(const std::uint8_t* bytes, std::size_t size);

}  // namespace cnn
