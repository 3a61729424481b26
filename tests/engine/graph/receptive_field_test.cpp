// The receptive field that the graph computes, against the numbers of the course and against the gradient itself.

#include <catch2/catch.hpp>
#include <algorithm>
#include <cmath>

#include "engine/core/error.h"
#include "engine/core/random.h"
#include "engine/model/run.h"

using namespace cnn;

namespace {

ReceptiveField field_after(const std::string& layers) {
  const Graph graph(parse_definition(R"({"layers": [{"type": "input", "shape": [32, 32, 1]}, )" + layers + "]}"));
  return graph[graph.size() - 1].receptive_field;
}

// A random net without biases and without anything that is not linear: what it makes of a single pixel is nonzero exactly
// where that pixel is seen.
class Author {
 public:
  explicit Author(std::uint64_t seed) : random_(seed) {}

  Json write() {
    layers_ = Json::array({{{"type", "input"}, {"shape", {below(12, 22), below(12, 22), 1}}}});
    for (int i = below(1, 5); i > 0; --i) {
      switch (below(0, 4)) {
        case 0: pool(); break;
        case 1: branches(); break;
        default: conv(below(1, 5), below(1, 5), below(1, 3)); break;
      }
    }
    Json definition;
    definition["layers"] = layers_;
    return definition;
  }

 private:
  int below(int least, int end) { return least + static_cast<int>(random_.below(end - least)); }
  Json padding() { return std::vector<Json>{"same", "valid", "full", 1, Json::array({0, 2, 1, 0})}[random_.below(5)]; }

  Json& add(const char* type) {
    layers_.push_back({{"type", type}, {"name", "n" + std::to_string(layers_.size())}});
    return layers_.back();
  }
  void conv(int kernel_h, int kernel_w, int stride) {
    Json& layer = add("conv2d");
    layer["filters"] = 2;
    layer["kernel"] = {kernel_h, kernel_w};
    layer["stride"] = {stride, below(1, 3)};
    layer["dilation"] = {below(1, 3), 1};
    layer["padding"] = padding();
    layer["bias"] = false;
  }
  void pool() {
    Json& layer = add("pool2d");
    layer["mode"] = "average";
    layer["kernel"] = below(1, 4);
    layer["stride"] = below(1, 3);
    layer["padding"] = padding();
  }
  // Two windows of different size side by side, added or concatenated.
  void branches() {
    Json& block = add("block");
    const auto window = [&](const char* name, int kernel) {
      return Json{{"type", "conv2d"}, {"name", name},    {"inputs", {"in"}}, {"filters", 2},
                  {"kernel", kernel}, {"stride", 1}, {"padding", "same"}, {"bias", false}};
    };
    const char* merge = below(0, 2) == 0 ? "add" : "concat";
    block["layers"] = {window("a", 1 + 2 * below(0, 2)), window("b", 1 + 2 * below(0, 3)),
                       Json{{"type", merge}, {"inputs", {"a", "b"}}}};
  }

  Random random_;
  Json layers_;
};

}  // namespace

TEST_CASE("receptive field: the numbers of the course") {
  const std::string conv = R"({"type": "conv2d", "filters": 1})";
  const auto pixels = [](const ReceptiveField& field) { return field.size_h * field.size_w; };
  CHECK(pixels(field_after(conv)) == 9);
  CHECK(pixels(field_after(conv + ", " + conv)) == 25);
  CHECK(pixels(field_after(R"({"type": "conv2d", "filters": 1, "stride": 2}, )" + conv)) == 49);
  CHECK(pixels(field_after(conv + ", " + conv + ", " + conv)) == pixels(field_after(R"({"type": "conv2d", "filters": 1, "kernel": 7})")));
}

TEST_CASE("receptive field: equal to what single pixels reach, for 50 random nets") {
  Author author(30);
  int nets = 0, boxes = 0;
  for (int tries = 0; nets < 50 && tries < 1000; ++tries) {
    const Json definition = author.write();
    INFO(definition.dump());
    std::unique_ptr<Net> net;
    try {
      net = std::make_unique<Net>(parse_definition(definition), 1);
    } catch (const Error&) {
      continue;  // a window that does not fit
    }
    const Graph& graph = net->graph();
    const Shape& in = graph.input_shape();
    const Node& last = graph[graph.size() - 1];
    const ReceptiveField& field = last.receptive_field;
    // One image for each pixel, black but for it.
    const int pixels = in.h * in.w;
    Run run(*net, pixels, Purpose::inference);
    std::fill_n(run.input(), std::size_t(pixels) * pixels, Real(0));
    for (int i = 0; i < pixels; ++i) run.input()[std::size_t(i) * pixels + i] = 1;
    run.forward(pixels, Mode::inference);
    const Span<const Real> out = run.activation(graph.size() - 1);
    int checked = 0;
    for (int y = 0; y < last.shape.h; ++y) {
      for (int x = 0; x < last.shape.w; ++x) {
        const int top = field.start_h + y * field.jump_h, left = field.start_w + x * field.jump_w;
        const int bottom = top + field.size_h - 1, right = left + field.size_w - 1;
        if (top < 0 || left < 0 || bottom >= in.h || right >= in.w) continue;  // partly in the padding
        int seen_top = in.h, seen_left = in.w, seen_bottom = -1, seen_right = -1;
        for (int i = 0; i < pixels; ++i) {
          const Real* values = out.data + std::size_t(i) * last.shape.size() + (std::size_t(y) * last.shape.w + x) * last.shape.c;
          // Nothing but the rounding of fast algorithms.
          if (std::all_of(values, values + last.shape.c, [](Real value) { return std::abs(value) < 1e-6; })) continue;
          seen_top = std::min(seen_top, i / in.w);
          seen_left = std::min(seen_left, i % in.w);
          seen_bottom = std::max(seen_bottom, i / in.w);
          seen_right = std::max(seen_right, i % in.w);
        }
        ++checked;
        CAPTURE(y, x, top, left, bottom, right, seen_top, seen_left, seen_bottom, seen_right);
        REQUIRE((seen_top == top && seen_left == left && seen_bottom == bottom && seen_right == right));
      }
    }
    nets += checked > 0 ? 1 : 0;
    boxes += checked;
  }
  CHECK(nets == 50);
  CHECK(boxes > 500);
}
