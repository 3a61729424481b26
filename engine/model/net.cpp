#include "engine/model/net.h"

#include <algorithm>
#include <cmath>

#include "engine/core/error.h"
#include "engine/core/random.h"
#include "engine/definition/fields.h"

namespace cnn {

namespace {

void draw(const ParameterSpec& spec, Random& random, Real* values, std::size_t count) {
  switch (spec.initializer) {
    case Initializer::zeros: std::fill_n(values, count, Real(0)); return;
    case Initializer::ones: std::fill_n(values, count, Real(1)); return;
    case Initializer::constant: std::fill_n(values, count, static_cast<Real>(spec.constant)); return;
    default: break;
  }
  const bool uniform =
      spec.initializer == Initializer::he_uniform || spec.initializer == Initializer::glorot_uniform;
  // A uniform on [−a, a] has variance a²/3.
  const float scale = static_cast<float>(std::sqrt((uniform ? 3 : 1) * initial_variance(spec)));
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = uniform ? scale * (2 * random.uniform() - 1) : scale * random.normal();
  }
}

// FNV-1a: a stream number per address.
std::uint64_t stream_of(const std::string& address) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const unsigned char c : address) hash = (hash ^ c) * 1099511628211ULL;
  return hash;
}

[[noreturn]] void refuse_name(const std::string& what, const std::string& name, const std::vector<std::string>& names) {
  fail(ErrorCode::not_found, "net", "has no {} \"{}\".{}", what, name, suggestion(name, names));
}

}  // namespace

Net::Net(Definition definition, std::uint64_t seed) : graph_(std::move(definition)) {
  std::size_t total = 0;
  for (int i = 0; i < graph_.size(); ++i) {
    const Node& node = graph_[i];
    first_slot_.push_back(static_cast<int>(slots_.size()));
    for (std::size_t k = 0; k < node.parameters.size(); ++k) {
      ParameterSlot slot;
      slot.node = i;
      slot.index = static_cast<int>(k);
      slot.offset = total;
      slot.count = node.parameters[k].count();
      slot.spec = &node.parameters[k];
      slot.address = node.name + "/" + node.parameters[k].name;
      total += aligned_count<Real>(slot.count);
      slots_.push_back(std::move(slot));
    }
  }
  values_ = Buffer<Real>(total);
  initialize(seed);
}

const ParameterSlot* Net::find(const std::string& address) const {
  for (const ParameterSlot& slot : slots_) {
    if (slot.address == address) return &slot;
  }
  return nullptr;
}

int Net::need_node(const std::string& name) const {
  const int node = graph_.find(name);
  if (node >= 0) return node;
  std::vector<std::string> names;
  for (const Node& known : graph_.nodes()) names.push_back(known.name);
  refuse_name("layer", name, names);
}

const ParameterSlot& Net::need_slot(const std::string& address) const {
  const ParameterSlot* slot = find(address);
  if (slot != nullptr) return *slot;
  std::vector<std::string> names;
  for (const ParameterSlot& known : slots_) names.push_back(known.address);
  refuse_name("parameter", address, names);
}

void Net::initialize(std::uint64_t seed) {
  for (const ParameterSlot& slot : slots_) {
    Random random(seed, stream_of(slot.address));
    draw(*slot.spec, random, values_.data() + slot.offset, slot.count);
  }
}

}  // namespace cnn
