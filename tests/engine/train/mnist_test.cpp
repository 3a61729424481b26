// The whole way on real images: files, order, augmentation, training, evaluation.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/train/evaluation.h"
#include "engine/train/trainer.h"

using namespace cnn;

namespace {

std::vector<std::uint8_t> read(const std::string& name) {
  const char* folder = std::getenv("CNN_DATA_DIR");
  const std::string path = std::string(folder == nullptr ? "build/data" : folder) + "/mnist/" + name;
  std::ifstream file(path, std::ios::binary);
  INFO("the data set is missing: " << path << " (CNN_DATA_DIR says where; scripts/pack-data.mjs makes it)");
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("mnist: a small convolutional net learns real digits") {
  const std::vector<std::uint8_t> images = read("test-images.idx3"), labels = read("test-labels.idx1");
  Dataset data({28, 28, 1}, 10, 0), held_out({28, 28, 1}, 10, 0);
  constexpr std::size_t kTrain = 4000, kTest = 1000;
  REQUIRE(images.size() == 16 + 10000 * 784);
  for (std::size_t part = 0; part < kTrain; part += 1000) {
    data.append_raw(images.data() + 16 + part * 784, labels.data() + 8 + part, 1000);
  }
  held_out.append_raw(images.data() + 16 + kTrain * 784, labels.data() + 8 + kTrain, kTest);

  Net net(parse_definition(std::string(R"({"layers": [
            {"type": "input", "shape": [28, 28, 1]},
            {"type": "conv2d", "filters": 8, "kernel": 5, "stride": 2, "activation": "relu"},
            {"type": "conv2d", "filters": 16, "stride": 2, "activation": "relu"},
            {"type": "flatten"}, {"type": "dense", "units": 10}, {"type": "softmax"}]})")),
          1);
  TrainerOptions options;
  options.learning_rate = 0.004;
  options.augment.shift = 0.5;
  Trainer trainer(net, &data, options);
  while (trainer.step().epoch < 3) {
  }
  Evaluation evaluation(net, held_out, 0);
  evaluation.step(kTest);
  CHECK(evaluation.accuracy() >= 0.93);
}
