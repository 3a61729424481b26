#include "engine/definition/definition.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/core/error.h"

namespace cnn {

namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& path) {
  throw Error(ErrorCode::invalid_definition, "definition", message, path);
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
  if (!found->is_string()) refuse(std::string("\"") + key + "\" must be a text.", path + "/" + key);
  return found->get<std::string>();
}

// Expands the list of layers one by one; `alias` maps a name as the author uses it to the node that now answers to it.
class Expander {
 public:
  std::vector<NodeDefinition> nodes;

  void add(const Json& layer, const std::string& path) {
    if (!layer.is_object()) refuse("a layer must be an object {…}.", path);
    if (layer.find("type") == layer.end()) refuse("\"type\" is missing.", path);
    NodeDefinition node;
    node.type = text_of(layer, "type", "", path);
    node.path = path;
    node.object = layer;
    node.name = text_of(layer, "name", "", path);
    if (node.name.empty() && layer.contains("name")) refuse("a name cannot be empty.", path + "/name");
    if (node.name.empty()) {
      // No layer is called like that, and nothing could be named after it.
      if (!valid_name(node.type)) refuse("unknown layer \"" + node.type + "\".", path + "/type");
      node.name = free_name(node.type);
    }
    if (!valid_name(node.name)) {
      refuse("a name has up to 100 letters, digits and _ . - only. Got \"" + node.name + "\".", path + "/name");
    }
    node.inputs = inputs_of(layer, path);

    // The input has none: there the key stays, and is refused as unknown.
    const std::string activation = node.type == "input" ? "" : text_of(layer, "activation", "", path);
    if (node.type != "input") node.object.erase("activation");
    const std::string written_name = node.name;
    append(std::move(node), path + "/name");
    if (activation.empty()) return;
    NodeDefinition follower;
    follower.type = activation;
    follower.name = written_name + "." + activation;
    follower.inputs = {written_name};
    follower.object = Json::object();
    follower.path = path + "/activation";
    append(std::move(follower), path + "/activation");
    alias_[written_name] = nodes.back().name;
  }

 private:
  std::string free_name(const std::string& type) {
    if (type == "input" && names_.count(type) == 0) return type;
    for (;;) {
      const std::string name = type + "_" + std::to_string(++counts_[type]);
      if (names_.count(name) == 0) return name;
    }
  }

  std::vector<std::string> inputs_of(const Json& layer, const std::string& path) {
    const auto found = layer.find("inputs");
    if (found == layer.end()) {
      if (nodes.empty()) return {};
      return {nodes.back().name};
    }
    if (!found->is_array()) refuse("\"inputs\" must be a list of layer names.", path + "/inputs");
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < found->size(); ++i) {
      const std::string place = path + "/inputs/" + std::to_string(i);
      if (!(*found)[i].is_string()) refuse("an input must be the name of a layer.", place);
      const std::string name = (*found)[i].get<std::string>();
      if (names_.count(name) == 0) {
        const std::string near = nearest_name(name, {names_.begin(), names_.end()});
        refuse("\"" + name + "\" is no earlier layer." + (near.empty() ? "" : " Did you mean \"" + near + "\"?"), place);
      }
      const auto alias = alias_.find(name);
      inputs.push_back(alias == alias_.end() ? name : alias->second);
    }
    return inputs;
  }

  void append(NodeDefinition node, const std::string& name_path) {
    if (!names_.insert(node.name).second) refuse("the name \"" + node.name + "\" is taken.", name_path);
    if (nodes.size() >= kMaxNodes) refuse("more than " + std::to_string(kMaxNodes) + " layers.", node.path);
    node.object["type"] = node.type;
    node.object["name"] = node.name;
    node.object["inputs"] = node.inputs;
    nodes.push_back(std::move(node));
  }

  std::map<std::string, int> counts_;
  std::set<std::string> names_;
  std::map<std::string, std::string> alias_;
};

}  // namespace

Definition parse_definition(const std::string& text) {
  if (text.size() > kMaxDefinitionBytes) {
    refuse("larger than " + std::to_string(kMaxDefinitionBytes >> 20) + " MB. Got " +
               std::to_string(text.size() / 1000000) + " MB.",
           "");
  }
  return parse_definition(read_json(text.data(), text.size(), "definition"));
}

Definition parse_definition(const Json& json) {
  if (!json.is_object()) refuse("must be an object {\"layers\": […]}.", "");
  Definition definition;
  definition.source = json;
  for (const auto& item : json.items()) {
    const std::vector<std::string> known = {"name", "description", "preprocessing", "layers"};
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    const std::string near = nearest_name(item.key(), known);
    refuse("unknown key \"" + item.key() + "\"." + (near.empty() ? "" : " Did you mean \"" + near + "\"?"),
           "/" + item.key());
  }
  definition.name = text_of(json, "name", "untitled", "");
  text_of(json, "description", "", "");
  const auto preprocessing = json.find("preprocessing");
  if (preprocessing != json.end()) {
    read_fields(*preprocessing, "preprocessing", "/preprocessing", {}, definition.preprocessing);
  }
  const auto layers = json.find("layers");
  if (layers == json.end()) refuse("\"layers\" is missing.", "");
  if (!layers->is_array() || layers->empty()) refuse("\"layers\" must be a list with at least one layer.", "/layers");
  Expander expander;
  for (std::size_t i = 0; i < layers->size(); ++i) {
    expander.add((*layers)[i], "/layers/" + std::to_string(i));
  }
  definition.nodes = std::move(expander.nodes);
  return definition;
}

}  // namespace cnn
