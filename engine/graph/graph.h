#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/definition/definition.h"
#include "engine/layers/layer.h"

namespace cnn {

// The part of the input that one output of a node depends on, in pixels: `size` of the box, `jump` between the boxes of
// neighbouring outputs, `start` of the first box's top left corner (negative: in the padding). Recurrences of Araujo, Norris &
// Sim, "Computing receptive fields of convolutional neural networks" (Distill 2019).
struct ReceptiveField {
  int size_h = 1, size_w = 1;
  int jump_h = 1, jump_w = 1;
  int start_h = 0, start_w = 0;
};

struct Node {
  std::string name;
  std::string path;  // in the definition
  std::unique_ptr<Layer> layer;
  std::vector<int> inputs;     // indices of earlier nodes
  std::vector<int> consumers;  // indices of later nodes, one entry a use
  std::vector<Shape> input_shapes;
  Shape shape;
  std::vector<ParameterSpec> parameters;
  std::int64_t macs = 0;
  ReceptiveField receptive_field;

  LayerInputs layer_inputs() const { return {{input_shapes.data(), input_shapes.size()}}; }
};

// A layer, and what it makes of inputs of those shapes. Throws Error with the place for a fault of either.
struct CheckedLayer {
  std::unique_ptr<Layer> layer;
  Shape shape;
  std::vector<ParameterSpec> parameters;
};
CheckedLayer check_layer(const NodeDefinition& node, const std::vector<Shape>& inputs, bool first);

// The checked net: nodes in an order in which each follows its inputs, with shapes, parameters and costs. No numbers.
class Graph {
 public:
  // Throws Error with the place for the first fault.
  explicit Graph(Definition definition);

  const Definition& definition() const { return definition_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& operator[](int i) const { return nodes_[i]; }
  int size() const { return static_cast<int>(nodes_.size()); }

  // Index of the node of that name, or −1.
  int find(const std::string& name) const;
  // Node 0 is the input.
  const Shape& input_shape() const { return nodes_[0].shape; }
  // The node whose values are the net's answer: the last head, or without heads the last node.
  int output() const { return output_; }
  const std::vector<int>& heads() const { return heads_; }
  const Head& head(int node) const { return static_cast<const Head&>(*nodes_[node].layer); }

  std::int64_t parameter_count() const;  // all, running averages included
  std::int64_t macs() const;

 private:
  void add(const NodeDefinition& definition);
  void check() const;

  Definition definition_;
  std::vector<Node> nodes_;
  std::vector<int> heads_;
  int output_ = 0;
  double values_ = 0;  // activations of one image and parameters, so far
};

}  // namespace cnn
