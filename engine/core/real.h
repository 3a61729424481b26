#pragma once

// The number type of the engine. Everything that ships computes in float; the gradient checks build the
// same sources with CNN_DOUBLE, because float finite differences cannot carry a strict rule.

namespace cnn {

#ifdef CNN_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace cnn
