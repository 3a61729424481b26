#include "engine/definition/convnetjs.h"

#include <algorithm>
#include <cstring>

#include "engine/core/error.h"
#include "engine/definition/fields.h"

namespace cnn {

namespace {

enum class Activation { none, relu, sigmoid, tanh, maxout };

}  // namespace

template <>
struct EnumNames<Activation> {
  static constexpr const char* names[] = {"none", "relu", "sigmoid", "tanh", "maxout"};
};

namespace {

// The keys of all layers together; which of them a type knows stands in the table below.
struct LayerDef {
  bool is_input = false;
  int out_sx = 1, out_sy = 1, out_depth = 1;
  int sx = 1, sy = 0, depth = 0, width = 0, height = 0;
  int stride = 0, pad = 0, filters = 0, num_neurons = 0, num_classes = 0, group_size = 2;
  double l1_decay_mul = 0, l2_decay_mul = 1, bias_pref = 0, drop_prob = 0;
  int n = 1;
  double k = 0, alpha = 0, beta = 0;
  Activation activation = Activation::none;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    const Field extent = Field().between(1, 4096);
    const Field window = self.is_input ? extent : Field().between(1, 64);
    const Field units = Field().between(1, 8192);
    const Field factor = Field().between(0, 1000);
    visit("out_sx", self.out_sx, extent);
    visit("out_sy", self.out_sy, extent);
    visit("out_depth", self.out_depth, extent);
    visit("sx", self.sx, window);
    visit("sy", self.sy, window);
    visit("depth", self.depth, extent);
    visit("width", self.width, extent);
    visit("height", self.height, extent);
    visit("stride", self.stride, Field().between(1, 64));
    visit("pad", self.pad, Field().between(0, 1024));
    visit("filters", self.filters, units);
    visit("num_neurons", self.num_neurons, units);
    visit("num_classes", self.num_classes, units);
    visit("group_size", self.group_size, units);
    visit("l1_decay_mul", self.l1_decay_mul, factor);
    visit("l2_decay_mul", self.l2_decay_mul, factor);
    visit("bias_pref", self.bias_pref, Field().between(-100, 100));
    visit("drop_prob", self.drop_prob, Field().between(0, 0.99));
    visit("k", self.k, Field().between(1e-6, 1000));
    visit("n", self.n, Field().between(1, 255));
    visit("alpha", self.alpha, Field().between(0, 1000));
    visit("beta", self.beta, Field().between(0, 10));
    visit("activation", self.activation);
  }
};

// `keys` in single blanks, what must be there marked with "!". All types take activation, group_size and drop_prob as well.
struct Kind {
  const char* type;
  const char* keys;
};
constexpr Kind kKinds[] = {
    {"input", " out_sx sx width out_sy sy height out_depth depth "},
    {"conv", " filters! sx! sy stride pad l1_decay_mul l2_decay_mul bias_pref "},
    {"fc", " num_neurons filters l1_decay_mul l2_decay_mul bias_pref "},
    {"pool", " sx! sy stride pad "},
    {"lrn", " k! n! alpha! beta! "},
    {"dropout", " "},
    {"relu", " "},
    {"sigmoid", " "},
    {"tanh", " "},
    {"maxout", " "},
    {"softmax", " num_classes! "},
    {"svm", " num_classes! "},
    {"regression", " num_neurons! "},
};

const Kind& kind_of(const Json& definition, const std::string& path) {
  if (!definition.is_object()) fail_at(path, ErrorCode::invalid_definition, "layer_defs", "a layer must be an object {…}.");
  const auto type = definition.find("type");
  if (type == definition.end()) fail_at(path, ErrorCode::invalid_definition, "layer_defs", "\"type\" is missing.");
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) {
    if (*type == kind.type) return kind;
    names.emplace_back(kind.type);
  }
  const std::string name = type->is_string() ? type->get<std::string>() : write_json(*type);
  const std::string near = nearest_name(name, names);
  throw Error(ErrorCode::invalid_definition, "layer_defs",
              "unknown layer \"" + name + "\"." + (near.empty() ? "" : " Did you mean \"" + near + "\"?"), path + "/type");
}

LayerDef read(const Json& definition, const Kind& kind, const std::string& path) {
  LayerDef def;
  def.is_input = kind.type == std::string("input");
  FieldList all, list;
  LayerDef::fields(def, all);
  const std::string keys = std::string(kind.keys) + "activation group_size drop_prob ";
  for (FieldRef& ref : all.refs) {
    const std::string key = std::string(" ") + ref.key;
    ref.field.is_required = keys.find(key + "! ") != std::string::npos;
    if (ref.field.is_required || keys.find(key + " ") != std::string::npos) list.refs.push_back(ref);
  }
  read_list(definition, kind.type, path, {"type"}, list);
  return def;
}

Json layer(const char* type) {
  Json json;
  json["type"] = type;
  return json;
}

// The last alias that is present wins.
int first_of(int a, int b, int c) { return a != 0 ? a : b != 0 ? b : c; }

Json window(const char* type, const LayerDef& def, int stride) {
  Json json = layer(type);
  json["kernel"] = Json::array({def.sy == 0 ? def.sx : def.sy, def.sx});
  json["stride"] = def.stride == 0 ? stride : def.stride;
  json["padding"] = def.pad;
  return json;
}

}  // namespace

Json from_convnetjs(const Json& definition, const std::string& path, bool& flat) {
  const Kind& kind = kind_of(definition, path);
  const LayerDef def = read(definition, kind, path);
  const auto is = [&](const char* type) { return std::strcmp(kind.type, type) == 0; };
  Json layers = Json::array();
  const bool before_relu = def.activation == Activation::relu;
  const auto filters = [&](Json json) {
    json["bias_init"] = before_relu && !definition.contains("bias_pref") ? 0.1 : def.bias_pref;
    json["l1_decay_mul"] = def.l1_decay_mul;
    json["l2_decay_mul"] = def.l2_decay_mul;
    layers.push_back(std::move(json));
  };
  const auto dense = [&](int units) {
    if (!flat) layers.push_back(layer("flatten"));
    flat = true;
    Json json = layer("dense");
    json["units"] = units;
    json["init"] = before_relu ? "he_normal" : "glorot_normal";
    filters(std::move(json));
  };
  const auto maxout = [&] {
    Json json = layer("maxout");
    json["pieces"] = def.group_size;
    layers.push_back(std::move(json));
  };
  const auto dropout = [&](double rate) {
    Json json = layer("dropout");
    json["rate"] = rate;
    json["scale_in"] = "inference";  // its training leaves the values as they are
    layers.push_back(std::move(json));
  };

  if (def.is_input) {
    Json json = layer("input");
    const bool has_sx = definition.contains("sx");
    const int w = first_of(def.width, has_sx ? def.sx : 0, def.out_sx);
    const int h = first_of(def.height, def.sy, def.out_sy);
    json["shape"] = Json::array({h, w, first_of(def.depth, 0, def.out_depth)});
    flat = h == 1 && w == 1;
    layers.push_back(std::move(json));
  } else if (is("conv")) {
    Json json = window("conv2d", def, 1);
    json["filters"] = def.filters;
    flat = false;
    filters(std::move(json));
  } else if (is("fc")) {
    if (def.num_neurons == 0 && def.filters == 0) {
      fail_at(path, ErrorCode::invalid_definition, "fc", "\"num_neurons\" is missing.");
    }
    dense(first_of(def.num_neurons, def.filters, 0));
  } else if (is("pool")) {
    flat = false;
    layers.push_back(window("pool2d", def, 2));
  } else if (is("lrn")) {
    Json json = layer("local_response_norm");
    json["size"] = def.n;
    json["offset"] = def.k;
    json["alpha"] = def.alpha / def.n;  // there the mean of the squares, here their sum
    json["beta"] = def.beta;
    layers.push_back(std::move(json));
  } else if (is("dropout")) {
    dropout(definition.contains("drop_prob") ? def.drop_prob : 0.5);
  } else if (is("maxout")) {
    maxout();
  } else if (is("softmax") || is("svm") || is("regression")) {
    dense(first_of(def.num_classes, def.num_neurons, 0));
    layers.push_back(layer(is("regression") ? "squared_error" : kind.type));
  } else {
    layers.push_back(layer(kind.type));  // relu, sigmoid, tanh
  }
  if (def.activation == Activation::maxout) {
    maxout();
  } else if (def.activation != Activation::none) {
    layers.push_back(layer(EnumNames<Activation>::names[static_cast<int>(def.activation)]));
  }
  if (!is("dropout") && def.drop_prob > 0) dropout(def.drop_prob);
  return layers;
}

}  // namespace cnn
