#include "tests/engine/layers/layer_check.h"

#include <cmath>
#include <limits>

#include "engine/core/random.h"

namespace cnn::test {

namespace {

constexpr Real kNaN = std::numeric_limits<Real>::quiet_NaN();
constexpr std::uint64_t kMaskSeed = 99;  // the same mask in every forward pass of one check

void fill(Buffer<Real>& buffer, Random& random, double low, double high) {
  for (Real& value : buffer) value = static_cast<Real>(static_cast<float>(low + (high - low) * random.uniform()));
}

void poison(Buffer<Real>& buffer) {
  for (Real& value : buffer) value = kNaN;
}

void fill_parameter(const ParameterSpec& spec, Buffer<Real>& buffer, Random& random) {
  switch (spec.initializer) {
    case Initializer::zeros:
      return fill(buffer, random, -0.5, 0.5);
    case Initializer::ones:
      return fill(buffer, random, 0.5, 1.5);
    case Initializer::constant:  // shares and factors: away from the ends of their range
      return fill(buffer, random, 0.5 * spec.constant, 0.9 * spec.constant);
    default:
      break;
  }
  const double bound = std::sqrt(3.0 / spec.fan_in);
  fill(buffer, random, -bound, bound);
}

void set(Buffer<Real>& buffer, std::initializer_list<double> numbers) {
  REQUIRE(buffer.size() == numbers.size());
  std::size_t i = 0;
  for (const double number : numbers) buffer[i++] = static_cast<Real>(number);
}

std::vector<Oracle> oracle_values(const Buffer<Real>& buffer) { return {buffer.begin(), buffer.end()}; }

LayerInputs inputs_of(const std::vector<Shape>& shapes) { return {{shapes.data(), shapes.size()}}; }

// All gradients of one backward pass.
struct Gradients {
  std::vector<std::vector<Real>> input, parameter;

  explicit Gradients(const LayerRun& run) {
    for (const Buffer<Real>& g : run.input_gradient) input.push_back(values(g));
    for (const Buffer<Real>& g : run.parameter_gradient) parameter.push_back(values(g));
  }
};

void check_equal(const std::string& what, const Gradients& actual, const Gradients& expected) {
  for (std::size_t i = 0; i < expected.input.size(); ++i) {
    check_close(what + ": gradient of input " + std::to_string(i), actual.input[i], expected.input[i], {0, 0});
  }
  for (std::size_t i = 0; i < expected.parameter.size(); ++i) {
    check_close(what + ": gradient of parameter " + std::to_string(i), actual.parameter[i], expected.parameter[i],
                {0, 0});
  }
}

#ifdef CNN_DOUBLE
std::vector<double> finite_differences(LayerRun& run, Buffer<Real>& at, Mode mode) {
  constexpr double kStep = 1e-6;
  std::vector<double> slopes(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    const Real middle = at[i];
    at[i] = middle + kStep;
    run.forward(mode);
    const double above = run.loss();
    at[i] = middle - kStep;
    run.forward(mode);
    const double below = run.loss();
    at[i] = middle;
    slopes[i] = (above - below) / (2 * kStep);
  }
  return slopes;
}

void check_slopes(LayerRun& run, const Gradients& analytic, Mode mode) {
  constexpr Tolerance kGradcheck{1e-3, 1e-5};
  for (std::size_t i = 0; i < run.input.size(); ++i) {
    check_close("slope at input " + std::to_string(i), analytic.input[i], finite_differences(run, run.input[i], mode),
                kGradcheck);
  }
  for (std::size_t i = 0; i < run.parameter.size(); ++i) {
    if (!run.specs[i].trainable) continue;
    check_close("slope at " + run.specs[i].name, analytic.parameter[i], finite_differences(run, run.parameter[i], mode),
                kGradcheck);
  }
}
#endif

void check_accumulation(const Json& definition, const std::vector<Shape>& shapes, Mode mode, int batch,
                        const Gradients& expected) {
  LayerRun run(definition, shapes, batch);
  run.forward(mode);
  Random random(5);
  std::vector<std::vector<Real>> before;
  for (std::size_t i = 0; i < run.input.size(); ++i) {
    fill(run.input_gradient[i], random, -1, 1);
    before.push_back(values(run.input_gradient[i]));
    run.pass.inputs[i].accumulate = true;
  }
  run.backward();
  std::vector<std::vector<Real>> parameter_once;
  for (const Buffer<Real>& g : run.parameter_gradient) parameter_once.push_back(values(g));
  for (std::size_t i = 0; i < run.input.size(); ++i) {
    std::vector<Real> sum = before[i];
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += expected.input[i][j];
    check_close("accumulated gradient of input " + std::to_string(i), run.input_gradient[i], sum);
  }
  // Parameter gradients always add: the second pass doubles them.
  for (PassInput& in : run.pass.inputs) in.gradient = nullptr;
  run.layer->backward(run.pass);
  for (std::size_t i = 0; i < run.parameter.size(); ++i) {
    std::vector<Real> twice = parameter_once[i];
    for (Real& value : twice) value *= 2;
    check_close("added gradient of " + run.specs[i].name, run.parameter_gradient[i], twice);
  }
}

void check_absent_gradients(const Json& definition, const std::vector<Shape>& shapes, Mode mode, int batch,
                            const Gradients& expected) {
  for (std::size_t absent = 0; absent < shapes.size(); ++absent) {
    LayerRun run(definition, shapes, batch);
    run.pass.inputs[absent].gradient = nullptr;
    run.forward(mode);
    run.backward();
    Gradients reduced = expected;
    reduced.input[absent] = values(run.input_gradient[absent]);
    check_equal("without the gradient of input " + std::to_string(absent), Gradients(run), reduced);
  }
  LayerRun frozen(definition, shapes, batch);
  for (Real*& gradient : frozen.pass.parameter_gradients) gradient = nullptr;
  frozen.forward(mode);
  frozen.backward();
  const Gradients gradients(frozen);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    check_close("frozen: gradient of input " + std::to_string(i), gradients.input[i], expected.input[i], {0, 0});
  }
}

// What the layer says backward does not read is spoilt before.
void check_reads(const Json& definition, const std::vector<Shape>& shapes, Mode mode, int batch,
                 const Gradients& expected) {
  LayerRun run(definition, shapes, batch);
  run.forward(mode);
  if (!run.layer->uses_input()) {
    for (Buffer<Real>& in : run.input) poison(in);
  }
  if (!run.layer->uses_output()) poison(run.output);
  run.backward();
  check_equal("with unread values spoilt", Gradients(run), expected);
}

void check_in_place(const Json& definition, const std::vector<Shape>& shapes, Mode mode, int batch,
                    const std::vector<Real>& output, const Gradients& expected) {
  LayerRun run(definition, shapes, batch);
  run.pass.output = run.input[0].data();
  run.forward(mode);
  check_close("in place: output", run.input[0], output, {0, 0});
  run.pass.inputs[0].gradient = run.output_gradient.data();
  run.backward();
  check_close("in place: gradient of input 0", run.output_gradient, expected.input[0], {0, 0});
}

// The same node as every input: one buffer of values, one of gradients.
void check_shared_node(const Json& definition, const std::vector<Shape>& shapes, Mode mode, int batch) {
  const auto repeat_first = [](LayerRun& run) {
    for (Buffer<Real>& in : run.input) std::copy(run.input[0].begin(), run.input[0].end(), in.begin());
  };
  LayerRun apart(definition, shapes, batch);
  repeat_first(apart);
  apart.forward(mode);
  apart.backward();
  std::vector<Real> sum = values(apart.input_gradient[0]);
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += apart.input_gradient[i][j];
  }
  LayerRun shared(definition, shapes, batch);
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    shared.pass.inputs[i] = shared.pass.inputs[0];
    shared.pass.inputs[i].accumulate = true;
  }
  shared.forward(mode);
  shared.backward();
  check_close("one node for all inputs: output", shared.output, apart.output, {0, 0});
  check_close("one node for all inputs: gradient", shared.input_gradient[0], sum);
}

void check_inference_without_memory(const Json& definition, const std::vector<Shape>& shapes, int batch) {
  LayerRun full(definition, shapes, batch);
  full.forward(Mode::inference);
  LayerRun lean(definition, shapes, batch);
  lean.pass.saved = nullptr;
  lean.pass.random = nullptr;
  lean.pass.parameter_gradients.assign(lean.specs.size(), nullptr);
  for (PassInput& in : lean.pass.inputs) in.gradient = nullptr;
  lean.forward(Mode::inference);
  check_close("inference without saved values", lean.output, full.output, {0, 0});
}

}  // namespace

std::vector<Real> values(const Buffer<Real>& buffer) { return {buffer.begin(), buffer.end()}; }

std::unique_ptr<Layer> make_layer(const Json& definition) {
  const std::string name = definition.at("type").get<std::string>();
  const LayerType* type = find_layer_type(name);
  INFO(name);
  REQUIRE(type != nullptr);
  return type->create(definition, "/layers/0");
}

Shape output_shape(const Json& definition, const std::vector<Shape>& inputs) {
  return make_layer(definition)->output_shape(inputs_of(inputs));
}

std::string error_text(const Json& definition, const std::vector<Shape>& inputs) {
  try {
    output_shape(definition, inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

LayerRun::LayerRun(const Json& definition, const std::vector<Shape>& inputs, int batch, std::uint64_t seed)
    : layer(make_layer(definition)), shapes(inputs) {
  const LayerInputs in = inputs_of(shapes);
  shape = layer->output_shape(in);
  specs = layer->parameters(in);
  Random random(seed);
  pass.batch = batch;
  pass.shape = shape;
  for (const Shape& s : shapes) {
    input.emplace_back(s.size() * batch);
    fill(input.back(), random, -1, 1);
    input_gradient.emplace_back(s.size() * batch);
    PassInput slot;
    slot.shape = s;
    slot.value = input.back().data();
    slot.gradient = input_gradient.back().data();
    pass.inputs.push_back(slot);
  }
  for (const ParameterSpec& spec : specs) {
    parameter.emplace_back(spec.count());
    fill_parameter(spec, parameter.back(), random);
    pass.parameters.push_back(parameter.back().data());
    parameter_gradient.emplace_back(spec.count());
    pass.parameter_gradients.push_back(spec.trainable ? parameter_gradient.back().data() : nullptr);
  }
  output = Buffer<Real>(shape.size() * batch);
  output_gradient = Buffer<Real>(shape.size() * batch);
  fill(output_gradient, random, -1, 1);
  scratch = Buffer<Real>(layer->scratch(in, shape, batch));
  saved = Buffer<unsigned char>(layer->saved_bytes(in, shape, batch));
  for (int i = 0; i < batch; ++i) labels.push_back(static_cast<std::int32_t>(random.below(shape.c)));
  pass.output = output.data();
  pass.output_gradient = output_gradient.data();
  pass.scratch = scratch.data();
  pass.saved = saved.data();
  pass.labels = labels.data();
}

void LayerRun::set_input(int i, std::initializer_list<double> numbers) { set(input[i], numbers); }
void LayerRun::set_parameter(int i, std::initializer_list<double> numbers) { set(parameter[i], numbers); }
void LayerRun::set_output_gradient(std::initializer_list<double> numbers) { set(output_gradient, numbers); }

void LayerRun::forward(Mode mode) {
  poison(scratch);
  poison(output);
  Random random(kMaskSeed);
  pass.mode = mode;
  pass.random = mode == Mode::training ? &random : nullptr;
  layer->forward(pass);
  pass.random = nullptr;
}

void LayerRun::backward() {
  poison(scratch);
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (pass.inputs[i].gradient == input_gradient[i].data() && !pass.inputs[i].accumulate) poison(input_gradient[i]);
  }
  for (Buffer<Real>& g : parameter_gradient) g.fill_zero();
  layer->backward(pass);
}

double LayerRun::loss() const {
  if (head() != nullptr) {
    int correct = 0;
    return head()->weight() * head()->loss(pass, &correct);
  }
  double sum = 0;
  for (std::size_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i]) * output_gradient[i];
  return sum;
}

void check_gradients(const Json& definition, const std::vector<Shape>& inputs, Mode mode, int batch) {
  INFO(definition.dump());
  LayerRun run(definition, inputs, batch);
  run.forward(mode);
  const std::vector<Real> output = values(run.output);
  run.backward();
  const Gradients analytic(run);
#ifdef CNN_DOUBLE
  check_slopes(run, analytic, mode);
#endif
  check_accumulation(definition, inputs, mode, batch, analytic);
  check_absent_gradients(definition, inputs, mode, batch, analytic);
  check_reads(definition, inputs, mode, batch, analytic);
  check_inference_without_memory(definition, inputs, batch);
  if (run.layer->in_place() || run.layer->is_view()) {
    check_in_place(definition, inputs, mode, batch, output, analytic);
  }
  bool same_shapes = inputs.size() > 1;
  for (const Shape& s : inputs) same_shapes = same_shapes && s == inputs[0];
  if (same_shapes) check_shared_node(definition, inputs, mode, batch);
}

void check_reference(const Json& definition, const std::vector<Shape>& inputs, const Reference& reference, Mode mode,
                     int batch) {
  INFO(definition.dump());
  LayerRun run(definition, inputs, batch);
  // Sums over a thousand gradients should stay near 1, where the absolute part of the rule is meant to bite.
  for (Real& gradient : run.output_gradient) gradient /= 4;
  Numbers numbers;
  numbers.batch = batch;
  numbers.shape = run.shape;
  numbers.shapes = inputs;
  numbers.labels = run.labels;
  for (const Buffer<Real>& x : run.input) {
    numbers.input.push_back(oracle_values(x));
    numbers.input_gradient.emplace_back(x.size());
  }
  for (const Buffer<Real>& p : run.parameter) {
    numbers.parameter.push_back(oracle_values(p));
    numbers.parameter_gradient.emplace_back(p.size());
  }
  numbers.output_gradient = oracle_values(run.output_gradient);
  numbers.output.resize(run.output.size());
  reference(numbers);

  run.forward(mode);
  check_close("output", run.output, numbers.output);
  run.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_close("gradient of input " + std::to_string(i), run.input_gradient[i], numbers.input_gradient[i]);
  }
  for (std::size_t i = 0; i < run.specs.size(); ++i) {
    if (!run.specs[i].trainable) continue;
    check_close("gradient of " + run.specs[i].name, run.parameter_gradient[i], numbers.parameter_gradient[i]);
  }
}

void check_pointwise_reference(const Json& definition, const PointwiseForward& forward,
                               const PointwiseBackward& backward) {
  for (const int extent : kExtents) {
    for (const Shape& shape : {Shape{1, 1, extent}, Shape{1, extent, 1}, Shape{3, 5, extent}}) {
      check_reference(
          definition, {shape},
          [&](Numbers& n) {
            const std::size_t count = n.output.size();
            forward(count, n.input[0].data(), n.output.data());
            backward(count, n.input[0].data(), n.output.data(), n.output_gradient.data(), n.input_gradient[0].data());
          },
          Mode::training, 1);
    }
  }
}

void check_pointwise_literals(const Json& definition, const std::vector<std::pair<double, double>>& pairs) {
  LayerRun run(definition, {Shape{1, 1, static_cast<int>(pairs.size()) + 1}}, 1);
  std::vector<double> expected;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    run.input[0][i] = static_cast<Real>(pairs[i].first);
    expected.push_back(pairs[i].second);
  }
  run.input[0][pairs.size()] = kNaN;
  run.forward(Mode::inference);
  CHECK(std::isnan(run.output[pairs.size()]));
  std::vector<Real> numbers = values(run.output);
  numbers.pop_back();
  check_close("f(x)", numbers, expected);
}

void check_round_trip(const Json& definition) {
  const std::string type = definition.at("type").get<std::string>();
  const std::unique_ptr<Layer> layer = make_layer(definition);
  CHECK(layer->type() == type);
  CHECK(layer->role() == find_layer_type(type)->role);
  const Json attributes = layer->attributes();
  for (const auto& item : definition.items()) {
    if (item.key() == "type") continue;
    INFO(item.key());
    REQUIRE(attributes.contains(item.key()));
    CHECK(attributes.at(item.key()) == item.value());
  }
  Json again = attributes;
  again["type"] = type;
  CHECK(make_layer(again)->attributes().dump() == attributes.dump());

  const Json fields = find_layer_type(type)->describe();
  REQUIRE(fields.size() == attributes.size());
  std::size_t i = 0;
  for (const auto& item : attributes.items()) CHECK(fields[i++].at("key") == item.key());

  Json wrong = definition;
  wrong["no_such_key"] = 1;
  CHECK_THAT(error_text(wrong, {}), Catch::Matchers::StartsWith("[" + type + "] unknown key \"no_such_key\"."));
  CHECK_THAT(error_text(wrong, {}), Catch::Matchers::EndsWith("(at /layers/0/no_such_key)"));
}

}  // namespace cnn::test
