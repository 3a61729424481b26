#pragma once

// How one output of a layer came about, told by the layer itself (Layer::terms), so that whoever shows it needs to know no kind of
// layer.

#include <cstddef>
#include <utility>
#include <vector>

#include "engine/layers/layer.h"

namespace cnn {

// One value of a batch [N, H, W, C].
struct Place {
  int image = 0;
  int row = 0;
  int column = 0;
  int channel = 0;
};

bool inside(const Place& place, const Shape& shape);
std::size_t offset(const Place& place, const Shape& shape);

// What is done with the terms. In all but `function` and `softmax` the products add up to the output.
enum class Arithmetic {
  input,          // nothing: a pixel
  products,       // Σ value · weight, the bias being 1 · bias
  maximum,        // the weight of the winner (the first of equals) is 1, that of the others 0; number "ties": how many are equal
  average,        // weight 1 / count
  sum,
  copy,           // the same number at another place
  mask,           // dropout: weight 0, or what the kept ones are multiplied by
  normalization,  // γ · x̂ + β with x̂ = (x − mean) / √(variance + epsilon); numbers: all these, and "images", "rows", "columns",
                  // "channels": the extents of the block of values that share mean and variance (0: fixed, not of this batch)
  softmax,        // product e^(x − maximum); numbers "maximum", "sum"
  function,       // weight is the slope ∂output / ∂value
};
// Heads add, where labels are known, the numbers "miss" and "scale": the gradient at the value is miss · scale. Losses that draw
// the output to a "target" miss it by output − target; the hinge tells by how many margins it pushes.
const char* arithmetic_name(Arithmetic kind);

struct Term {
  int input = -1;    // which of the layer's inputs; −1: a constant, the 1 beside a bias
  Place cell;        // outside of the input: padding, whose value is 0
  Real value = 0;    // at the cell
  Real weight = 0;   // ∂output / ∂value
  int tensor = -1;   // the parameter that takes part, in the order of Layer::parameters(); −1: none
  std::size_t element = 0;
  Real factor = 0;   // ∂output / ∂parameter
  Real product = 0;  // what the term adds
};

struct Terms {
  Arithmetic kind = Arithmetic::function;
  std::vector<Term> list;
  std::vector<std::pair<const char*, double>> numbers;

  double number(const char* name, double otherwise) const;

  // value · parameter
  void add_product(const Pass& pass, int input, const Place& cell, int tensor, std::size_t element);
  // 1 · parameter
  void add_constant(const Pass& pass, int tensor, std::size_t element);
  // value · weight
  void add(const Pass& pass, int input, const Place& cell, Real weight);
};

// For layers that go value by value: one term, whose slope their own backward tells.
void pointwise_terms(const Layer& layer, const Pass& pass, const Place& place, Terms& terms);

}  // namespace cnn
