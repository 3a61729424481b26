#include "engine/train/options.h"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/core/expect_error.h"

using namespace cnn;
using namespace cnn::test;

namespace {

TrainerOptions read(const char* text, TrainerOptions options = {}) {
  read_options(Json::parse(text), "/options", options);
  return options;
}

}  // namespace

TEST_CASE("training options: what is not named keeps its value") {
  const TrainerOptions first = read(R"({"optimizer": "momentum", "learning_rate": 0.1, "augment": {"rotate": 5}})");
  CHECK(first.optimizer == Optimizer::momentum);
  CHECK(first.learning_rate == 0.1);
  CHECK(first.batch_size == 32);
  CHECK(first.augment.rotate == 5);
  const TrainerOptions second = read(R"({"batch_size": 8, "augment": {"shift": 2}})", first);
  CHECK(second.optimizer == Optimizer::momentum);
  CHECK(second.batch_size == 8);
  CHECK(second.augment.rotate == 5);
  CHECK(second.augment.shift == 2);
}

TEST_CASE("training options: written and read back they are the same, to the last bit") {
  TrainerOptions options;
  options.optimizer = Optimizer::nesterov;
  options.learning_rate = 0.1 + 0.2;
  options.weight_decay = 1.0 / 3;
  options.seed = 2147483647;
  options.augment.elastic = 1e-3;
  const Json json = Json::parse(write_options(options).dump());
  TrainerOptions back;
  read_options(json, "", back);
  CHECK(back.optimizer == options.optimizer);
  CHECK(back.learning_rate == options.learning_rate);
  CHECK(back.weight_decay == options.weight_decay);
  CHECK(back.seed == options.seed);
  CHECK(back.augment.elastic == options.augment.elastic);
  CHECK(write_options(back) == write_options(options));
}

TEST_CASE("training options: what is wrong is named with its place, and nothing changes") {
  struct Case {
    const char* json;
    ErrorCode code;
    const char* text;
  };
  const Case cases[] = {
      {R"({"learning_rate": -1})", ErrorCode::invalid_value,
       "[training] learning_rate must be between 0 and 1000. Got -1. (at /options/learning_rate)"},
      {R"({"learning_rate": null})", ErrorCode::invalid_value,
       "[training] learning_rate must be a number. Got null. (at /options/learning_rate)"},
      {R"({"learning_rate": "0.1"})", ErrorCode::invalid_value,
       "[training] learning_rate must be a number. Got \"0.1\". (at /options/learning_rate)"},
      {R"({"batch_size": 0})", ErrorCode::invalid_value,
       "[training] batch_size must be between 1 and 1024. Got 0. (at /options/batch_size)"},
      {R"({"batch_size": 2.5})", ErrorCode::invalid_value,
       "[training] batch_size must be a whole number. Got 2.5. (at /options/batch_size)"},
      {R"({"optimiser": "adam"})", ErrorCode::invalid_definition,
       "[training] unknown key \"optimiser\". Did you mean \"optimizer\"? (at /options/optimiser)"},
      {R"({"optimizer": "newton"})", ErrorCode::invalid_value,
       "[training] optimizer must be one of \"sgd\", \"momentum\", \"nesterov\", \"adagrad\", \"adadelta\", \"rmsprop\", "
       "\"adam\", \"adamw\". Got \"newton\". "
       "(at /options/optimizer)"},
      {R"({"beta2": 1})", ErrorCode::invalid_value,
       "[training] beta2 must be between 0 and 0.99999. Got 1. (at /options/beta2)"},
      {R"({"augment": 3})", ErrorCode::invalid_definition,
       "[augment] must be an object {…}. Got 3. (at /options/augment)"},
      {R"({"augment": {"rotat": 3}})", ErrorCode::invalid_definition,
       "[augment] unknown key \"rotat\". Did you mean \"rotate\"? (at /options/augment/rotat)"},
      {R"({"augment": {"rotate": 181}})", ErrorCode::invalid_value,
       "[augment] rotate must be between 0 and 180. Got 181. (at /options/augment/rotate)"},
      {"[]", ErrorCode::invalid_definition, "[training] must be an object {…}. Got []. (at /options)"},
  };
  for (const Case& c : cases) {
    INFO(c.json);
    TrainerOptions options;
    const Json before = write_options(options);
    expect_error([&] { read_options(Json::parse(c.json), "/options", options); }, c.code, c.text);
    CHECK(write_options(options) == before);
  }
  TrainerOptions options;
  Json json;
  json["learning_rate"] = std::numeric_limits<double>::quiet_NaN();
  expect_error([&] { read_options(json, "", options); }, ErrorCode::invalid_value,
               "[training] learning_rate must be a finite number. Got null. (at /learning_rate)");
}
