#include "engine/definition/definition.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/core/error.h"
#include "engine/definition/blocks.h"
#include "engine/definition/convnetjs.h"
#include "engine/definition/scaling.h"
#include "engine/graph/graph.h"

namespace cnn {

namespace {

template <class... Values>
[[noreturn]] void refuse(const std::string& path, const char* pattern, const Values&... values) {
  fail_at(path, ErrorCode::invalid_definition, "definition", pattern, values...);
}

bool valid_name(const std::string& name) {
  if (name.empty() || name.size() > 100) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

// The text under `key`, or `fallback`.
std::string text_of(const Json& object, const char* key, const std::string& fallback, const std::string& path) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_string()) refuse(path + "/" + key, "\"{}\" must be a text.", key);
  return found->get<std::string>();
}

// Where names are looked up: those of the block being expanded first (they begin with `prefix`; "in" is what came into it),
// then those of the block around it, last those of the whole definition (no prefix, no `outer`).
struct Scope {
  std::string prefix;
  std::string in;
  const Scope* outer = nullptr;
  const Json* made_from = nullptr;  // the block, when its layers are made from its fields and not the author's

  // Where the author wrote what the layer at `path` has under `key`.
  std::string place(const std::string& path, const char* key) const {
    return made_from == nullptr || made_from->contains(key) ? path + "/" + key : path;
  }
};

// Expands the list of layers one by one; `alias` maps a name as the author uses it to the node that now answers to it.
class Expander {
 public:
  std::vector<NodeDefinition> nodes;

  void add_all(const Json& layers, const std::string& path, const Scope& scope = {}) {
    if (!layers.is_array() || layers.empty()) refuse(path, "\"layers\" must be a list with at least one layer.");
    for (std::size_t i = 0; i < layers.size(); ++i) add(layers[i], compose("{}/{}", path, i), scope);
  }

  void add_convnetjs(const Json& layer_defs, const std::string& path) {
    if (!layer_defs.is_array() || layer_defs.empty()) refuse(path, "\"layer_defs\" must be a list with at least one layer.");
    bool flat = false;
    for (std::size_t i = 0; i < layer_defs.size(); ++i) {
      const std::string place = compose("{}/{}", path, i);
      const Scope scope{"", "", nullptr, &layer_defs[i]};
      for (const Json& layer : from_convnetjs(layer_defs[i], place, flat)) add(layer, place, scope);
    }
  }

 private:
  void add(const Json& layer, const std::string& path, const Scope& scope) {
    if (!layer.is_object()) refuse(path, "a layer must be an object {…}.");
    if (layer.contains("layer_type")) refuse(path, "this is a net that ConvNetJS saved: open it as a file, its weights come along.");
    if (layer.find("type") == layer.end()) refuse(path, "\"type\" is missing.");
    NodeDefinition node;
    node.type = text_of(layer, "type", "", path);
    node.path = path;
    node.name = text_of(layer, "name", "", path);
    if (node.name.empty() && layer.contains("name")) refuse(path + "/name", "a name cannot be empty.");
    if (node.name.empty()) {
      // No layer is called like that, and nothing could be named after it.
      if (!valid_name(node.type)) refuse(path + "/type", "unknown layer \"{}\".", node.type);
      node.name = free_name(scope.prefix, node.type);
    } else {
      node.name = scope.prefix + node.name;
    }
    if (!valid_name(node.name)) {
      refuse(scope.place(path, "name"), "a name has up to 100 letters, digits and _ . - only. Got \"{}\".", node.name);
    }
    node.inputs = inputs_of(layer, path, scope);
    if (const BlockType* block = find_block_type(node.type)) return add_block(*block, layer, node, scope);

    node.object = layer;
    // The input has none: there the key stays, and is refused as unknown.
    const std::string activation = node.type == "input" ? "" : text_of(layer, "activation", "", path);
    if (node.type != "input") node.object.erase("activation");
    const std::string written_name = node.name;
    append(std::move(node), scope.place(path, "name"));
    if (activation.empty()) return;
    NodeDefinition follower;
    follower.type = activation;
    follower.name = written_name + "." + activation;
    follower.inputs = {written_name};
    follower.object = Json::object();
    const std::string place = scope.place(path, "activation");
    follower.path = place;
    append(std::move(follower), place);
    alias_[written_name] = last_;
  }

  // The layers of the block `node`, round after round; then its name means the last of them.
  void add_block(const BlockType& block, const Json& object, const NodeDefinition& node, const Scope& scope) {
    if (nodes.empty()) refuse(node.path, "the first layer must be an input.");
    if (node.inputs.size() != 1) {
      fail_at(node.path, ErrorCode::shape_mismatch, node.type, "needs 1 input. Got {}.", node.inputs.size());
    }
    take_name(node.name, scope.place(node.path, "name"));
    last_ = node.inputs[0];
    int rounds = 1;
    for (int round = 0; round < rounds; ++round) {
      const Json parts = block.expand(object, node.path, shape_of(last_), round, rounds);
      const std::string name = rounds == 1 ? node.name : compose("{}.{}", node.name, round + 1);
      if (rounds > 1) take_name(name, scope.place(node.path, "name"));
      const Scope inner{name + ".", last_, &scope, parts.is_null() ? nullptr : &object};
      if (parts.is_null()) {
        if (object.find("layers") == object.end()) refuse(node.path, "\"layers\" is missing.");
        add_all(object["layers"], node.path + "/layers", inner);
      } else {
        for (const Json& part : parts) add(part, node.path, inner);
      }
      alias_[name] = last_;
    }
    alias_[node.name] = last_;
  }

  // What the engine itself makes of the layers up to `name`. A fault on the way is thrown with its place.
  Shape shape_of(const std::string& name) {
    while (shapes_.count(name) == 0) {
      const NodeDefinition& node = nodes[shapes_.size()];
      std::vector<Shape> inputs;
      for (const std::string& input : node.inputs) inputs.push_back(shapes_.at(input));
      shapes_[node.name] = check_layer(node, inputs, shapes_.empty()).shape;
    }
    return shapes_.at(name);
  }

  std::string free_name(const std::string& prefix, const std::string& type) {
    if (type == "input" && names_.count(type) == 0) return type;
    for (;;) {
      const std::string name = compose("{}{}_{}", prefix, type, ++counts_[prefix + type]);
      if (names_.count(name) == 0) return name;
    }
  }

  // The node that `name` means, seen from `scope`; empty when there is none.
  std::string find(const std::string& name, const Scope& scope) const {
    if (!scope.in.empty() && name == "in") return scope.in;
    const std::string full = scope.prefix + name;
    if (names_.count(full) == 0) return scope.outer == nullptr ? "" : find(name, *scope.outer);
    const auto alias = alias_.find(full);
    return alias == alias_.end() ? full : alias->second;
  }

  std::vector<std::string> inputs_of(const Json& layer, const std::string& path, const Scope& scope) {
    const auto found = layer.find("inputs");
    if (found == layer.end()) {
      if (nodes.empty()) return {};
      return {last_};
    }
    if (!found->is_array()) refuse(path + "/inputs", "\"inputs\" must be a list of layer names.");
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < found->size(); ++i) {
      const std::string place = compose("{}/inputs/{}", path, i);
      if (!(*found)[i].is_string()) refuse(place, "an input must be the name of a layer.");
      const std::string name = (*found)[i].get<std::string>();
      inputs.push_back(find(name, scope));
      if (!inputs.back().empty()) continue;
      std::vector<std::string> known(names_.begin(), names_.end());
      for (const std::string& full : names_) {
        if (full.compare(0, scope.prefix.size(), scope.prefix) == 0) known.push_back(full.substr(scope.prefix.size()));
      }
      refuse(place, "\"{}\" is no earlier layer.{}", name, suggestion(name, known));
    }
    return inputs;
  }

  void take_name(const std::string& name, const std::string& path) {
    if (!names_.insert(name).second) refuse(path, "the name \"{}\" is taken.", name);
  }

  void append(NodeDefinition node, const std::string& name_path) {
    take_name(node.name, name_path);
    if (nodes.size() >= kMaxNodes) refuse(node.path, "more than {} layers.", kMaxNodes);
    connections_ += node.inputs.size();
    if (connections_ > kMaxConnections) {
      refuse(node.path, "more than {} connections.", kMaxConnections);
    }
    node.object["type"] = node.type;
    node.object["name"] = node.name;
    node.object["inputs"] = node.inputs;
    last_ = node.name;
    nodes.push_back(std::move(node));
  }

  std::map<std::string, int> counts_;
  std::set<std::string> names_;
  std::map<std::string, std::string> alias_;
  std::map<std::string, Shape> shapes_;  // of the first nodes, as far as somebody asked
  std::string last_;                     // the node that a layer without "inputs" follows
  std::size_t connections_ = 0;
};

}  // namespace

Definition parse_definition(const std::string& text) {
  if (text.size() > kMaxDefinitionBytes) {
    refuse("", "larger than {} MB. Got {} MB.", kMaxDefinitionBytes >> 20, text.size() / 1000000);
  }
  return parse_definition(read_json(text.data(), text.size(), "definition"));
}

Definition parse_definition(const Json& json) {
  const bool bare_list = json.is_array() && !json.empty();  // ConvNetJS's
  if (!json.is_object() && !bare_list) refuse("", "must be an object {\"layers\": […]}.");
  Definition definition;
  Json& source = definition.source;
  if (bare_list) {
    source["layer_defs"] = json;
  } else {
    source = json;
  }
  for (const auto& item : source.items()) {
    const std::vector<std::string> known = {"name", "description", "preprocessing", "scaling", "layers", "layer_defs"};
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    refuse("/" + item.key(), "unknown key \"{}\".{}", item.key(), suggestion(item.key(), known));
  }
  definition.name = text_of(source, "name", "untitled", "");
  text_of(source, "description", "", "");

  Expander expander;
  const auto layers = source.find("layers");
  const auto layer_defs = source.find("layer_defs");
  const auto scaling = source.find("scaling");
  if (layer_defs != source.end()) {
    for (const char* other : {"layers", "scaling"}) {
      if (source.contains(other)) refuse("/layer_defs", "\"layer_defs\" stands without \"{}\".", other);
    }
    expander.add_convnetjs(*layer_defs, bare_list ? "" : "/layer_defs");
    const NodeDefinition& first = expander.nodes[0];
    if (first.type == "input") {
      // As its demonstrations treat pictures: −0.5 … 0.5, and the middle of those that are larger than the input.
      definition.preprocessing.mean = 0.5;
      definition.preprocessing.crop_h = first.object["shape"][0].get<int>();
      definition.preprocessing.crop_w = first.object["shape"][1].get<int>();
    }
  } else if (layers == source.end()) {
    refuse("", "\"layers\" is missing.");
  } else if (scaling == source.end()) {
    expander.add_all(*layers, "/layers");
  } else {
    Scaling how;
    read_fields(*scaling, "scaling", "/scaling", {}, how);
    expander.add_all(scale_layers(*layers, how), "/layers");
  }
  const auto preprocessing = source.find("preprocessing");
  if (preprocessing != source.end()) {
    read_fields(*preprocessing, "preprocessing", "/preprocessing", {}, definition.preprocessing);
  }
  definition.nodes = std::move(expander.nodes);
  return definition;
}

}  // namespace cnn
