#pragma once

#include <cstddef>
#include <vector>

#include "engine/graph/graph.h"

namespace cnn {

// What a run's memory is for.
//   prediction  forward in inference mode only, for the answer: memory is used again as soon as nobody reads it, and what a
//               layer can do for those behind it is done at once (batch normalisation in the kernel, ReLU while writing)
//   inference   forward only; every activation can be read afterwards
//   inspection  forward and backward with every activation and gradient (down to the pixels) kept in its own buffer
//   training    forward and backward as cheaply as possible: layers that may work in place do, nothing is computed that no
//               parameter needs
enum class Purpose { prediction, inference, inspection, training };

inline bool has_gradients(Purpose purpose) { return purpose == Purpose::inspection || purpose == Purpose::training; }

// Where everything of a run lies: offsets into one arena of values (activations, gradients, scratch) and one of bytes (what
// layers save between forward and backward). Made from the graph alone, so that memory can be told before it is taken.
struct Plan {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  int batch = 0;
  Purpose purpose = Purpose::inference;
  std::vector<std::size_t> activation;  // per node, offset in values; views and in-place layers repeat their input's
  std::vector<std::size_t> gradient;    // per node, likewise; kNone where nobody needs it
  std::vector<std::size_t> saved;       // per node, offset in bytes; kNone where nothing is saved
  // Per node: the earlier one whose forward does this one's at once, writing where this one would; −1: none. A chain of them
  // names the same.
  std::vector<int> merged;
  std::size_t scratch = 0;              // offset in values
  std::size_t line = 0;                 // offset in values: scale and shift of a layer that is merged
  std::size_t folded = 0;               // offset in values: the parameters with them
  std::size_t values = 0;               // size of the arena of values
  std::size_t saved_bytes = 0;          // size of the arena of bytes
};

// `frozen` has one entry a parameter of the graph, in its order: those that are not 0 do not learn. Empty: all do.
Plan make_plan(const Graph& graph, int batch, Purpose purpose, const std::vector<char>& frozen = {});

}  // namespace cnn
