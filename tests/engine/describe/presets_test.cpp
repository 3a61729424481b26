// The presets that come with the product, read from the repository.

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "engine/describe/summary.h"

#ifndef __wasm__  // no file system there

using namespace cnn;

namespace {

Graph preset(const std::string& id) {
  std::ifstream file(std::string(CNN_SOURCE_DIR) + "/assets/architectures/" + id + ".json");
  REQUIRE(file.good());
  return Graph(parse_definition(std::string(std::istreambuf_iterator<char>(file), {})));
}

}  // namespace

TEST_CASE("presets: parameters as published or designed") {
  CHECK(preset("softmax").parameter_count() == 7850);
  CHECK(preset("mlp").parameter_count() == 784 * 128 + 128 + 128 * 64 + 64 + 650);
  CHECK(preset("lenet5").parameter_count() == 61706);
  CHECK(preset("keras-mnist").parameter_count() == 421642);
  CHECK(preset("convnetjs-mnist").parameter_count() == 5994);
  const auto vgg = preset("mini-vgg").parameter_count();
  CHECK((vgg > 70000 && vgg < 100000));
  const auto resnet = preset("mini-resnet").parameter_count();
  CHECK((resnet > 77000 && resnet < 80000));
  for (const char* id : {"mini-inception", "resnet20"}) CHECK(preset(id).parameter_count() < 100000);
}

TEST_CASE("presets: named after their file, described, ending in a prediction over ten classes") {
  for (const char* id : {"softmax", "mlp", "lenet5", "keras-mnist", "convnetjs-mnist", "mini-vgg", "mini-inception", "mini-resnet",
                         "resnet20"}) {
    CAPTURE(id);
    const Graph graph = preset(id);
    CHECK(graph.definition().name == id);
    CHECK(graph.definition().source.at("description").get<std::string>().size() > 20);
    CHECK(graph[graph.output()].name == "prediction");
    CHECK(graph[graph.output()].shape == Shape{1, 1, 10});
    CHECK(graph.heads().size() == (graph.find("aux.prediction") < 0 ? 1 : 2));
  }
}

#endif
