#pragma once

// What the tests of all kinds of dropout share.

#include <cmath>

#include "tests/engine/layers/layer_check.h"

namespace cnn::test {

// A mask of the right kind: 0 or `kept` for each group of values that live together (`group_of` tells an index's group),
// and the share of groups that are dropped within 4.6 standard deviations of a binomial.
inline void check_mask(const Json& definition, const Shape& shape, int batch, double kept,
                       const std::function<std::size_t(std::size_t)>& group_of) {
  INFO(definition.dump());
  LayerRun run(definition, {shape}, batch);
  for (Real& x : run.input[0]) x = 1;
  run.forward(Mode::training);
  std::vector<double> groups;
  for (std::size_t i = 0; i < run.output.size(); ++i) {
    const std::size_t group = group_of(i);
    if (group == groups.size()) groups.push_back(static_cast<double>(run.output[i]));
    REQUIRE(static_cast<double>(run.output[i]) == groups.at(group));
  }
  double dropped = 0;
  for (const double value : groups) {
    CHECK((value == 0 || value == Approx(kept)));
    dropped += value == 0 ? 1 : 0;
  }
  const double count = static_cast<double>(groups.size()), rate = definition.at("rate").get<double>();
  CHECK(std::abs(dropped - rate * count) < 4.6 * std::sqrt(count * rate * (1 - rate)));
}

// Forward and backward are the product with one mask, told from a pass over ones.
inline void check_masking_reference(const Json& definition, const Shape& shape) {
  LayerRun ones(definition, {shape});
  for (Real& x : ones.input[0]) x = 1;
  ones.forward(Mode::training);
  check_reference(definition, {shape}, [&](Numbers& n) {
    for (std::size_t i = 0; i < n.output.size(); ++i) {
      n.output[i] = n.input[0][i] * ones.output[i];
      n.input_gradient[0][i] = n.output_gradient[i] * ones.output[i];
    }
  });
}

// Groups that live together are dropped as often as asked for and the others scaled, in training or in inference; rate 0.25.
inline void check_masking_forward(const std::string& type, const Shape& shape, int batch,
                                  const std::function<std::size_t(std::size_t)>& group_of) {
  for (const bool late : {false, true}) {
    const Json json{{"type", type}, {"rate", 0.25}, {"scale_in", late ? "inference" : "training"}};
    check_mask(json, shape, batch, late ? 1 : 4 / 3.0, group_of);
    LayerRun run(json, {Shape{1, 1, 4}}, 1);
    run.set_input(0, {1, -2, 3, 4});
    run.forward(Mode::inference);
    check_close("y", run.output, late ? std::vector<double>{0.75, -1.5, 2.25, 3} : std::vector<double>{1, -2, 3, 4});
  }
}

inline void check_masking_vectorised(const std::string& type) {
  for (const int extent : kExtents) {
    check_masking_reference(Json{{"type", type}, {"rate", 0.5}}, {2, 3, extent});
    check_masking_reference(Json{{"type", type}, {"rate", 0.5}, {"scale_in", "inference"}}, {2, extent, 3});
  }
}

// Every combination of attributes, in both modes.
inline void check_masking_gradients(const std::string& type) {
  for (const double rate : {0.0, 0.3, 0.9}) {
    for (const char* scale_in : {"training", "inference"}) {
      const Json json{{"type", type}, {"rate", rate}, {"scale_in", scale_in}};
      check_gradients(json, {Shape{3, 4, 5}});
      check_gradients(json, {Shape{1, 1, 17}}, Mode::inference, 1);
    }
  }
}

inline void check_masking_shape(const std::string& type) {
  const Json json{{"type", type}};
  CHECK(output_shape(json, {Shape{5, 7, 3}}) == Shape{5, 7, 3});
  CHECK(error_text(Json{{"type", type}, {"rate", 1}}, {Shape{5, 7, 3}}) ==
        "[" + type + "] rate must be between 0 and 0.99. Got 1. (at /layers/0/rate)");
}

inline void check_masking_round_trip(const std::string& type) {
  check_round_trip(Json{{"type", type}});
  check_round_trip(Json{{"type", type}, {"rate", 0.25}, {"scale_in", "inference"}});
}

}  // namespace cnn::test
