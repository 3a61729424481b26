#include "engine/kernels/target.h"

namespace cnn::kernels {

const char* target_name() {
#if defined(__wasm_relaxed_simd__)
  return "relaxed";
#elif defined(__wasm__)
  return "simd128";
#else
  return "native";
#endif
}

}  // namespace cnn::kernels
