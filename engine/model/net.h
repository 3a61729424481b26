#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/tensor.h"
#include "engine/graph/graph.h"

namespace cnn {

// One tensor of a net, by address "conv1/kernel".
struct ParameterSlot {
  int node = 0;
  int index = 0;           // in Node::parameters
  std::size_t offset = 0;  // in the net's one buffer; aligned
  std::size_t count = 0;
  const ParameterSpec* spec = nullptr;
  std::string address;
};

// A graph with numbers: all parameters lie in one buffer, so that optimisers pass over it once and replicas exchange it
// whole. The padding between tensors is zero and stays zero.
class Net {
 public:
  // Parameters are drawn from the seed. Throws Error (out_of_memory) when they do not fit.
  Net(Definition definition, std::uint64_t seed);

  const Graph& graph() const { return graph_; }
  const std::vector<ParameterSlot>& slots() const { return slots_; }
  // Index of the first slot of a node; its parameters follow each other.
  int first_slot(int node) const { return first_slot_[node]; }
  // Null when there is none of that address.
  const ParameterSlot* find(const std::string& address) const;
  // The same for names that come from outside; throw Error (not_found) with the nearest name.
  int need_node(const std::string& name) const;
  const ParameterSlot& need_slot(const std::string& address) const;

  Real* parameters() { return values_.data(); }
  const Real* parameters() const { return values_.data(); }
  // Size of the buffer, padding included.
  std::size_t parameter_values() const { return values_.size(); }

  // Draws everything anew: kernels by their rule (He et al. 2015, Glorot & Bengio 2010), biases 0, scales 1. Each tensor has a
  // stream of its own: changing one layer does not change the others' numbers.
  void initialize(std::uint64_t seed);

 private:
  Graph graph_;
  std::vector<ParameterSlot> slots_;
  std::vector<int> first_slot_;
  Buffer<Real> values_;
};

}  // namespace cnn
