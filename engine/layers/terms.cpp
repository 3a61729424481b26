#include "engine/layers/terms.h"

#include <cstring>

namespace cnn {

bool inside(const Place& place, const Shape& shape) {
  return place.row >= 0 && place.row < shape.h && place.column >= 0 && place.column < shape.w && place.channel >= 0 &&
         place.channel < shape.c;
}

std::size_t offset(const Place& place, const Shape& shape) {
  return ((static_cast<std::size_t>(place.image) * shape.h + place.row) * shape.w + place.column) * shape.c +
         place.channel;
}

const char* arithmetic_name(Arithmetic kind) {
  switch (kind) {
    case Arithmetic::input: return "input";
    case Arithmetic::products: return "products";
    case Arithmetic::maximum: return "maximum";
    case Arithmetic::average: return "average";
    case Arithmetic::sum: return "sum";
    case Arithmetic::copy: return "copy";
    case Arithmetic::mask: return "mask";
    case Arithmetic::normalization: return "normalization";
    case Arithmetic::softmax: return "softmax";
    case Arithmetic::function: return "function";
  }
  return "function";
}

double Terms::number(const char* name, double otherwise) const {
  for (const auto& [known, value] : numbers) {
    if (std::strcmp(name, known) == 0) return value;
  }
  return otherwise;
}

void Terms::add(const Pass& pass, int input, const Place& cell, Real weight) {
  const PassInput& in = pass.inputs[input];
  Term term;
  term.input = input;
  term.cell = cell;
  if (inside(cell, in.shape)) term.value = in.value[offset(cell, in.shape)];
  term.weight = weight;
  term.product = term.value * weight;
  list.push_back(term);
}

void Terms::add_product(const Pass& pass, int input, const Place& cell, int tensor, std::size_t element) {
  add(pass, input, cell, pass.parameters[tensor][element]);
  Term& term = list.back();
  term.tensor = tensor;
  term.element = element;
  term.factor = term.value;
}

void Terms::add_constant(const Pass& pass, int tensor, std::size_t element) {
  Term term;
  term.value = term.factor = 1;
  term.weight = term.product = pass.parameters[tensor][element];
  term.tensor = tensor;
  term.element = element;
  list.push_back(term);
}

void pointwise_terms(const Layer& layer, const Pass& pass, const Place& place, Terms& terms) {
  const std::size_t at = offset(place, pass.shape);
  const Real one = 1;
  Real value = pass.inputs[0].value[at], slope = 0;
  Pass single = pass;
  single.batch = 1;
  single.shape = {1, 1, 1};
  single.output = pass.output + at;
  single.output_gradient = &one;
  single.inputs[0].shape = single.shape;
  single.inputs[0].value = &value;
  single.inputs[0].gradient = &slope;
  single.inputs[0].accumulate = false;
  layer.backward(single);
  terms.kind = Arithmetic::function;
  terms.add(pass, 0, place, slope);
  terms.list.back().product = pass.output[at];
}

// Any layer can be asked by how much the output moves with each of its inputs: its own backward pass, started from this one
// output, says it.
void Layer::terms(const Pass& pass, const Place& place, Terms& terms) const {
  terms.kind = Arithmetic::function;
  Buffer<Real> start(pass.shape.size() * pass.batch);
  start[offset(place, pass.shape)] = 1;
  std::vector<Buffer<Real>> gradients;
  Pass back = pass;
  back.output_gradient = start.data();
  for (Real*& gradient : back.parameter_gradients) gradient = nullptr;
  for (PassInput& in : back.inputs) {
    gradients.emplace_back(in.shape.size() * pass.batch);
    in.gradient = gradients.back().data();
    in.accumulate = false;
  }
  backward(back);
  for (std::size_t k = 0; k < back.inputs.size(); ++k) {
    const Shape& shape = back.inputs[k].shape;
    Place cell{place.image, 0, 0, 0};
    for (cell.row = 0; cell.row < shape.h; ++cell.row) {
      for (cell.column = 0; cell.column < shape.w; ++cell.column) {
        for (cell.channel = 0; cell.channel < shape.c; ++cell.channel) {
          const Real slope = gradients[k][offset(cell, shape)];
          const bool same = shape == pass.shape && offset(cell, shape) == offset(place, shape);
          if (slope != 0 || same) terms.add(pass, static_cast<int>(k), cell, slope);
        }
      }
    }
  }
}

}  // namespace cnn
