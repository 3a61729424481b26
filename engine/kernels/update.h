#pragma once

#include <cstddef>
#include <limits>

namespace cnn::kernels {

// How a gradient g moves a parameter p, per element; m and v are the numbers remembered between steps, t ≥ 1 counts them.
//   sgd       p −= rate·g
//   momentum  v ← momentum·v + g;  p −= rate·v
//   nesterov  v ← momentum·v + g;  p −= rate·(g + momentum·v)   [Nesterov 1983 as Sutskever et al. 2013 write it]
//   adagrad   v ← v + g²;  p −= rate·g / (√v + epsilon)   [Duchi, Hazan & Singer 2011]
//   adadelta  v ← rho·v + (1−rho)·g²;  d = √(m + epsilon) / √(v + epsilon)·g;  m ← rho·m + (1−rho)·d²;  p −= rate·d
//             [Zeiler 2012, there with rate 1]
//   rmsprop   v ← rho·v + (1−rho)·g²;  p −= rate·g / (√v + epsilon)   [Tieleman & Hinton 2012]
//   adam      m ← β1·m + (1−β1)·g;  v ← β2·v + (1−β2)·g²;  p −= rate·(m / (1−β1^t)) / (√(v / (1−β2^t)) + epsilon)
//             [Kingma & Ba 2015]
//   adamw     likewise, but weight decay is p ← (1 − rate·l2)·p, apart from the gradient   [Loshchilov & Hutter 2019]
enum class Rule { sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamw };

// How many of m and v a rule needs: none, one (given as `first`) or two.
constexpr int moment_count(Rule rule) {
  return rule == Rule::sgd ? 0 : rule == Rule::adadelta || rule == Rule::adam || rule == Rule::adamw ? 2 : 1;
}

// The numbers of one step, the same for all parameters of a stretch. What a rule does not name, it does not read.
template <class T>
struct Update {
  Rule rule = Rule::sgd;
  T rate = 0;
  // The rule's g is scale·g, cut to ±most, plus l2·p + l1·sign(p).
  T scale = 1;
  T most = std::numeric_limits<T>::infinity();
  T l2 = 0;
  T l1 = 0;
  T momentum = 0;
  T rho = 0;
  T beta1 = 0;
  T beta2 = 0;
  T epsilon = 0;
  long step = 1;
};

// One pass over `count` parameters. Moments stay out of the denormal range.
template <class T>
void update(const Update<T>& u, std::size_t count, const T* g, T* first, T* second, T* p);

template <class T>
double sum_of_squares(std::size_t count, const T* x);

namespace reference {
template <class T>
void update(const Update<T>& u, std::size_t count, const T* g, T* first, T* second, T* p);
template <class T>
double sum_of_squares(std::size_t count, const T* x);
}  // namespace reference

}  // namespace cnn::kernels
