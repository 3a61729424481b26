#pragma once

namespace cnn::kernels {

// What the kernels were compiled for: "simd128", "relaxed" (WebAssembly with fused multiply-add) or "native".
const char* target_name();

}  // namespace cnn::kernels
