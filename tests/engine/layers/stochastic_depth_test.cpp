#include "tests/engine/layers/masking_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("stochastic_depth: shape") { check_masking_shape("stochastic_depth"); }

// Whole images are dropped.
TEST_CASE("stochastic_depth: forward matches literals") {
  check_masking_forward("stochastic_depth", {3, 5, 2}, 2000, [](std::size_t i) { return i / 30; });
}

TEST_CASE("stochastic_depth: vectorised matches reference") { check_masking_vectorised("stochastic_depth"); }

TEST_CASE("stochastic_depth: gradient matches finite differences") { check_masking_gradients("stochastic_depth"); }

TEST_CASE("stochastic_depth: definition round trip") { check_masking_round_trip("stochastic_depth"); }
