#include "engine/layers/layer.h"

namespace cnn {

std::size_t ParameterSpec::count() const {
  std::size_t product = 1;
  for (const int extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

double initial_variance(const ParameterSpec& spec) {
  const bool he = spec.initializer == Initializer::he_normal || spec.initializer == Initializer::he_uniform;
  return he ? 2.0 / spec.fan_in : 2.0 / (spec.fan_in + spec.fan_out);
}

}  // namespace cnn
