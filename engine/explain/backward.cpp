#include "engine/explain/backward.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace cnn {

namespace {

// What one output hands back: to an input of its, or to a parameter.
struct Share {
  int consumer = 0;  // in the answer's list
  Place place;
  Real factor = 0;
  Real gradient = 0;  // of the output
  Real product = 0;
};

void add_shares(const std::vector<Share>& shares, Answer& answer) {
  const auto column = [&](const char* name, auto&& value_of) { add_column(answer, name, shares, value_of); };
  column("consumer", [](const Share& share) { return share.consumer; });
  column("image", [](const Share& share) { return share.place.image; });
  column("row", [](const Share& share) { return share.place.row; });
  column("column", [](const Share& share) { return share.place.column; });
  column("channel", [](const Share& share) { return share.place.channel; });
  column("weight", [](const Share& share) { return share.factor; });
  column("gradient", [](const Share& share) { return share.gradient; });
  column("product", [](const Share& share) { return share.product; });
}

double sum_of(const std::vector<Share>& shares) {
  double sum = 0;
  for (const Share& share : shares) sum += share.product;
  return sum;
}

struct Range {
  int first, last;
};

// One axis of a layer, from `in` cells to `out`; the rest as in ReceptiveStep.
struct Axis {
  int in, out;
  int kernel, stride, pad, growth;
};

// Outputs along one axis whose window may read cell `at`, and perhaps some more. A window that reaches over an edge may read
// cells that lie within the border's reach of it.
Range readers(int at, const Axis& a) {
  Range range{(at + a.pad - a.kernel + a.stride) / a.stride, (at + a.pad) / a.stride};
  if (a.growth > 1) range = {(range.first - 1) * a.growth, (range.last + 2) * a.growth - 1};
  const int reach_behind = (a.out - 1) * a.stride / a.growth + a.kernel - a.pad - a.in;
  if (at <= std::max(0, a.pad)) range.first = 0;
  if (at >= a.in - 1 - std::max(0, reach_behind)) range.last = a.out - 1;
  return {std::max(0, range.first), std::min(range.last, a.out - 1)};
}

template <class Visit>
void for_each_place(int image, const Range& rows, const Range& columns, const Range& channels, Visit visit) {
  Place at{image, 0, 0, 0};
  for (at.row = rows.first; at.row <= rows.last; ++at.row) {
    for (at.column = columns.first; at.column <= columns.last; ++at.column) {
      for (at.channel = channels.first; at.channel <= channels.last; ++at.channel) visit(at);
    }
  }
}

// Where mean and variance come from the batch itself, every value of their block has a share in each other's gradient:
//   dx = g − mean(g) − x̂ · mean(g · x̂),  g = weight · gradient   (Ioffe & Szegedy 2015)
// Takes both means off `share` and adds them to the terms' numbers.
void take_means_off(Scene& scene, int node, Terms& terms, Share& share) {
  const Shape& shape = scene.graph()[node].shape;
  const Span<const Real> dy = scene.run().gradient(node);
  const auto range = [&](const char* name, int at) {
    const int extent = static_cast<int>(terms.number(name, 1));
    return Range{at / extent * extent, at / extent * extent + extent - 1};
  };
  const Place& at = share.place;
  const Range images = range("images", at.image);
  double gradient = 0, gradient_normalized = 0, count = 0;
  for (int image = images.first; image <= images.last; ++image) {
    for_each_place(image, range("rows", at.row), range("columns", at.column), range("channels", at.channel),
                   [&](const Place& place) {
                     const Terms of_place = scene.terms(node, place);
                     const double g = double(of_place.list[0].weight) * dy[offset(place, shape)];
                     gradient += g;
                     gradient_normalized += g * of_place.number("normalized", 0);
                     ++count;
                   });
  }
  gradient /= count;
  gradient_normalized /= count;
  share.product -= static_cast<Real>(gradient + terms.number("normalized", 0) * gradient_normalized);
  terms.numbers.emplace_back("mean_gradient", gradient);
  terms.numbers.emplace_back("mean_gradient_normalized", gradient_normalized);
}

// What `consumer` hands back to `place` of `node`; the result describes the consumer.
Json collect(Scene& scene, int node, const Place& place, int consumer, int number, std::vector<Share>& shares) {
  const Node& reader = scene.graph()[consumer];
  const Shape& in = scene.graph()[node].shape;
  const Shape& out = reader.shape;
  Terms shown;
  if (reader.layer->role() == LayerRole::head) {
    shown = scene.terms(consumer, place);  // backward begins here
    const Real miss = static_cast<Real>(shown.number("miss", 0));
    const Real scale = static_cast<Real>(shown.number("scale", 0));
    shares.push_back({number, place, scale, miss, scale * miss});
  } else {
    const ReceptiveStep step = reader.layer->receptive_step(reader.layer_inputs(), out);
    const Span<const Real> dy = scene.run().gradient(consumer);
    Range rows{0, out.h - 1}, columns{0, out.w - 1};
    if (!step.whole) {
      rows = readers(place.row, {in.h, out.h, step.kernel_h, step.stride_h, step.pad_top, step.growth_h});
      columns = readers(place.column, {in.w, out.w, step.kernel_w, step.stride_w, step.pad_left, step.growth_w});
    }
    for_each_place(place.image, rows, columns, {0, out.c - 1}, [&](const Place& at) {
                     Terms terms = scene.terms(consumer, at);
                     for (const Term& term : terms.list) {
                       if (term.input < 0 || reader.inputs[term.input] != node || !inside(term.cell, in) ||
                           offset(term.cell, in) != offset(place, in)) {
                         continue;
                       }
                       const Real gradient = dy.data == nullptr ? Real(0) : dy[offset(at, out)];
                       shares.push_back({number, at, term.weight, gradient, term.weight * gradient});
                       if (terms.number("images", 0) > 0) take_means_off(scene, consumer, terms, shares.back());
                       shown = terms;
                     }
                   });
  }
  Json json;
  json["node"] = reader.name;
  json["kind"] = arithmetic_name(shown.kind);
  json["numbers"] = numbers_json(shown);
  return json;
}

}  // namespace

Answer explain_backward(Scene& scene, const Query& query) {
  const int index = scene.net().need_node(query.node);
  const Node& node = scene.graph()[index];
  const Place place = scene.place(index, query);
  scene.differentiate();

  Answer answer;
  Json& json = answer.json;
  json["node"] = node.name;
  json["label"] = scene.labels()[place.image];
  json["loss"] = scene.loss().loss;
  json["value"] = scene.run().activation(index)[offset(place, node.shape)];
  const Span<const Real> gradient = scene.run().gradient(index);
  if (gradient.data != nullptr) json["gradient"] = gradient[offset(place, node.shape)];
  json["consumers"] = Json::array();
  std::vector<Share> shares;
  for (std::size_t i = 0; i < node.consumers.size(); ++i) {
    if (i > 0 && node.consumers[i] == node.consumers[i - 1]) continue;  // one that reads the node twice
    const int number = static_cast<int>(json["consumers"].size());
    json["consumers"].push_back(collect(scene, index, place, node.consumers[i], number, shares));
  }
  json["sum"] = sum_of(shares);
  add_shares(shares, answer);
  return answer;
}

Answer explain_parameter(Scene& scene, const Query& query) {
  const ParameterSlot& slot = scene.net().need_slot(query.parameter);
  const std::size_t at_parameter = scene.element(slot, query.element);
  scene.differentiate();
  const Node& node = scene.graph()[slot.node];
  const Span<const Real> dy = scene.run().gradient(slot.node);

  // Outputs of other channels than the element's need not be asked.
  const std::vector<int>& shape = slot.spec->shape;
  const auto axis = shape.end() - 1 - slot.spec->axes_behind_channel;
  const int behind = std::accumulate(axis + 1, shape.end(), 1, std::multiplies<int>());
  const int channel = query.element / behind % *axis;
  const Range channels = *axis == node.shape.c ? Range{channel, channel} : Range{0, node.shape.c - 1};
  std::vector<Share> shares;
  for (int image = 0; image < scene.run().batch() && dy.data != nullptr; ++image) {
    for_each_place(image, {0, node.shape.h - 1}, {0, node.shape.w - 1}, channels, [&](const Place& at) {
      for (const Term& term : scene.terms(slot.node, at).list) {
        if (term.tensor != slot.index || term.element != static_cast<std::size_t>(query.element)) continue;
        const Real gradient = dy[offset(at, node.shape)];
        shares.push_back({0, at, term.factor, gradient, term.factor * gradient});
      }
    });
  }

  Answer answer;
  Json& json = answer.json;
  json["parameter"] = slot.address;
  json["element"] = query.element;
  json["value"] = scene.net().parameters()[at_parameter];
  if (slot.spec->trainable) json["gradient"] = scene.parameter_gradients()[at_parameter];
  json["loss"] = scene.loss().loss;
  json["sum"] = sum_of(shares);
  json["total"] = shares.size();
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return std::abs(a.product) > std::abs(b.product); });
  shares.resize(std::min<std::size_t>(shares.size(), query.count));
  add_shares(shares, answer);
  return answer;
}

}  // namespace cnn
