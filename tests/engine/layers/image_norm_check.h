#pragma once

// What the tests of layers that normalise each image by itself share.

#include <cmath>

#include "engine/kernels/normalize.h"
#include "tests/engine/layers/layer_check.h"

namespace cnn::test {

inline void check_image_norm_reference(const Json& definition, const Shape& shape, int groups) {
  check_reference(definition, {shape}, [&](Numbers& n) {
    const std::size_t rows = static_cast<std::size_t>(shape.h) * shape.w;
    const kernels::NormSets sets{n.batch, rows, shape.c, groups, true};
    std::vector<Oracle> mean(n.batch * shape.c), inv_std(n.batch * shape.c);
    kernels::reference::norm_moments(sets, n.input[0].data(), mean.data(), inv_std.data());
    for (Oracle& value : inv_std) value = 1 / std::sqrt(value + Oracle(0.1));
    kernels::reference::norm_apply(sets, n.input[0].data(), mean.data(), inv_std.data(), n.parameter[0].data(),
                                   n.parameter[1].data(), n.output.data());
    kernels::reference::norm_backward(sets, n.input[0].data(), mean.data(), inv_std.data(), n.parameter[0].data(),
                                      n.output_gradient.data(), n.parameter_gradient[0].data(),
                                      n.parameter_gradient[1].data(), n.input_gradient[0].data(), false);
  });
}

// All choices of learnt numbers, in both modes, with the other attributes as in `definition`.
inline void check_image_norm_gradients(const Json& definition, const Shape& shape) {
  for (const Mode mode : {Mode::training, Mode::inference}) {
    for (const int learnt : {0, 1, 2, 3}) {
      Json json = definition;
      json["scale"] = (learnt & 1) != 0;
      json["shift"] = (learnt & 2) != 0;
      check_gradients(json, {shape}, mode);
    }
  }
}

inline void check_image_norm_shape(const Json& definition, const Shape& shape) {
  CHECK(output_shape(definition, {shape}) == shape);
  const LayerInputs in{{&shape, 1}};
  const auto specs = make_layer(definition)->parameters(in);
  REQUIRE(specs.size() == 2);
  CHECK(specs[0].name == "gamma");
  CHECK(specs[1].name == "beta");
  for (const ParameterSpec& spec : specs) {
    CHECK(spec.shape == std::vector<int>{shape.c});
    CHECK(spec.trainable);
    CHECK_FALSE(spec.decays);
  }
  CHECK(make_layer(definition)->receptive_step(in, shape).whole);
}

}  // namespace cnn::test
