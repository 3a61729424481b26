#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/random.h"
#include "engine/data/dataset.h"

namespace cnn {

// The order in which the images of a set are learnt. First epoch: part after part as they were appended, shuffled within each.
// Later epochs: everything shuffled. The draws depend on the seed and on where the parts begin, never on when they arrive.
// A share of the set may be held out: it never comes.
class Sampler {
 public:
  Sampler(const Dataset& data, std::uint64_t seed, double held_out = 0);

  // Makes the next up to `batch` indices (fewer only at the end of the epoch) ready at indices(); 0 when one of them has not
  // been appended yet. Calling it again before take() gives the same.
  int prepare(int batch);
  const std::uint32_t* indices() const { return order_.data() + position_; }
  // How many at indices(), of up to `most` in this epoch, have been appended: to look further ahead.
  std::size_t known(std::size_t most);
  // Of the first at indices(), in the whole training; they count on from it to the end of the epoch.
  std::uint64_t number() const { return static_cast<std::uint64_t>(epoch_) << 32 | position_; }
  // Moves past `count` prepared ones; true when that was the end of an epoch.
  bool take(int count);

  long epoch() const { return epoch_; }
  // Drawn from the seed alone; ascending.
  const std::vector<std::uint32_t>& held_out() const { return held_out_; }

  // Everything that decides about what comes, for checkpoints.
  struct State {
    long epoch = 0;
    std::uint64_t position = 0;
    Random::State random = {0, 0};
    std::vector<std::uint32_t> order;
  };
  State state() const;
  // False, and nothing has changed, when the state cannot be one of this set.
  bool restore(State state);

 private:
  std::size_t total() const;
  bool is_held_out(std::uint32_t index) const;
  std::size_t drawn_from() const;
  void draw_next();
  void shuffle(std::size_t first);

  const Dataset& data_;
  std::vector<std::uint32_t> held_out_;
  Random random_;
  long epoch_ = 0;
  std::size_t position_ = 0;
  std::vector<std::uint32_t> order_;  // of this epoch, as far as it is drawn
};

}  // namespace cnn
