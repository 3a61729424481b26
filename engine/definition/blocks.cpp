#include "engine/definition/blocks.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/core/error.h"
#include "engine/definition/fields.h"

namespace cnn {

namespace {

enum class ResidualKind { basic, bottleneck };
enum class Shortcut { automatic, identity, projection };

}  // namespace

template <>
struct EnumNames<ResidualKind> {
  static constexpr const char* names[] = {"basic", "bottleneck"};
};
template <>
struct EnumNames<Shortcut> {
  static constexpr const char* names[] = {"auto", "identity", "projection"};
};

namespace {

constexpr int kMostFilters = 8192;
constexpr int kMostRounds = 256;
constexpr Extent2 kOne{1, 1};

// Collects the layers of a block. What follows a convolution (normalisation, activation) is the same all over the block.
class Parts {
 public:
  Parts(bool norm, const std::string& activation, const std::string& init = "he_normal")
      : norm_(norm), activation_(activation), init_(init) {}

  Json layers = Json::array();
  std::string last = "in";  // the layer that the next one follows

  Json& add(const char* type, const std::string& name) {
    Json layer;
    layer["type"] = type;
    layer["name"] = name;
    layer["inputs"] = Json::array({last});
    last = name;
    layers.push_back(std::move(layer));
    return layers.back();
  }
  void merge(const char* type, std::string a, std::string b, bool active = false) {
    last = std::move(a);
    Json& layer = add(type, type);
    layer["inputs"].push_back(std::move(b));
    if (active) layer["activation"] = activation_;
  }
  // conv1 with norm1, or skip with skip_norm. A normalised convolution needs no bias.
  Json& conv(const std::string& name, int filters, Extent2 kernel, Extent2 stride, bool active = true) {
    const std::size_t at = layers.size();
    Json& layer = add("conv2d", name);
    layer["filters"] = filters;
    layer["kernel"] = Json::array({kernel.h, kernel.w});
    layer["stride"] = Json::array({stride.h, stride.w});
    layer["padding"] = "same";
    layer["init"] = init_;
    if (norm_) {
      layer["bias"] = false;
      add("batch_norm", name.compare(0, 4, "conv") == 0 ? "norm" + name.substr(4) : name + "_norm");
    }
    if (active) layers.back()["activation"] = activation_;
    return layers[at];
  }
  void drop(double rate) {
    if (rate > 0) add("stochastic_depth", "drop")["rate"] = rate;
  }

 private:
  bool norm_;
  std::string activation_;
  std::string init_;
};

struct ResidualAttrs {
  static constexpr const char* kType = "residual";
  int filters = 0;  // of its convolutions; a bottleneck leaves with four times as many maps
  ResidualKind kind = ResidualKind::basic;
  Extent2 stride{1, 1};  // of the first convolution, in the first round
  int repeat = 1;
  bool skip = true;
  Shortcut shortcut = Shortcut::automatic;  // projection where the shape changes
  bool norm = true;
  double drop = 0;  // how often training leaves F(x) out
  std::string init = "he_normal";  // as conv2d has it
  std::string activation = "relu";
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("filters", self.filters, Field().required().between(1, kMostFilters / 4));
    visit("kind", self.kind);
    visit("stride", self.stride, Field().between(1, 64));
    visit("repeat", self.repeat, Field().between(1, kMostRounds));
    visit("skip", self.skip);
    visit("shortcut", self.shortcut);
    visit("norm", self.norm);
    visit("drop", self.drop, Field().between(0, 0.99));
    visit("init", self.init);
    visit("activation", self.activation);
  }

  Json expand(const std::string&, const Shape& in, int round) const {
    Parts parts(norm, activation, init);
    const Extent2 step = round == 0 ? stride : kOne;
    int out = filters;
    if (kind == ResidualKind::basic) {
      parts.conv("conv1", filters, {3, 3}, step);
      parts.conv("conv2", filters, {3, 3}, kOne, !skip);
    } else {
      out *= 4;
      parts.conv("conv1", filters, kOne, step);
      parts.conv("conv2", filters, {3, 3}, kOne);
      parts.conv("conv3", out, kOne, kOne, !skip);
    }
    if (!skip) return parts.layers;
    parts.drop(drop);
    const std::string body = parts.last;
    parts.last = "in";
    const bool changes = step.h != 1 || step.w != 1 || in.c != out;
    if (shortcut == Shortcut::projection || (shortcut == Shortcut::automatic && changes)) {
      parts.conv("skip", out, kOne, step, false);
    }
    parts.merge("add", body, parts.last, true);
    return parts.layers;
  }
};

struct InceptionAttrs {
  static constexpr const char* kType = "inception";
  int conv1x1 = 0;           // filters; 0: no such branch
  std::vector<int> conv3x3;  // [filters], or [filters of the 1x1 before it, filters]
  std::vector<int> conv5x5;
  int pool = 0;             // filters of the 1x1 after the maximum
  bool factorised = false;  // n×n as n×1 and 1×n (Szegedy et al. 2015)
  bool skip = false;        // project to the maps that came in and add those (Szegedy et al. 2016)
  int repeat = 1;
  bool norm = false;
  std::string activation = "relu";
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("conv1x1", self.conv1x1, Field().between(0, kMostFilters));
    visit("conv3x3", self.conv3x3, Field().between(1, kMostFilters));
    visit("conv5x5", self.conv5x5, Field().between(1, kMostFilters));
    visit("pool", self.pool, Field().between(0, kMostFilters));
    visit("factorised", self.factorised);
    visit("skip", self.skip);
    visit("repeat", self.repeat, Field().between(1, kMostRounds));
    visit("norm", self.norm);
    visit("activation", self.activation);
  }

  Json expand(const std::string& path, const Shape& in, int) const {
    Parts parts(norm, activation);
    std::vector<std::string> branches;
    const auto close = [&] {
      branches.push_back(parts.last);
      parts.last = "in";
    };
    if (conv1x1 > 0) {
      parts.conv("conv1x1", conv1x1, kOne, kOne);
      close();
    }
    for (const int n : {3, 5}) {
      const std::vector<int>& filters = n == 3 ? conv3x3 : conv5x5;
      const std::string digit = compose("{}", n);
      const std::string size = digit + "x" + digit;
      if (filters.empty()) continue;
      if (filters.size() > 2) {
        fail_at(path + "/conv" + size, ErrorCode::invalid_value, kType,
                "conv{} must be [filters] or [filters of the 1x1 before it, filters]. Got {} numbers.", size,
                filters.size());
      }
      if (filters.size() == 2) parts.conv("reduce" + size, filters[0], kOne, kOne);
      if (factorised) {
        parts.conv("conv" + digit + "x1", filters.front(), {n, 1}, kOne);
        parts.conv("conv1x" + digit, filters.back(), {1, n}, kOne);
      } else {
        parts.conv("conv" + size, filters.back(), {n, n}, kOne);
      }
      close();
    }
    if (pool > 0) {
      Json& maximum = parts.add("pool2d", "pool");
      maximum["kernel"] = 3;
      maximum["stride"] = 1;
      maximum["padding"] = "same";
      parts.conv("project", pool, kOne, kOne);
      close();
    }
    if (branches.empty()) {
      fail_at(path, ErrorCode::invalid_definition, kType, "needs a branch: conv1x1, conv3x3, conv5x5 or pool.");
    }
    parts.last = branches[0];
    if (branches.size() > 1) parts.add("concat", "concat")["inputs"] = branches;
    if (!skip) return parts.layers;
    parts.conv("up", in.c, kOne, kOne, false);
    parts.merge("add", parts.last, "in", true);
    return parts.layers;
  }
};

struct MbconvAttrs {
  static constexpr const char* kType = "mbconv";
  int filters = 0;  // that leave it
  Extent2 kernel{3, 3};
  Extent2 stride{1, 1};  // in the first round
  int expand_by = 6;     // maps inside ÷ maps that come in
  double squeeze = 0.25;  // units of the squeeze ÷ maps that come in; 0: no gates
  int repeat = 1;
  double drop = 0;
  std::string activation = "swish";
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("filters", self.filters, Field().required().between(1, kMostFilters));
    visit("kernel", self.kernel, Field().between(1, 64));
    visit("stride", self.stride, Field().between(1, 64));
    visit("expand", self.expand_by, Field().between(1, 16));
    visit("squeeze", self.squeeze, Field().between(0, 1));
    visit("repeat", self.repeat, Field().between(1, kMostRounds));
    visit("drop", self.drop, Field().between(0, 0.99));
    visit("activation", self.activation);
  }

  Json expand(const std::string&, const Shape& in, int round) const {
    Parts parts(true, activation);
    const Extent2 step = round == 0 ? stride : kOne;
    const int maps = in.c * expand_by;
    if (expand_by > 1) parts.conv("expand", maps, kOne, kOne);
    parts.conv("depthwise", maps, kernel, step)["groups"] = maps;
    if (squeeze > 0) {
      const std::string values = parts.last;
      parts.add("global_pool", "squeeze")["mode"] = "average";
      Json& reduce = parts.add("dense", "reduce");
      reduce["units"] = std::max(1, static_cast<int>(in.c * squeeze));
      reduce["activation"] = activation;
      Json& excite = parts.add("dense", "excite");
      excite["units"] = maps;
      excite["init"] = "glorot_uniform";
      excite["activation"] = "sigmoid";
      parts.merge("multiply", values, "excite");
    }
    parts.conv("project", filters, kOne, kOne, false);
    if (step.h == 1 && step.w == 1 && in.c == filters) {
      parts.drop(drop);
      parts.merge("add", parts.last, "in");
    }
    return parts.layers;
  }
};

struct TemplateAttrs {
  static constexpr const char* kType = "template";
  int convs = 1;   // N
  int stages = 2;  // M
  int dense = 1;   // K
  int filters = 16;
  double growth = 2;  // filters of a stage ÷ those of the stage before
  Extent2 kernel{3, 3};
  bool pool = true;
  int units = 128;
  std::string activation = "relu";
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("convs", self.convs, Field().between(1, 16));
    visit("stages", self.stages, Field().between(0, 16));
    visit("dense", self.dense, Field().between(0, 16));
    visit("filters", self.filters, Field().between(1, kMostFilters));
    visit("growth", self.growth, Field().between(0.25, 4));
    visit("kernel", self.kernel, Field().between(1, 64));
    visit("pool", self.pool);
    visit("units", self.units, Field().between(1, 65536));
    visit("activation", self.activation);
  }
  static constexpr int repeat = 1;

  Json expand(const std::string&, const Shape&, int) const {
    Parts parts(false, activation);
    double width = filters;
    for (int stage = 1; stage <= stages; ++stage, width *= growth) {
      const int maps = static_cast<int>(std::clamp(std::round(width), 1.0, double(kMostFilters)));
      for (int i = 1; i <= convs; ++i) parts.conv(compose("conv{}_{}", stage, i), maps, kernel, kOne);
      if (pool) parts.add("pool2d", compose("pool{}", stage));
    }
    parts.add("flatten", "flatten");
    for (int i = 1; i <= dense; ++i) {
      Json& layer = parts.add("dense", compose("fc{}", i));
      layer["units"] = units;
      layer["activation"] = activation;
    }
    return parts.layers;
  }
};

struct BlockAttrs {
  static constexpr const char* kType = "block";
  int repeat = 1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("repeat", self.repeat, Field().between(1, kMostRounds));
  }
  Json expand(const std::string&, const Shape&, int) const { return nullptr; }
};

template <class B>
Json expand(const Json& object, const std::string& path, const Shape& in, int round, int& rounds) {
  B block;
  std::vector<std::string> also = {"type", "name", "inputs"};
  if (std::is_same_v<B, BlockAttrs>) also.emplace_back("layers");
  read_fields(object, B::kType, path, also, block);
  rounds = block.repeat;
  return block.expand(path, in, round);
}

template <class B>
BlockType entry() {
  return {B::kType, &describe_fields<B>, &expand<B>};
}

const BlockType kTypes[] = {entry<ResidualAttrs>(), entry<InceptionAttrs>(), entry<MbconvAttrs>(), entry<TemplateAttrs>(),
                            entry<BlockAttrs>()};

}  // namespace

Span<const BlockType> block_types() { return {kTypes, sizeof(kTypes) / sizeof(kTypes[0])}; }

const BlockType* find_block_type(const std::string& name) {
  for (const BlockType& type : kTypes) {
    if (name == type.name) return &type;
  }
  return nullptr;
}

}  // namespace cnn
