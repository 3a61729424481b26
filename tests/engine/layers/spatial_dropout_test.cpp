#include "tests/engine/layers/masking_check.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("spatial_dropout: shape") { check_masking_shape("spatial_dropout"); }

// Whole maps are dropped.
TEST_CASE("spatial_dropout: forward matches literals") {
  check_masking_forward("spatial_dropout", {3, 5, 400}, 5, [](std::size_t i) { return i / 6000 * 400 + i % 400; });
}

TEST_CASE("spatial_dropout: vectorised matches reference") { check_masking_vectorised("spatial_dropout"); }

TEST_CASE("spatial_dropout: gradient matches finite differences") { check_masking_gradients("spatial_dropout"); }

TEST_CASE("spatial_dropout: definition round trip") { check_masking_round_trip("spatial_dropout"); }
