#include "engine/train/freeze.h"

#include <catch2/catch.hpp>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

// Addresses of what a list of patterns freezes, by spaces.
std::string frozen(const std::string& patterns) {
  const Net net(parse_definition(kEverything), 1);
  const std::vector<char> flags = frozen_slots(net, patterns);
  std::string text;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) text += (text.empty() ? "" : " ") + net.slots()[i].address;
  }
  return text;
}

}  // namespace

TEST_CASE("freeze: patterns by nodes, by parameters, and back") {
  CHECK(frozen("").empty());
  CHECK(frozen(" , ").empty());
  CHECK(frozen("conv2") == "conv2/kernel conv2/bias");
  CHECK(frozen("conv?") == "conv1/kernel conv2/kernel conv2/bias");
  CHECK(frozen("*/bias") == "conv2/bias aux.logits/bias logits/bias");
  CHECK(frozen("*logits, !logits/kernel") == "aux.logits/kernel aux.logits/bias logits/bias");
  CHECK(frozen("!conv2 conv2/b*s") == "conv2/bias");  // the last word counts
  CHECK(frozen("*,!*o*,conv1") == "conv1/kernel");
}

TEST_CASE("freeze: what matches nothing or leaves nothing is refused") {
  const auto refuse = [](const std::string& patterns, const std::string& text) {
    expect_error([&] { frozen(patterns); }, ErrorCode::invalid_value, "[training] " + text + " (at /freeze)");
  };
  refuse("conv1,conv3*", "freeze matches nothing that has parameters. Got \"conv3*\".");
  refuse("pool", "freeze matches nothing that has parameters. Got \"pool\".");
  refuse("!", "freeze matches nothing that has parameters. Got \"!\".");
  refuse("*", "freeze leaves nothing to learn. Got \"*\".");
}
