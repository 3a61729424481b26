#include "engine/train/schedule.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

using namespace cnn;

TEST_CASE("schedule: rates are PyTorch's") {
  std::ifstream file(std::string(CNN_SOURCE_DIR) + "/tests/golden/training.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Json document = read_json(text.data(), text.size(), "golden values");
  const Json& cases = document["head"]["schedules"];
  REQUIRE(cases.size() >= 6);
  for (const Json& item : cases) {
    INFO(item["options"].dump());
    TrainerOptions options;
    read_options(item["options"], "", options);
    long done = 0;
    for (const Json& rate : item["rates"]) {
      CHECK(scheduled_rate(options, done++) == Approx(rate.get<double>()).epsilon(1e-9).margin(1e-15));
    }
  }
}

TEST_CASE("schedule: beyond its end the rate stays where it is") {
  TrainerOptions options;
  options.learning_rate = 1;
  options.schedule_steps = 10;
  options.schedule = Schedule::cosine;
  CHECK(scheduled_rate(options, 10) == 0);
  CHECK(scheduled_rate(options, 1000000) == 0);
  options.schedule = Schedule::one_cycle;
  CHECK(scheduled_rate(options, 9) == Approx(4e-6));
  CHECK(scheduled_rate(options, 1000000) == Approx(4e-6));
  options.schedule_steps = 1;
  CHECK(scheduled_rate(options, 0) > 0);
}
