#pragma once

// What the tests of all layers share: one layer made from JSON as the registry makes it, with buffers of its own, and
// the checks that every layer has to stand.

#include <catch2/catch.hpp>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/error.h"
#include "engine/core/tensor.h"
#include "engine/layers/layer.h"
#include "engine/layers/registry.h"

namespace cnn::test {

// The number type of the reference kernels. WebAssembly carries them in float alone.
#if defined(__wasm__) && !defined(CNN_DOUBLE)
using Oracle = float;
#else
using Oracle = double;
#endif

// |actual − expected| ≤ absolute + relative · |expected|
struct Tolerance {
  double relative;
  double absolute;
};
// Float against an exact result: PyTorch's rule for float32. Double against another double: rounding only.
constexpr Tolerance kClose = sizeof(Real) == 8 ? Tolerance{1e-10, 1e-10} : Tolerance{1.3e-6, 1e-5};

// One CHECK for the whole array that names the worst element.
template <class A, class B>
void check_close(const std::string& what, const A& actual, const B& expected, Tolerance tolerance = kClose) {
  INFO(what);
  REQUIRE(actual.size() == expected.size());
  std::size_t wrong = 0, worst = 0;
  double worst_excess = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double a = static_cast<double>(actual[i]);
    const double e = static_cast<double>(expected[i]);
    const double excess = std::abs(a - e) - (tolerance.absolute + tolerance.relative * std::abs(e));
    if (excess <= 0) continue;
    if (wrong++ == 0 || !(excess <= worst_excess)) {
      worst = i;
      worst_excess = excess;
    }
  }
  if (wrong == 0) {
    SUCCEED();
    return;
  }
  CAPTURE(wrong, worst, actual[worst], expected[worst]);
  CHECK(wrong == 0);
}

std::vector<Real> values(const Buffer<Real>& buffer);

// A layer with everything that a pass needs, filled with seeded numbers. `pass` points into the buffers; a test may
// bend it (null gradients, shared buffers) before it calls forward or backward.
class LayerRun {
 public:
  LayerRun(const Json& definition, const std::vector<Shape>& inputs, int batch = 2, std::uint64_t seed = 1);

  void set_input(int i, std::initializer_list<double> numbers);
  void set_parameter(int i, std::initializer_list<double> numbers);
  void set_output_gradient(std::initializer_list<double> numbers);

  void forward(Mode mode);
  // In the mode of the last forward pass. Parameter gradients start from zero, input gradients from NaN, except where
  // they accumulate.
  void backward();
  // Σ output · output_gradient, or what a head says.
  double loss() const;
  // Null for other layers. (By role: the modules have no type information to cast by.)
  const Head* head() const {
    return layer->role() == LayerRole::head ? static_cast<const Head*>(layer.get()) : nullptr;
  }

  std::unique_ptr<Layer> layer;
  std::vector<Shape> shapes;
  Shape shape;
  std::vector<ParameterSpec> specs;
  std::vector<Buffer<Real>> input, input_gradient, parameter, parameter_gradient;
  Buffer<Real> output, output_gradient, scratch;
  Buffer<unsigned char> saved;
  std::vector<std::int32_t> labels;
  Pass pass;
};

std::unique_ptr<Layer> make_layer(const Json& definition);

// Output shape of a layer; throws what the layer throws.
Shape output_shape(const Json& definition, const std::vector<Shape>& inputs);

// The whole sentence of the error that building the layer or asking its output shape gives.
std::string error_text(const Json& definition, const std::vector<Shape>& inputs);

// ---- gradient matches finite differences
// In double: every element of every input and trainable parameter by central differences under PyTorch's gradcheck
// rule (eps 1e-6, atol 1e-5, rtol 1e-3). In both builds: accumulation, absent gradients, freezing, in-place and shared
// buffers give the same numbers, and backward reads nothing that the layer says it does not.
void check_gradients(const Json& definition, const std::vector<Shape>& inputs, Mode mode = Mode::training,
                     int batch = 2);

// ---- vectorised matches reference
// The numbers of one pass, exactly those of the layer, for a reference computation to fill in.
struct Numbers {
  int batch = 0;
  Shape shape;
  std::vector<Shape> shapes;
  std::vector<std::vector<Oracle>> input, parameter;
  std::vector<Oracle> output_gradient;
  std::vector<std::int32_t> labels;
  // to be computed; zeros of the right size
  std::vector<Oracle> output;
  std::vector<std::vector<Oracle>> input_gradient, parameter_gradient;
};
using Reference = std::function<void(Numbers&)>;
void check_reference(const Json& definition, const std::vector<Shape>& inputs, const Reference& reference,
                     Mode mode = Mode::training, int batch = 2);

// Extents around the vector widths of all machines.
constexpr int kExtents[] = {1, 3, 16, 17, 127, 128};

// The reference test of an activation: its two reference kernels at all extents.
using PointwiseForward = std::function<void(std::size_t count, const Oracle* x, Oracle* y)>;
using PointwiseBackward =
    std::function<void(std::size_t count, const Oracle* x, const Oracle* y, const Oracle* dy, Oracle* dx)>;
void check_pointwise_reference(const Json& definition, const PointwiseForward& forward,
                               const PointwiseBackward& backward);
// y = f(x) for each pair, and NaN stays NaN.
void check_pointwise_literals(const Json& definition, const std::vector<std::pair<double, double>>& pairs);

// ---- definition round trip
// The attributes given (in their shortest form) come back, a layer made from them is equal, the catalogue lists the
// same keys, and an unknown key is refused with the place.
void check_round_trip(const Json& definition);

}  // namespace cnn::test
