#include "engine/layers/layer.h"

namespace cnn {

std::size_t ParameterSpec::count() const {
  std::size_t product = 1;
  for (const int extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

}  // namespace cnn
