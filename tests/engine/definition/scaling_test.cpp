#include "engine/definition/scaling.h"

#include <catch2/catch.hpp>

#include "engine/graph/graph.h"
#include "tests/engine/core/expect_error.h"

using namespace cnn;

namespace {

Graph scaled(const std::string& scaling, const std::string& layers) {
  return Graph(parse_definition(R"({"scaling": )" + scaling + R"(, "layers": [{"type": "input", "shape": [20, 30, 1]}, )" +
                                layers + "]}"));
}

}  // namespace

TEST_CASE("scaling: depth, width and resolution grow together") {
  const std::string layers = R"({"type": "conv2d", "name": "stem", "filters": 32, "padding": "same"},
    {"type": "residual", "name": "r", "filters": 64, "repeat": 3},
    {"type": "block", "name": "b", "layers": [{"type": "conv2d", "name": "c", "filters": 8}]},
    {"type": "dense", "name": "d", "units": 10, "inputs": ["flat"]})";
  const std::string with_flat = layers.substr(0, layers.rfind("{\"type\": \"dense\"")) +
                                R"({"type": "flatten", "name": "flat"}, )" + layers.substr(layers.rfind("{\"type\": \"dense\""));
  const Graph same = scaled(R"({"compound": 0})", with_flat);
  CHECK(same.input_shape() == Shape{20, 30, 1});
  CHECK(same.find("r.3.conv1") > 0);
  CHECK(same.find("r.4.conv1") == -1);

  const Graph larger = scaled(R"({"compound": 2})", with_flat);  // · 1.44, · 1.21, · 1.3225
  CHECK(larger.input_shape() == Shape{26, 40, 1});
  CHECK(larger[larger.find("stem")].shape.c == 40);     // 38.7
  CHECK(larger[larger.find("r.5.conv1")].shape.c == 80);  // 77.4
  CHECK(larger.find("r.6.conv1") == -1);
  CHECK(larger[larger.find("b.c")].shape.c == 16);  // 9.7: 8 would be a tenth smaller and more
  CHECK(larger[larger.find("d")].shape.c == 10);
}

TEST_CASE("scaling: each multiplier can be said") {
  const Graph graph = scaled(R"({"depth": 1, "width": 0.5, "resolution": 2})",
                             R"({"type": "inception", "name": "i", "conv1x1": 32, "conv3x3": [64, 48]})");
  CHECK(graph.input_shape() == Shape{40, 60, 1});
  CHECK(graph[graph.find("i.conv1x1")].shape.c == 16);
  CHECK(graph[graph.find("i.reduce3x3")].shape.c == 32);
  CHECK(graph[graph.find("i.conv3x3")].shape.c == 24);
}

TEST_CASE("scaling: what is of the wrong kind is refused where it stands") {
  using test::error_of;
  CHECK(error_of([] { scaled(R"({"compound": -1})", R"({"type": "relu"})"); }).path() == "/scaling/compound");
  CHECK(error_of([] { scaled(R"({"phi": 1})", R"({"type": "relu"})"); }).path() == "/scaling/phi");
  CHECK(error_of([] { scaled("{}", R"({"type": "conv2d", "filters": "many"})"); }).path() == "/layers/1/filters");
  CHECK(error_of([] { scaled(R"({"width": 10})", R"({"type": "conv2d", "filters": 8000})"); }).path() == "/layers/1/filters");
}
