// Micro benchmark of the kernels: one line per kernel and layer shape with its share of the peak measured in the same run,
// and whole training steps put together from the same calls. Natively a program; as WebAssembly a module without
// imports, whose clock is in kernels_bench.mjs.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/core/tensor.h"
#include "engine/data/augment.h"
#include "engine/kernels/normalize.h"
#include "engine/kernels/conv2d.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/pool2d.h"
#include "engine/kernels/simd.h"
#include "engine/kernels/softmax.h"
#include "engine/kernels/update.h"

#ifndef __wasm__
#include <ctime>
#endif

namespace cnn {
namespace {

struct Case {
  std::string name;
  double flops = 0;   // of one run, 2 per multiply-add; 0 where time is all there is to say
  int images = 0;     // of one run, for whole steps
  std::function<void()> run;
};

std::vector<Case> cases;
float sink = 0;

// Lives as long as the program: cases keep pointers into it.
float* values(std::size_t count) {
  static std::vector<Buffer<float>> all;
  static Random random(1);
  all.emplace_back(count + kernels::kLanes);
  for (float& v : all.back()) v = random.uniform() - 0.5f;
  return all.back().data();
}

std::int32_t* indices(std::size_t count) {
  static std::vector<Buffer<std::int32_t>> all;
  all.emplace_back(count);
  return all.back().data();
}

void add(const std::string& name, double flops, std::function<void()> run) {
  Case c;
  c.name = name;
  c.flops = flops;
  c.run = std::move(run);
  cases.push_back(std::move(c));
}

constexpr int kChains = 12;  // latency of a multiply-add × those begun per cycle, and some to spare

// Independent chains of multiply-adds on registers alone: what this build can do at best.
void run_peak() {
  kernels::Batch sums[kChains];
  kernels::unroll<kChains>([&](auto i) { sums[i] = kernels::Batch(static_cast<float>(i)); });
  const kernels::Batch a(0.999f), b(sink);
  for (int n = 0; n < 20000; ++n) {
    kernels::unroll<kChains>([&](auto i) { sums[i] = kernels::fma(sums[i], a, b); });
  }
  kernels::unroll<kChains>([&](auto i) { sums[0] = sums[0] + sums[i]; });
  sink = kernels::sum(sums[0]) * 1e-30f;
}

void add_gemm(int m, int n, int k, bool transpose_a, bool transpose_b) {
  kernels::Gemm g;
  g.m = m;
  g.n = n;
  g.k = k;
  g.transpose_a = transpose_a;
  g.transpose_b = transpose_b;
  g.lda = transpose_a ? m : k;
  g.ldb = transpose_b ? k : n;
  g.ldc = n;
  const std::size_t ma = static_cast<std::size_t>(m) * k, mb = static_cast<std::size_t>(k) * n;
  float *a = values(ma), *b = values(mb), *c = values(static_cast<std::size_t>(m) * n);
  float* scratch = values(kernels::gemm_scratch<float>(g));
  const std::string name = "gemm " + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k) +
                           (transpose_a ? " At" : "") + (transpose_b ? " Bt" : "");
  add(name, 2.0 * m * n * k, [=] { kernels::gemm(g, a, b, c, scratch); });
}

kernels::Conv2dShape conv_shape(int batch, int size, int in_c, int out_c, int kernel, int stride = 1, int pad = -1,
                                int groups = 1) {
  kernels::Conv2dShape s;
  s.batch = batch;
  s.in_h = s.in_w = size;
  s.in_c = in_c;
  s.out_c = out_c;
  s.kernel_h = s.kernel_w = kernel;
  s.stride_h = s.stride_w = stride;
  s.pad_top = s.pad_left = pad < 0 ? (kernel - 1) / 2 : pad;
  s.groups = groups;
  s.out_h = s.out_w = (size + 2 * s.pad_top - kernel) / stride + 1;
  return s;
}

std::size_t in_size(const kernels::Conv2dShape& s) {
  return static_cast<std::size_t>(s.batch) * s.in_h * s.in_w * s.in_c;
}
std::size_t out_size(const kernels::Conv2dShape& s) {
  return static_cast<std::size_t>(s.batch) * s.out_h * s.out_w * s.out_c;
}
std::size_t kernel_size(const kernels::Conv2dShape& s) {
  return static_cast<std::size_t>(s.kernel_h) * s.kernel_w * (s.in_c / s.groups) * s.out_c;
}
double conv_flops(const kernels::Conv2dShape& s) {
  return 2.0 * static_cast<double>(out_size(s)) * s.kernel_h * s.kernel_w * (s.in_c / s.groups);
}
std::string conv_name(const kernels::Conv2dShape& s) {
  return std::to_string(s.kernel_h) + "x" + std::to_string(s.kernel_w) + (s.stride_h > 1 ? "s2" : "") +
         (s.groups > 1 ? "dw" : "") + " " + std::to_string(s.in_h) + "x" + std::to_string(s.in_w) + "x" +
         std::to_string(s.in_c) + "-" + std::to_string(s.out_c);
}

void add_conv(const kernels::Conv2dShape& s) {
  float *x = values(in_size(s)), *dx = values(in_size(s)), *y = values(out_size(s)), *dy = values(out_size(s));
  float *kernel = values(kernel_size(s)), *dkernel = values(kernel_size(s)), *bias = values(s.out_c);
  float* scratch = values(kernels::conv2d_scratch<float>(s));
  const double flops = conv_flops(s);
  add("conv " + conv_name(s) + " forward", flops, [=] { kernels::conv2d_forward(s, x, kernel, bias, y, scratch); });
  // Beside the way that is taken by itself, each by name.
  const std::pair<kernels::ConvAlgorithm, const char*> others[] = {{kernels::ConvAlgorithm::im2col, "im2col"},
                                                                   {kernels::ConvAlgorithm::winograd_f2, "winograd_f2"},
                                                                   {kernels::ConvAlgorithm::winograd_f4, "winograd_f4"},
                                                                   {kernels::ConvAlgorithm::fft, "fft"}};
  for (const auto& [algorithm, name] : others) {
    kernels::Conv2dShape other = s;
    other.algorithm = algorithm;
    if (s.kernel_h == 1 || s.groups > 1 || kernels::conv2d_misfit(other) != nullptr) continue;
    float* more = values(kernels::conv2d_scratch<float>(other));
    add("conv " + conv_name(s) + " forward, " + name, flops,
        [=] { kernels::conv2d_forward(other, x, kernel, bias, y, more); });
  }
  add("conv " + conv_name(s) + " dx", flops,
      [=] { kernels::conv2d_backward_input(s, dy, kernel, dx, false, scratch); });
  add("conv " + conv_name(s) + " dk", flops,
      [=] { kernels::conv2d_backward_kernel<float>(s, x, dy, dkernel, nullptr, scratch); });
}

// A training step written down as the list of kernel calls that it is.
class Step {
 public:
  Step(std::string net, int batch, int size, int channels)
      : net_(std::move(net)), batch_(batch), size_(size), channels_(channels) {
    x_ = values(count());
  }

  // ReLU is written with the sums.
  void conv(int out_c, int kernel, int pad = -1, int stride = 1, bool relu = true) {
    kernels::Conv2dShape s = conv_shape(batch_, size_, channels_, out_c, kernel, stride, pad);
    s.rectify = relu;
    float *x = x_, *dx = dx_, *y = values(out_size(s)), *dy = values(out_size(s));
    const Parameter k = parameter(kernel_size(s)), b = parameter(out_c);
    float* scratch = values(kernels::conv2d_scratch<float>(s));
    const double flops = conv_flops(s);
    forward(conv_name(s) + " forward", flops, [=] { kernels::conv2d_forward(s, x, k.value, b.value, y, scratch); });
    if (dx != nullptr) {
      backward(conv_name(s) + " dx", flops,
               [=] { kernels::conv2d_backward_input(s, dy, k.value, dx, false, scratch); });
    }
    backward(conv_name(s) + " dk, db", flops,
             [=] { kernels::conv2d_backward_kernel(s, x, dy, k.gradient, b.gradient, scratch); });
    size_ = s.out_h;
    channels_ = out_c;
    x_ = y;
    dx_ = dy;
    if (relu) relu_backward();
  }

  void relu_backward() {
    float *y = x_, *dy = dx_;
    const std::size_t n = count();
    backward("relu backward " + std::to_string(n / batch_), 0, [=] { kernels::relu_backward(n, y, dy, dy, false); });
  }

  void batch_norm(bool relu) {
    kernels::NormSets s;
    s.rectify = relu;
    s.rows = static_cast<std::size_t>(batch_) * size_ * size_;
    s.channels = s.groups = channels_;
    const int c = channels_;
    float *x = x_, *dx = dx_, *y = values(count()), *dy = values(count()), *mean = values(c), *variance = values(c);
    const Parameter gamma = parameter(c), beta = parameter(c);
    float* scratch = values(2 * c);
    const std::string shape = std::to_string(s.rows / batch_) + "x" + std::to_string(c);
    forward("batch norm moments " + shape, 0, [=] { kernels::norm_moments(s, x, mean, variance); });
    forward("batch norm apply " + shape, 0,
            [=] { kernels::norm_apply(s, x, mean, variance, gamma.value, beta.value, y); });
    backward("batch norm backward " + shape, 0, [=] {
      kernels::norm_backward(s, x, mean, variance, gamma.value, dy, gamma.gradient, beta.gradient, dx, false, scratch);
    });
    x_ = y;
    dx_ = dy;
    if (relu) relu_backward();
  }

  // Adds an earlier activation (of the same shape) to this one, and ReLU.
  void add_residual(float* from, float* dfrom) {
    float *y = x_, *dy = dx_;
    const std::size_t n = count();
    forward("add " + std::to_string(n / batch_), 0, [=] { kernels::add(n, y, from, true, y); });
    backward("add backward " + std::to_string(n / batch_), 0, [=] { kernels::add_scaled(n, 1.0f, dy, dfrom, true); });
    relu_backward();
  }

  void max_pool(int kernel, int stride) {
    kernels::Pool2dShape s;
    s.batch = batch_;
    s.in_h = s.in_w = size_;
    s.channels = channels_;
    s.kernel_h = s.kernel_w = kernel;
    s.stride_h = s.stride_w = stride;
    s.out_h = s.out_w = (size_ - kernel) / stride + 1;
    float *x = x_, *dx = dx_;
    size_ = s.out_h;
    float *y = values(count()), *dy = values(count());
    std::int32_t* winners = indices(count());
    const std::string shape = std::to_string(s.in_h) + "x" + std::to_string(s.in_w) + "x" + std::to_string(channels_);
    forward("max pool " + shape + " forward", 0, [=] { kernels::max_pool_forward(s, x, y, winners); });
    backward("max pool " + shape + " backward", 0, [=] { kernels::max_pool_backward(s, dy, winners, dx, false); });
    x_ = y;
    dx_ = dy;
  }

  void mean_pool() {
    kernels::Pool2dShape s;
    s.batch = batch_;
    s.in_h = s.in_w = s.kernel_h = s.kernel_w = size_;
    s.channels = channels_;
    s.out_h = s.out_w = 1;
    float *x = x_, *dx = dx_, *y = values(batch_ * channels_), *dy = values(batch_ * channels_);
    forward("mean pool forward", 0, [=] { kernels::sum_pool_forward(s, true, x, y); });
    backward("mean pool backward", 0, [=] { kernels::sum_pool_backward(s, true, dy, dx, false); });
    size_ = 1;
    x_ = y;
    dx_ = dy;
  }

  void dense(int out, bool relu) {
    const int in = size_ * size_ * channels_, batch = batch_;
    kernels::Gemm f;
    f.m = batch;
    f.n = f.ldb = f.ldc = out;
    f.k = f.lda = in;
    kernels::Gemm dx_gemm;
    dx_gemm.m = batch;
    dx_gemm.n = dx_gemm.ldc = in;
    dx_gemm.k = dx_gemm.lda = dx_gemm.ldb = out;
    dx_gemm.transpose_b = true;
    kernels::Gemm dk_gemm;
    dk_gemm.m = dk_gemm.lda = in;
    dk_gemm.n = dk_gemm.ldb = dk_gemm.ldc = out;
    dk_gemm.k = batch;
    dk_gemm.transpose_a = dk_gemm.accumulate = true;
    float *x = x_, *dx = dx_, *y = values(batch_ * out), *dy = values(batch_ * out);
    const Parameter k = parameter(static_cast<std::size_t>(in) * out), b = parameter(out);
    float* scratch = values(kernels::gemm_scratch<float>(f) + kernels::gemm_scratch<float>(dx_gemm) +
                            kernels::gemm_scratch<float>(dk_gemm));
    const double flops = 2.0 * batch_ * in * out;
    const std::string shape = "dense " + std::to_string(in) + "-" + std::to_string(out);
    forward(shape + " forward", flops, [=] {
      kernels::gemm(f, x, k.value, y, scratch);
      kernels::add_bias(batch, out, b.value, y);
    });
    backward(shape + " dx", flops, [=] { kernels::gemm(dx_gemm, dy, k.value, dx, scratch); });
    backward(shape + " dk, db", flops, [=] {
      kernels::gemm(dk_gemm, x, dy, k.gradient, scratch);
      kernels::add_column_sums(batch, out, dy, b.gradient);
    });
    size_ = 1;
    channels_ = out;
    x_ = y;
    dx_ = dy;
    if (!relu) return;
    const std::size_t n = count();
    forward("relu forward " + std::to_string(n / batch_), 0, [=] { kernels::relu_forward(n, y, y); });
    relu_backward();
  }

  // Softmax, loss and the optimiser, then everything in order as one more case.
  void finish(bool adam) {
    float *x = x_, *dx = dx_, *p = values(batch_ * channels_);
    const int c = channels_;
    const int batch = batch_;
    std::int32_t* labels = indices(batch);
    forward("softmax, loss, gradient", 0, [=] {
      int correct = 0;
      kernels::softmax_forward(batch, c, x, p);
      sink = static_cast<float>(kernels::cross_entropy(batch, c, x, labels, 0, &correct)) * 1e-30f;
      kernels::cross_entropy_backward(batch, c, p, labels, 0.0f, 1.0f / static_cast<float>(batch), dx, false);
    });
    std::size_t total = 0;
    for (const Parameter& q : parameters_) total += q.count;
    const std::vector<Parameter> all = parameters_;
    backward((adam ? "adam " : "momentum ") + std::to_string(total), 0, [=] {
      for (const Parameter& q : all) {
        // A rate of 0: the numbers must not run away however often the step is timed.
        kernels::Update<float> u;
        u.rule = adam ? kernels::Rule::adam : kernels::Rule::momentum;
        u.momentum = u.beta1 = 0.9f;
        u.beta2 = 0.999f;
        u.epsilon = 1e-7f;
        u.step = 10;
        kernels::update(u, q.count, q.gradient, q.first, q.second, q.value);
        kernels::add_scaled(q.count, 0.0f, q.value, q.gradient, false);
      }
    });
    // Backward calls were noted in forward order, layer by layer; what matters for time is that each runs once.
    std::vector<std::function<void()>> inference, step;
    double inference_flops = 0, flops = 0;
    for (const Case& f : forward_) {
      inference.push_back(f.run);
      inference_flops += f.flops;
    }
    step = inference;
    flops = inference_flops;
    for (auto b = backward_.rbegin(); b != backward_.rend(); ++b) {
      step.push_back(b->run);
      flops += b->flops;
    }
    if (batch_ == 1) return whole(net_ + " inference, batch 1", inference_flops, std::move(inference));
    for (Case& f : forward_) cases.push_back(std::move(f));
    for (Case& b : backward_) cases.push_back(std::move(b));
    whole(net_ + " inference", inference_flops, std::move(inference));
    whole(net_ + " training", flops, std::move(step));
  }

  float* x() const { return x_; }
  float* dx() const { return dx_; }

 private:
  struct Parameter {
    std::size_t count;
    float *value, *gradient, *first, *second;
  };

  std::size_t count() const { return static_cast<std::size_t>(batch_) * size_ * size_ * channels_; }

  Parameter parameter(std::size_t n) {
    Parameter p{n, values(n), values(n), values(n), values(n)};
    for (std::size_t i = 0; i < n; ++i) p.second[i] = p.second[i] * p.second[i];
    parameters_.push_back(p);
    return p;
  }

  void note(std::vector<Case>& list, const std::string& name, double flops, std::function<void()> run) {
    Case c;
    c.name = net_ + " | " + name;
    c.flops = flops;
    c.run = std::move(run);
    list.push_back(std::move(c));
  }
  void forward(const std::string& name, double flops, std::function<void()> run) {
    note(forward_, name, flops, std::move(run));
  }
  void backward(const std::string& name, double flops, std::function<void()> run) {
    note(backward_, name, flops, std::move(run));
  }
  void whole(const std::string& name, double flops, std::vector<std::function<void()>> calls) {
    Case c;
    c.name = name;
    c.flops = flops;
    c.images = batch_;
    c.run = [calls = std::move(calls)] {
      for (const auto& call : calls) call();
    };
    cases.push_back(std::move(c));
  }

  std::string net_;
  int batch_, size_, channels_;
  float* x_ = nullptr;
  float* dx_ = nullptr;
  std::vector<Parameter> parameters_;
  std::vector<Case> forward_, backward_;
};

// The five nets of the benchmark beside other engines.
void add_nets(int batch) {
  Step keras("W1", batch, 28, 1);
  keras.conv(32, 3);
  keras.max_pool(2, 2);
  keras.conv(64, 3);
  keras.max_pool(2, 2);
  keras.dense(128, true);
  keras.dense(10, false);
  keras.finish(true);

  Step lenet("W2", batch, 28, 1);
  lenet.conv(6, 5);
  lenet.max_pool(2, 2);
  lenet.conv(16, 5, 0);
  lenet.max_pool(2, 2);
  lenet.dense(120, true);
  lenet.dense(84, true);
  lenet.dense(10, false);
  lenet.finish(false);

  Step digits("W3", batch, 24, 1);
  digits.conv(8, 5);
  digits.max_pool(2, 2);
  digits.conv(16, 5);
  digits.max_pool(3, 3);
  digits.dense(10, false);
  digits.finish(false);

  Step cifar("W4", batch, 32, 3);
  cifar.conv(16, 5);
  cifar.max_pool(2, 2);
  cifar.conv(20, 5);
  cifar.max_pool(2, 2);
  cifar.conv(20, 5);
  cifar.max_pool(2, 2);
  cifar.dense(10, false);
  cifar.finish(false);

  // The two projections of the skips (1×1, stride 2: 0.26 of 12.5 million) are left out.
  Step resnet("W5", batch, 32, 3);
  resnet.conv(16, 3, 1, 1, false);
  resnet.batch_norm(true);
  for (const int channels : {16, 32, 64}) {
    resnet.conv(channels, 3, 1, channels == 16 ? 1 : 2, false);
    resnet.batch_norm(true);
    float *from = resnet.x(), *dfrom = resnet.dx();
    resnet.conv(channels, 3, 1, 1, false);
    resnet.batch_norm(false);
    resnet.add_residual(from, dfrom);
  }
  resnet.mean_pool();
  resnet.dense(10, false);
  resnet.finish(false);
}

void add_augment(const std::string& name, const AugmentOptions& options) {
  const auto augmenter = std::make_shared<Augmenter>(Shape{28, 28, 1});
  const auto random = std::make_shared<Random>(1);
  std::vector<std::uint8_t> picture(28 * 28);
  for (std::uint8_t& v : picture) v = static_cast<std::uint8_t>(random->below(256));
  add("augment 28x28, " + name, 0, [=] { sink = 1e-30f * augmenter->change(options, picture.data(), *random)[400]; });
}

void make_cases() {
  add("peak", 20000.0 * kChains * kernels::kLanes * 2, run_peak);
  add_gemm(256, 256, 256, false, false);
  add_gemm(256, 256, 256, true, false);
  add_gemm(256, 256, 256, false, true);
  add_gemm(512, 512, 512, false, false);
  add_gemm(32, 128, 3136, false, false);
  add_conv(conv_shape(1, 28, 32, 64, 3));
  add_conv(conv_shape(1, 14, 64, 128, 3));
  add_conv(conv_shape(1, 7, 128, 256, 3));
  add_conv(conv_shape(1, 32, 16, 16, 3));
  add_conv(conv_shape(1, 32, 16, 32, 3, 2));
  add_conv(conv_shape(1, 56, 64, 64, 3));
  add_conv(conv_shape(1, 28, 1, 32, 3));
  add_conv(conv_shape(1, 28, 1, 8, 5));
  add_conv(conv_shape(1, 32, 3, 16, 5));
  add_conv(conv_shape(1, 16, 16, 20, 5));
  add_conv(conv_shape(1, 28, 32, 64, 5));
  add_conv(conv_shape(1, 28, 32, 32, 7));
  add_conv(conv_shape(1, 28, 32, 32, 11));
  add_conv(conv_shape(1, 56, 64, 64, 1));
  add_conv(conv_shape(1, 14, 256, 256, 1));
  add_conv(conv_shape(1, 56, 64, 64, 3, 1, 1, 64));
  add_nets(32);
  add_nets(1);
  const std::size_t n = 100000;
  float *x = values(n), *y = values(n), *dy = values(n);
  add("sigmoid forward 100000", 0, [=] { kernels::sigmoid_forward(n, x, y); });
  add("tanh forward 100000", 0, [=] { kernels::tanh_forward(n, x, y); });
  add("softplus forward 100000", 0, [=] { kernels::softplus_forward(n, x, y); });
  add("swish backward 100000", 0, [=] { kernels::swish_backward(n, x, dy, y, false); });
  AugmentOptions moved;
  moved.shift = moved.rotate = 1;
  add_augment("moved", moved);
  moved.elastic = 1;
  add_augment("moved and bent", moved);
  AugmentOptions noisy;
  noisy.noise = 0.1;
  add_augment("with noise", noisy);
}

}  // namespace
}  // namespace cnn

#ifdef __wasm__

#define BENCH_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

BENCH_EXPORT(bench_count) int bench_count() {
  if (cnn::cases.empty()) cnn::make_cases();
  return static_cast<int>(cnn::cases.size());
}
BENCH_EXPORT(bench_name) const char* bench_name(int i) { return cnn::cases[i].name.c_str(); }
BENCH_EXPORT(bench_flops) double bench_flops(int i) { return cnn::cases[i].flops; }
BENCH_EXPORT(bench_images) int bench_images(int i) { return cnn::cases[i].images; }
BENCH_EXPORT(bench_run) void bench_run(int i, int times) {
  for (int n = 0; n < times; ++n) cnn::cases[i].run();
}

#else

namespace {

double seconds_per_run(const std::function<void()>& run) {
  // Processor time: other work on the machine disturbs it less than the clock on the wall.
  const auto time = [&](int times) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < times; ++i) run();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  int times = 1;
  while (time(times) < 0.01) times *= 2;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) best = std::min(best, time(times) / times);
  return best;
}

}  // namespace

// One line of JSON per case, the peak first; scripts/bench.mjs makes the table. Arguments: parts of names.
int main(int argc, char** argv) {
  cnn::make_cases();
  for (const cnn::Case& c : cnn::cases) {
    bool wanted = argc <= 1 || &c == &cnn::cases[0];
    for (int i = 1; i < argc; ++i) wanted = wanted || c.name.find(argv[i]) != std::string::npos;
    if (!wanted) continue;
    std::printf("{\"name\":\"%s\",\"seconds\":%.9g,\"flops\":%.0f,\"images\":%d}\n", c.name.c_str(),
                seconds_per_run(c.run), c.flops, c.images);
  }
}

#endif
