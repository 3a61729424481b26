#pragma once

// The layer contract, on one page. A layer is its attributes; it owns no buffers. Shapes, parameters, costs and memory are
// asked first (planning, no numbers touched), then forward and backward run over buffers that belong to the net
// (parameters) and to the run (activations, gradients, saved values, scratch). All methods are const: one layer object may
// serve several runs.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/core/real.h"
#include "engine/core/shape.h"
#include "engine/core/tensor.h"
#include "engine/definition/json.h"

namespace cnn {

// What a layer is for; views and tables decide by it, never by a name.
enum class LayerRole { input, convolution, pooling, dense, activation, normalization, regularization, reshape, merge, head };

enum class Mode { inference, training };

// What a layer may come down to that the one before can do while it writes: a line for each channel, or max(0, ·).
enum class Epilogue { none, scale, rectify };

enum class Initializer { zeros, ones, constant, he_normal, he_uniform, glorot_normal, glorot_uniform };

// One tensor of a layer's parameters. `trainable` false: kept and saved, but not the optimiser's (running averages).
// `decays`: weight decay applies (kernels yes, biases and normalisation no), times the factors that follow.
struct ParameterSpec {
  std::string name;         // "kernel", "bias", "gamma" …
  std::vector<int> shape;   // as in core/tensor.h
  Initializer initializer = Initializer::zeros;
  int fan_in = 1;           // for He and Glorot
  int fan_out = 1;
  double constant = 0;      // for Initializer::constant
  bool trainable = true;
  bool decays = false;
  double l1_decay_mul = 1;
  double l2_decay_mul = 1;
  int axes_behind_channel = 0;  // the last extent counts the channels that it makes; in transposed kernels the one before

  std::size_t count() const;
};

// The variance of the numbers that He's and Glorot's initialisers draw (He et al. 2015, Glorot & Bengio 2010).
double initial_variance(const ParameterSpec& spec);

// How one layer moves the receptive field (Araujo, Norris & Sim 2019): the extent of its window in input cells (with
// dilation), its stride, and the padding before the first row and column. Layers that make maps larger have a `growth`: so
// many output cells stand where one input cell stood. `whole`: every output sees the whole input.
struct ReceptiveStep {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0;
  int growth_h = 1, growth_w = 1;
  bool whole = false;
};

// One input of a layer during a run.
struct PassInput {
  Shape shape;
  const Real* value = nullptr;  // [N, shape]
  Real* gradient = nullptr;     // [N, shape]; null when nobody needs it
  bool accumulate = false;      // add to `gradient` (another consumer wrote before) instead of overwriting it
};

// Everything a layer reads and writes for one batch.
struct Pass {
  int batch = 0;
  Mode mode = Mode::inference;
  std::vector<PassInput> inputs;
  Shape shape;                            // of the output
  Real* output = nullptr;                 // [N, shape]; forward writes, backward reads where uses_output()
  const Real* output_gradient = nullptr;  // [N, shape]; backward reads
  std::vector<Real*> parameters;          // in the order of parameters()
  std::vector<Real*> parameter_gradients;  // backward *adds*; all null when the layer is frozen
  bool first_gradient = false;            // backward overwrites parameter_gradients[0] (see overwrites_gradient)
  // saved_bytes(): written by forward wherever it is not null (in training mode it never is), read by backward.
  void* saved = nullptr;
  Real* scratch = nullptr;                // scratch(): contents are lost after each call
  Random* random = nullptr;               // training mode only
  const std::int32_t* labels = nullptr;   // heads only: class per image
  double share = 1;                       // heads only: of the step's images, how much this batch is
  // Of layers that take it: forward writes scale[c] · y + shift[c] where there is a scale, and of that max(0, ·) if `rectify`.
  // `folded` has room for as many values as the parameters and a row of channels.
  const Real* scale = nullptr;
  const Real* shift = nullptr;
  Real* folded = nullptr;
  bool rectify = false;
};

struct LayerInputs {
  Span<const Shape> shapes;
  const Shape& operator[](std::size_t i) const { return shapes[i]; }
  std::size_t size() const { return shapes.size; }
};

// most_inputs() of layers that take as many as they get.
constexpr int kManyInputs = 1 << 20;

struct Place;
struct Terms;

class Layer {
 public:
  virtual ~Layer() = default;

  virtual const char* type() const = 0;  // as in JSON
  virtual LayerRole role() const = 0;
  virtual Json attributes() const = 0;   // reading it back gives an equal layer

  // ---- planning
  virtual int least_inputs() const { return 1; }
  virtual int most_inputs() const { return 1; }
  // Throws Error (shape_mismatch, invalid_value) without a path: the graph adds the place.
  virtual Shape output_shape(const LayerInputs& inputs) const = 0;
  virtual std::vector<ParameterSpec> parameters(const LayerInputs&) const { return {}; }
  // Multiply-accumulates of one forward pass of one image.
  virtual std::int64_t macs(const LayerInputs&, const Shape& /*output*/) const { return 0; }
  virtual ReceptiveStep receptive_step(const LayerInputs&, const Shape& /*output*/) const { return {}; }
  virtual std::size_t saved_bytes(const LayerInputs&, const Shape& /*output*/, int /*batch*/) const { return 0; }
  virtual std::size_t scratch(const LayerInputs&, const Shape& /*output*/, int /*batch*/) const { return 0; }
  // Output and input are the same values in the same order: they share one buffer (flatten).
  virtual bool is_view() const { return false; }
  // The first input's gradient is the output's: they share one buffer where nobody else adds to it.
  virtual bool hands_gradient_on() const { return is_view(); }
  // forward may write over its first input and backward over the output's gradient; the run does so where nobody else
  // reads that input. Needs backward to use neither the input's values nor … the buffer it overwrites.
  virtual bool in_place() const { return false; }
  // backward alone may write the first input's gradient over the output's, where nobody else adds to it.
  virtual bool gradient_in_place() const { return in_place(); }
  // backward can overwrite its first parameter's gradient, which saves large ones from being zeroed and read.
  virtual bool overwrites_gradient() const { return false; }
  // What forward amounts to (scale: in inference), and whether it can do what follows at once (Pass::scale, Pass::rectify).
  virtual Epilogue epilogue() const { return Epilogue::none; }
  virtual bool takes(Epilogue) const { return false; }
  // Whether backward reads the values of its inputs / of its output (decides whether a neighbour may run in place).
  virtual bool uses_input() const { return true; }
  virtual bool uses_output() const { return false; }

  // ---- running
  virtual void forward(const Pass& pass) const = 0;
  // Epilogue::scale only: forward in inference as scale[c] · x + shift[c].
  virtual void line(const Pass&, Real* /*scale*/, Real* /*shift*/) const {}
  // Turns pass.output_gradient into the inputs' and parameters' gradients.
  virtual void backward(const Pass& pass) const = 0;

  // ---- explaining
  // How the output at `place` came about, after forward (see terms.h). By default the slopes that backward tells.
  virtual void terms(const Pass& pass, const Place& place, Terms& terms) const;
};

// A layer that ends a branch and measures it against labels. Its output is what people read (probabilities); its
// backward starts the chain: it uses labels instead of an output gradient and scales by weight() · share / batch.
class Head : public Layer {
 public:
  LayerRole role() const override { return LayerRole::head; }
  // Share of this head in the total loss (auxiliary heads have less than 1).
  virtual double weight() const = 0;
  // Mean loss over the batch, unweighted, from the input (logits); `correct` counts the images whose class was hit.
  virtual double loss(const Pass& pass, int* correct) const = 0;
  // Besides, where the pass has labels, how the loss sees the output.
  void terms(const Pass& pass, const Place& place, Terms& terms) const override = 0;
};

}  // namespace cnn
