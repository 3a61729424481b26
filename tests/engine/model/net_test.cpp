#include "engine/model/net.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

struct Spread {
  double mean = 0, deviation = 0, largest = 0;
};

Spread spread(const Net& net, const char* address) {
  const ParameterSlot* slot = net.find(address);
  REQUIRE(slot != nullptr);
  Spread s;
  double squares = 0;
  for (std::size_t i = 0; i < slot->count; ++i) {
    const double value = net.parameters()[slot->offset + i];
    s.mean += value;
    squares += value * value;
    s.largest = std::max(s.largest, std::abs(value));
  }
  s.mean /= static_cast<double>(slot->count);
  s.deviation = std::sqrt(squares / static_cast<double>(slot->count) - s.mean * s.mean);
  return s;
}

Net net_of(const std::string& layers, std::uint64_t seed = 1) {
  return Net(parse_definition(R"({"layers": [{"type": "input", "shape": [8, 8, 4]}, )" + layers + "]}"), seed);
}

}  // namespace

TEST_CASE("net: every tensor has its place, aligned and apart") {
  const Net net(parse_definition(kEverything), 1);
  std::size_t end = 0;
  for (const ParameterSlot& slot : net.slots()) {
    CHECK(slot.offset == end);
    CHECK(slot.offset % aligned_count<Real>(1) == 0);
    CHECK(slot.count == slot.spec->count());
    end = slot.offset + aligned_count<Real>(slot.count);
    CHECK(net.find(slot.address) == &slot);
  }
  CHECK(end == net.parameter_values());
  CHECK(padding_is_zero(net));
  CHECK(net.find("conv1/kernel")->count == 9 * 6);
  CHECK(net.find("norm/running_variance")->spec->trainable == false);
  CHECK(net.find("conv1/bias") == nullptr);
  const int conv2 = net.graph().find("conv2");
  CHECK(net.slots()[net.first_slot(conv2)].address == "conv2/kernel");
  CHECK(net.slots()[net.first_slot(conv2) + 1].address == "conv2/bias");
}

TEST_CASE("net: the rules of initialisation have their spread") {
  // fan in 4·9 = 36, fan out 64·9 = 576
  const auto conv = [](const char* init) {
    const Net net = net_of(std::string(R"({"type": "conv2d", "name": "c", "filters": 64, "init": ")") + init + "\"}");
    const Spread bias = spread(net, "c/bias");
    CHECK(bias.largest == 0);
    const Spread s = spread(net, "c/kernel");
    CHECK(std::abs(s.mean) < 0.02);
    return s;
  };
  const double he = std::sqrt(2.0 / 36), glorot = std::sqrt(2.0 / (36 + 576));
  CHECK(conv("he_normal").deviation == Approx(he).epsilon(0.05));
  CHECK(conv("he_normal").largest > 2.5 * he);
  CHECK(conv("he_uniform").deviation == Approx(he).epsilon(0.05));
  CHECK(conv("he_uniform").largest <= std::sqrt(3.0) * he * 1.0001);
  CHECK(conv("glorot_normal").deviation == Approx(glorot).epsilon(0.05));
  CHECK(conv("glorot_uniform").deviation == Approx(glorot).epsilon(0.05));
  CHECK(conv("glorot_uniform").largest <= std::sqrt(3.0) * glorot * 1.0001);

  const Net biased = net_of(R"({"type": "conv2d", "name": "c", "filters": 8, "bias_init": 0.25},
    {"type": "conv_transpose2d", "name": "t", "filters": 4, "bias_init": -1},
    {"type": "flatten"}, {"type": "dense", "name": "d", "units": 5, "bias_init": 0.5})");
  for (const auto& [address, value] : {std::pair{"c/bias", 0.25}, {"t/bias", -1.0}, {"d/bias", 0.5}}) {
    CHECK(spread(biased, address).mean == value);
    CHECK(spread(biased, address).deviation == 0);
  }

  const Net norm = net_of(R"({"type": "batch_norm", "name": "n"})");
  CHECK(spread(norm, "n/gamma").mean == 1);
  CHECK(spread(norm, "n/beta").largest == 0);
  CHECK(spread(norm, "n/running_mean").largest == 0);
  CHECK(spread(norm, "n/running_variance").mean == 1);
}

TEST_CASE("net: the seed decides; a layer more does not change the others") {
  Net a(parse_definition(kEverything), 5), b(parse_definition(kEverything), 5), c(parse_definition(kEverything), 6);
  CHECK(weights_of(a) == weights_of(b));
  CHECK(weights_of(a) != weights_of(c));
  c.initialize(5);
  CHECK(weights_of(c) == weights_of(a));

  const Net small = net_of(R"({"type": "conv2d", "name": "c", "filters": 3})");
  const Net large = net_of(R"({"type": "conv2d", "name": "before", "filters": 4, "padding": "same"},
                              {"type": "conv2d", "name": "c", "filters": 3})");
  const ParameterSlot &x = *small.find("c/kernel"), &y = *large.find("c/kernel");
  REQUIRE(x.count == y.count);
  for (std::size_t i = 0; i < x.count; ++i) {
    CHECK(small.parameters()[x.offset + i] == large.parameters()[y.offset + i]);
  }
}
