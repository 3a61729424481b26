#include "engine/layers/registry.h"

#include "engine/layers/add.h"
#include "engine/layers/batch_instance_norm.h"
#include "engine/layers/batch_norm.h"
#include "engine/layers/binary_cross_entropy.h"
#include "engine/layers/concat.h"
#include "engine/layers/conv2d.h"
#include "engine/layers/conv_transpose2d.h"
#include "engine/layers/crop.h"
#include "engine/layers/dense.h"
#include "engine/layers/dropout.h"
#include "engine/layers/elu.h"
#include "engine/layers/flatten.h"
#include "engine/layers/gelu.h"
#include "engine/layers/global_pool.h"
#include "engine/layers/group_norm.h"
#include "engine/layers/hard_sigmoid.h"
#include "engine/layers/hard_swish.h"
#include "engine/layers/input.h"
#include "engine/layers/instance_norm.h"
#include "engine/layers/layer_norm.h"
#include "engine/layers/leaky_relu.h"
#include "engine/layers/local_response_norm.h"
#include "engine/layers/maxout.h"
#include "engine/layers/multiply.h"
#include "engine/layers/pad.h"
#include "engine/layers/pool2d.h"
#include "engine/layers/prelu.h"
#include "engine/layers/relu.h"
#include "engine/layers/reshape.h"
#include "engine/layers/sigmoid.h"
#include "engine/layers/softmax.h"
#include "engine/layers/softplus.h"
#include "engine/layers/softsign.h"
#include "engine/layers/spatial_dropout.h"
#include "engine/layers/squared_error.h"
#include "engine/layers/stochastic_depth.h"
#include "engine/layers/svm.h"
#include "engine/layers/swish.h"
#include "engine/layers/tanh.h"
#include "engine/layers/upsample.h"

namespace cnn {

namespace {

template <class L>
std::unique_ptr<Layer> create(const Json& object, const std::string& path) {
  typename L::Attributes attrs;
  read_fields(object, L::kType, path, {"type", "name", "inputs"}, attrs);
  return std::make_unique<L>(std::move(attrs));
}

template <class L>
LayerType entry() {
  return {L::kType, &create<L>, &describe_fields<typename L::Attributes>, L::kRole};
}

// One line a layer: this is the whole act of making it known.
const LayerType kTypes[] = {
    entry<Input>(), entry<Conv2d>(), entry<ConvTranspose2d>(), entry<Pool2d>(), entry<GlobalPool>(), entry<Dense>(),
    entry<Flatten>(), entry<Reshape>(), entry<Pad>(), entry<Crop>(), entry<Upsample>(), entry<BatchNorm>(),
    entry<LayerNorm>(), entry<InstanceNorm>(), entry<GroupNorm>(), entry<BatchInstanceNorm>(),
    entry<LocalResponseNorm>(), entry<Dropout>(), entry<SpatialDropout>(), entry<StochasticDepth>(), entry<Add>(),
    entry<Multiply>(), entry<Concat>(), entry<Relu>(), entry<LeakyRelu>(), entry<Prelu>(), entry<Elu>(),
    entry<Sigmoid>(), entry<HardSigmoid>(), entry<Tanh>(), entry<Softplus>(), entry<Softsign>(), entry<Swish>(),
    entry<HardSwish>(), entry<Gelu>(), entry<Maxout>(), entry<Softmax>(), entry<Svm>(), entry<SquaredError>(),
    entry<BinaryCrossEntropy>(),
};

}  // namespace

Span<const LayerType> layer_types() { return {kTypes, sizeof(kTypes) / sizeof(kTypes[0])}; }

const LayerType* find_layer_type(const std::string& name) {
  for (const LayerType& type : kTypes) {
    if (name == type.name) return &type;
  }
  return nullptr;
}

const char* role_name(LayerRole role) {
  switch (role) {
    case LayerRole::input: return "input";
    case LayerRole::convolution: return "convolution";
    case LayerRole::pooling: return "pooling";
    case LayerRole::dense: return "dense";
    case LayerRole::activation: return "activation";
    case LayerRole::normalization: return "normalization";
    case LayerRole::regularization: return "regularization";
    case LayerRole::reshape: return "reshape";
    case LayerRole::merge: return "merge";
    case LayerRole::head: return "head";
  }
  return "layer";
}

}  // namespace cnn
