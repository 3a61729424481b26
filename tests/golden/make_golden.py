#!/usr/bin/python3
"""Golden values of layers, made by PyTorch in float64; what make_training.py shares with it.

    /usr/bin/python3 tests/golden/make_golden.py        (Debian's python3-torch)

Writes layers.json beside itself, which says what is where, and layers.bin, which holds the numbers as little-endian
float64. A tensor in the JSON is [first number, count]. PyTorch's layouts (NCHW, OIHW, OI)
become the engine's (NHWC, HWIO, IO) here and nowhere else. All inputs and parameters are numbers that float32 holds
exactly, so that the float build of the engine starts from the same ones.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
random = torch.Generator().manual_seed(20)


def uniform(*shape, low=-1.0, high=1.0):
    numbers = torch.rand(*shape, generator=random) * (high - low) + low
    return numbers.to(torch.float32).to(torch.float64)


def engine_layout(tensor):
    """Activations [N, C, H, W] and kernels [O, I, kh, kw] with the engine's order of axes; the rest as it is."""
    return tensor.detach().permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor.detach()


def kernel_layout(tensor):
    return tensor.detach().permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor.detach().t()


class Store:
    def __init__(self, name):
        self.name = name
        self.numbers = []
        self.count = 0

    def put(self, tensor):
        flat = tensor.contiguous().numpy().astype('<f8').ravel()
        self.numbers.append(flat)
        self.count += flat.size
        return [self.count - flat.size, int(flat.size)]

    def write(self, document):
        np.concatenate(self.numbers).tofile(os.path.join(HERE, self.name + '.bin'))
        with open(os.path.join(HERE, self.name + '.json'), 'w') as file:
            lines = ',\n'.join('  ' + json.dumps(case) for case in document['cases'])
            rest = {key: value for key, value in document.items() if key != 'cases'}
            file.write('{"head": %s,\n "cases": [\n%s\n]}\n' % (json.dumps(rest), lines))


class Parameter:
    """One tensor of a layer, in the order of the engine. `layout` brings it and its gradient there."""

    def __init__(self, tensor, layout=engine_layout, trainable=True):
        self.tensor = tensor.requires_grad_(trainable)
        self.layout = layout
        self.trainable = trainable


store = Store('layers')
cases = []


def record(layer, inputs, compute, parameters=(), mode='training', after=None):
    """Forward and all gradients of Σ y · dy for a random dy. `after(case)` may add to the case."""
    for x in inputs:
        x.requires_grad_(True)
    case = {
        'layer': layer,
        'mode': mode,
        'batch': inputs[0].shape[0],
        'shapes': [list(engine_layout(x).shape[1:]) if x.dim() == 4 else [1, 1, x.shape[1]] for x in inputs],
        'input': [store.put(engine_layout(x)) for x in inputs],
        'parameter': [store.put(p.layout(p.tensor)) for p in parameters],
    }
    y = compute(*inputs)
    dy = uniform(*y.shape)
    (y * dy).sum().backward()
    case['output'] = store.put(engine_layout(y))
    case['output_gradient'] = store.put(engine_layout(dy))
    case['input_gradient'] = [store.put(engine_layout(x.grad)) for x in inputs]
    case['parameter_gradient'] = [store.put(p.layout(p.tensor.grad)) if p.trainable else None for p in parameters]
    if after is not None:
        after(case)
    cases.append(case)


def same_sides(extent, span, stride):
    total = max(0, (-(-extent // stride) - 1) * stride + span - extent)
    return total // 2, total - total // 2


def sides(padding, height, width, span_h, span_w, stride_h, stride_w):
    """(left, right, top, bottom) as F.pad wants them."""
    if padding == 'valid':
        return 0, 0, 0, 0
    if padding == 'full':
        return span_w - 1, span_w - 1, span_h - 1, span_h - 1
    if padding == 'same':
        return same_sides(width, span_w, stride_w) + same_sides(height, span_h, stride_h)
    if isinstance(padding, int):
        return (padding,) * 4
    top, bottom, left, right = padding
    return left, right, top, bottom


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def normalised(attributes, weight, parameters, filters):
    """What gives the kernel in use; may add the gain to the parameters."""
    norm = attributes.get('weight_norm', 'none')
    if norm == 'normalize':
        gain = Parameter(uniform(filters, low=0.5, high=1.5))
        parameters.append(gain)
        return lambda: torch._weight_norm(weight.tensor, gain.tensor.view((-1,) + (1,) * (weight.tensor.dim() - 1)), 0)
    if norm == 'standardize':
        axes = tuple(range(1, weight.tensor.dim()))

        def standardize():
            variance, mean = torch.var_mean(weight.tensor, axes, unbiased=False, keepdim=True)
            return (weight.tensor - mean) / torch.sqrt(variance + 1e-5)

        return standardize
    return lambda: weight.tensor


def conv_transpose2d(height, width, channels, filters, **attributes):
    stride = pair(attributes.get('stride', 2))
    kernel = pair(attributes.get('kernel', 3))
    more = pair(attributes.get('output_padding', 0))
    weight = Parameter(uniform(channels, filters, *kernel), kernel_layout)
    bias = Parameter(uniform(filters))
    padding = attributes.get('padding', 'valid')
    if padding == 'same':  # cut to stride times the input
        front = [max(0, k - s) // 2 for k, s in zip(kernel, stride)]
        extent = [height * stride[0], width * stride[1]]
    else:
        left, right, top, bottom = sides(padding, height, width, *kernel, *stride)
        front = [top, left]
        extent = [(height - 1) * stride[0] + kernel[0] - top - bottom + more[0],
                  (width - 1) * stride[1] + kernel[1] - left - right + more[1]]

    def compute(x):
        whole = F.pad(F.conv_transpose2d(x, weight.tensor, None, stride), (0, stride[1], 0, stride[0]))
        y = whole[:, :, front[0]:front[0] + extent[0], front[1]:front[1] + extent[1]]
        return y + bias.tensor.view(1, -1, 1, 1)

    record({'type': 'conv_transpose2d', 'filters': filters, **attributes}, [uniform(2, channels, height, width)],
           compute, [weight, bias])


def conv2d(height, width, channels, filters, **attributes):
    kernel = pair(attributes.get('kernel', 3))
    stride = pair(attributes.get('stride', 1))
    dilation = pair(attributes.get('dilation', 1))
    groups = attributes.get('groups', 1)
    span = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    pad = sides(attributes.get('padding', 'valid'), height, width, *span, *stride)
    # Nearest padding of the engine is called replicate here.
    pad_mode = {'zero': 'constant', 'nearest': 'replicate', 'reflect': 'reflect'}[attributes.get('padding_mode', 'zero')]
    weight = Parameter(uniform(filters, channels // groups, *kernel), kernel_layout)
    parameters = [weight]
    if attributes.get('bias', True):
        parameters.append(Parameter(uniform(filters)))
    bias = parameters[1].tensor if len(parameters) > 1 else None
    use = normalised(attributes, weight, parameters, filters)

    def compute(x):
        return F.conv2d(F.pad(x, pad, mode=pad_mode), use(), bias, stride, 0, dilation, groups)

    record({'type': 'conv2d', 'filters': filters, **attributes}, [uniform(2, channels, height, width)], compute,
           parameters)


def pool2d(height, width, channels, **attributes):
    mode = attributes.get('mode', 'max')
    kernel = pair(attributes.get('kernel', 2))
    stride = pair(attributes.get('stride', kernel))
    pad = sides(attributes.get('padding', 'valid'), height, width, *kernel, *stride)
    cells = kernel[0] * kernel[1]

    ceil = attributes.get('ceil', False)

    def compute(x):
        if mode == 'max':
            return F.max_pool2d(F.pad(x, pad, value=-np.inf), kernel, stride, ceil_mode=ceil)
        if ceil:  # the last window may reach beyond picture and padding: what lies there never counts
            around = attributes.get('padding', 0)
            count = attributes.get('count_padding', False)
            return F.avg_pool2d(x, kernel, stride, around, True, count, 1 if mode == 'sum' else None)
        sums = F.avg_pool2d(F.pad(x, pad), kernel, stride) * cells
        if mode == 'sum':
            return sums
        if attributes.get('count_padding', False):
            return sums / cells
        return sums / (F.avg_pool2d(F.pad(torch.ones_like(x), pad), kernel, stride) * cells)

    record({'type': 'pool2d', **attributes}, [uniform(2, channels, height, width)], compute)


def batch_norm(mode, *shape, **attributes):
    channels = shape[1]
    parameters = []
    gamma = beta = None
    if attributes.get('scale', True):
        parameters.append(Parameter(uniform(channels, low=0.5, high=1.5)))
        gamma = parameters[-1].tensor
    if attributes.get('shift', True):
        parameters.append(Parameter(uniform(channels)))
        beta = parameters[-1].tensor
    mean, variance = uniform(channels), uniform(channels, low=0.5, high=1.5)
    parameters += [Parameter(mean, trainable=False), Parameter(variance, trainable=False)]
    # PyTorch's momentum is the share of the new value, the engine's that of the old one.
    momentum = 1 - attributes.get('momentum', 0.9)
    epsilon = attributes.get('epsilon', 1e-3)

    def compute(x):
        return F.batch_norm(x, mean, variance, gamma, beta, mode == 'training', momentum, epsilon)

    def after(case):
        # Not the running variance: PyTorch averages the unbiased one (÷ n − 1), the engine the biased one (÷ n).
        case['running_mean'] = store.put(mean)

    record({'type': 'batch_norm', **attributes}, [uniform(*shape)], compute, parameters, mode, after)


def dense(inputs, units, bias=True, **attributes):
    weight = Parameter(uniform(units, inputs), kernel_layout)
    parameters = [weight] + ([Parameter(uniform(units))] if bias else [])
    offset = parameters[1].tensor if bias else None
    use = normalised(attributes, weight, parameters, units)
    record({'type': 'dense', 'units': units, 'bias': bias, **attributes}, [uniform(3, inputs)],
           lambda x: F.linear(x, use(), offset), parameters)


def head(layer, classes, batch, output, loss_of):
    """`loss_of(logits, labels)` is the mean over the batch."""
    logits = uniform(batch, classes, low=-3, high=3).requires_grad_(True)
    labels = torch.randint(classes, (batch,), generator=random)
    loss = loss_of(logits, labels)
    (loss * layer.get('weight', 1)).backward()
    cases.append({
        'layer': layer,
        'mode': 'training',
        'batch': batch,
        'shapes': [[1, 1, classes]],
        'input': [store.put(logits.detach())],
        'parameter': [],
        'output': store.put(output(logits.detach())),
        'input_gradient': [store.put(logits.grad)],
        'parameter_gradient': [],
        'labels': labels.tolist(),
        'loss': loss.item(),
        'correct': int((logits.argmax(1) == labels).sum()),
    })


def softmax(classes, batch, weight=1.0, **attributes):
    smoothing = attributes.get('label_smoothing', 0.0)
    head({'type': 'softmax', 'weight': weight, **attributes}, classes, batch, lambda x: torch.softmax(x, 1),
         lambda x, labels: F.cross_entropy(x, labels, label_smoothing=smoothing))


def losses():
    softmax(10, 4, label_smoothing=0.1)
    softmax(17, 3, weight=0.5, label_smoothing=0.3)
    for classes, batch, weight in (10, 4, 1), (17, 3, 0.25):
        for margin in 1, 2.5:  # PyTorch divides by the number of classes
            head({'type': 'svm', 'weight': weight, 'margin': margin}, classes, batch, lambda x: x,
                 lambda x, labels: F.multi_margin_loss(x, labels, margin=margin) * classes)
        head({'type': 'squared_error', 'weight': weight}, classes, batch, lambda x: x,
             lambda x, labels: F.mse_loss(x, F.one_hot(labels, classes) * 1.0, reduction='sum') / 2 / batch)
        head({'type': 'binary_cross_entropy', 'weight': weight}, classes, batch, torch.sigmoid,
             lambda x, labels: F.binary_cross_entropy_with_logits(x, F.one_hot(labels, classes) * 1.0,
                                                                  reduction='sum') / batch)


def batch_instance_norm(mode, shape, **attributes):
    """Composed of the two: PyTorch has none."""
    channels = shape[1]
    gamma, beta = Parameter(uniform(channels, low=0.5, high=1.5)), Parameter(uniform(channels))
    rho = Parameter(uniform(channels, low=0.1, high=0.9))
    mean, variance = uniform(channels), uniform(channels, low=0.5, high=1.5)
    epsilon = attributes.get('epsilon', 1e-5)

    def compute(x):
        batch = F.batch_norm(x, mean, variance, None, None, mode == 'training', 0.1, epsilon)
        image = F.instance_norm(x, eps=epsilon)
        g, b, r = (p.tensor.view(1, -1, 1, 1) for p in (gamma, beta, rho))
        return g * (r * batch + (1 - r) * image) + b

    record({'type': 'batch_instance_norm', **attributes}, [uniform(*shape)], compute,
           [gamma, beta, rho, Parameter(mean, trainable=False), Parameter(variance, trainable=False)], mode,
           lambda case: case.update(running_mean=store.put(mean)))


def completions():
    """The rarer attributes of convolution, dense and pooling."""
    conv2d(5, 6, 2, 3, padding='same', padding_mode='reflect')
    conv2d(6, 5, 4, 6, kernel=[3, 4], padding=[2, 1, 0, 3], padding_mode='reflect', stride=[2, 1], groups=2)
    conv2d(5, 5, 3, 3, dilation=2, padding=2, padding_mode='reflect', groups=3)
    for norm in 'standardize', 'normalize':
        conv2d(5, 4, 3, 4, padding='same', weight_norm=norm)
        conv2d(5, 4, 4, 18, groups=2, bias=False, weight_norm=norm)
        conv2d(4, 4, 2, 3, padding='same', padding_mode='reflect', stride=2, weight_norm=norm)
        dense(7, 5, weight_norm=norm)
        dense(19, 17, bias=False, weight_norm=norm)
    for mode in 'max', 'average', 'sum':
        pool2d(6, 8, 3, mode=mode, kernel=3, stride=2, ceil=True)
        pool2d(5, 7, 17, mode=mode, ceil=True)
    conv_transpose2d(4, 5, 3, 2)
    conv_transpose2d(4, 5, 3, 2, padding='same')
    conv_transpose2d(4, 5, 2, 17, kernel=2, stride=3, padding='same')
    conv_transpose2d(3, 4, 2, 3, kernel=[4, 3], stride=[2, 1], padding=[1, 2, 0, 1])
    conv_transpose2d(3, 4, 17, 2, stride=[3, 2], output_padding=[2, 1])


def resampling():
    for mode, name in ('zero', 'constant'), ('nearest', 'replicate'), ('reflect', 'reflect'):
        record({'type': 'pad', 'padding': [1, 2, 3, 0], 'mode': mode}, [uniform(2, 3, 4, 5)],
               lambda x: F.pad(x, (3, 0, 1, 2), name))
    record({'type': 'crop', 'margin': [1, 2, 0, 3]}, [uniform(2, 3, 5, 6)], lambda x: x[:, :, 1:-2, 0:-3])
    for factor in (2, 2), (3, 1), (1, 4):
        size = {'type': 'upsample', 'factor': list(factor)}
        record({**size, 'mode': 'nearest'}, [uniform(2, 3, 3, 4)], lambda x: F.interpolate(x, scale_factor=factor))
        record({**size, 'mode': 'bilinear'}, [uniform(2, 3, 3, 4)],
               lambda x: F.interpolate(x, scale_factor=factor, mode='bilinear', align_corners=False))
    # In the engine's order of axes, as flatten.
    record({'type': 'reshape', 'shape': [3, 1, 10]}, [uniform(2, 3, 2, 5)],
           lambda x: x.permute(0, 2, 3, 1).reshape(2, 3, 1, 10).permute(0, 3, 1, 2))


def newer_activations():
    for layer, function in [
        # F.hardsigmoid goes backward with a sixth rounded to float32.
        ({'type': 'hard_sigmoid'}, lambda x: F.relu6(x + 3) / 6),
        ({'type': 'hard_swish'}, F.hardswish),
        ({'type': 'gelu'}, lambda x: F.gelu(x, approximate='tanh')),
        ({'type': 'maxout'}, lambda x: x.view(2, 3, 2, 3, 5).amax(2)),
        ({'type': 'maxout', 'pieces': 3}, lambda x: x.view(2, 2, 3, 3, 5).amax(2)),
    ]:
        record(layer, [uniform(2, 6, 3, 5, low=-5, high=5)], function)
    for channels in 3, 17:
        slope = Parameter(uniform(channels, low=-0.2, high=0.5))
        record({'type': 'prelu'}, [uniform(2, channels, 3, 5)], lambda x: F.prelu(x, slope.tensor), [slope])


def image_norm(layer, shape, compute):
    """`compute` normalises without learnt numbers; gamma and beta stand per channel."""
    gamma, beta = Parameter(uniform(shape[1], low=0.5, high=1.5)), Parameter(uniform(shape[1]))
    broadcast = (1, -1, 1, 1)
    record(layer, [uniform(*shape)], lambda x: compute(x) * gamma.tensor.view(broadcast) + beta.tensor.view(broadcast),
           [gamma, beta])


def normalisations():
    for shape in (3, 4, 2, 5), (2, 17, 3, 2), (2, 3, 4, 3):
        for attributes in {}, {'epsilon': 0.1}:
            epsilon = attributes.get('epsilon', 1e-5)
            image_norm({'type': 'layer_norm', **attributes}, shape, lambda x: F.layer_norm(x, x.shape[1:], eps=epsilon))
            image_norm({'type': 'instance_norm', **attributes}, shape, lambda x: F.instance_norm(x, eps=epsilon))
    for groups, shape in (2, (3, 4, 2, 5)), (8, (2, 24, 2, 3)), (3, (2, 18, 1, 2)):
        image_norm({'type': 'group_norm', 'groups': groups}, shape, lambda x: F.group_norm(x, groups))
    for size, offset, alpha, beta in (5, 2, 1e-4, 0.75), (3, 1, 0.7, 0.75), (7, 0.5, 0.3, 0.4):
        # PyTorch divides alpha by the size.
        record({'type': 'local_response_norm', 'size': size, 'offset': offset, 'alpha': alpha, 'beta': beta},
               [uniform(2, 19, 2, 3, low=-2, high=2)],
               lambda x: F.local_response_norm(x, size, alpha * size, beta, offset))


def masks():
    """Their numbers are drawn, so only inference can be compared."""
    for kind in 'spatial_dropout', 'stochastic_depth':
        record({'type': kind, 'rate': 0.4}, [uniform(2, 3, 3, 5)], lambda x: F.dropout2d(x, 0.4, training=False),
               mode='inference')


def make_layers():
    conv2d(6, 7, 2, 3)
    conv2d(5, 5, 3, 4, kernel=1)
    conv2d(5, 5, 3, 4, bias=False)
    conv2d(6, 5, 2, 3, padding='same')
    conv2d(7, 6, 2, 3, padding='same', stride=2)
    conv2d(7, 6, 2, 3, padding='same', kernel=[2, 4])
    conv2d(4, 5, 2, 3, padding='full')
    conv2d(5, 6, 2, 3, padding=1, stride=[2, 1])
    conv2d(5, 6, 2, 3, padding=[0, 1, 2, 3], stride=[2, 3])
    conv2d(9, 8, 2, 3, dilation=[3, 2])
    conv2d(9, 8, 2, 3, dilation=2, padding='same', stride=2)
    conv2d(6, 6, 2, 3, padding='same', padding_mode='nearest')
    conv2d(6, 5, 2, 3, kernel=5, padding=[4, 0, 1, 2], padding_mode='nearest', stride=2)
    conv2d(5, 5, 2, 3, dilation=2, padding=3, padding_mode='nearest')
    conv2d(5, 6, 4, 6, groups=2, padding='same')
    conv2d(5, 6, 5, 5, groups=5, padding='same')
    conv2d(7, 6, 3, 6, groups=3, stride=2, padding=1, bias=False)
    conv2d(5, 6, 4, 4, groups=4, padding='same', padding_mode='nearest', kernel=5)
    conv2d(5, 9, 2, 3, kernel=[1, 7], padding='same')
    conv2d(9, 5, 2, 3, kernel=[7, 1], padding='same')
    conv2d(1, 12, 2, 3, kernel=[1, 3], stride=[1, 2])
    conv2d(9, 9, 3, 2, kernel=7, stride=2, padding=3)
    conv2d(4, 4, 17, 19, padding='same')

    for mode in 'max', 'average', 'sum':
        pool2d(6, 7, 3, mode=mode)
        pool2d(7, 7, 3, mode=mode, kernel=3, stride=2)
        pool2d(7, 6, 3, mode=mode, kernel=3, stride=2, padding='same')
        pool2d(5, 6, 3, mode=mode, kernel=[3, 2], stride=[1, 2], padding=[1, 2, 0, 1])
        pool2d(4, 4, 17, mode=mode, kernel=3, stride=1, padding=1, count_padding=True)

    record({'type': 'global_pool'}, [uniform(2, 3, 4, 5)], lambda x: x.mean((2, 3)))
    record({'type': 'global_pool', 'mode': 'sum'}, [uniform(2, 3, 4, 5)], lambda x: x.sum((2, 3)))
    record({'type': 'global_pool', 'mode': 'max'}, [uniform(2, 3, 4, 5)], lambda x: x.amax((2, 3)))

    dense(7, 5)
    dense(19, 3, bias=False)

    activations = [
        ({'type': 'relu'}, F.relu),
        ({'type': 'leaky_relu'}, lambda x: F.leaky_relu(x, 0.01)),
        ({'type': 'leaky_relu', 'slope': 0.25}, lambda x: F.leaky_relu(x, 0.25)),
        ({'type': 'elu'}, F.elu),
        ({'type': 'elu', 'alpha': 0.5}, lambda x: F.elu(x, 0.5)),
        ({'type': 'sigmoid'}, torch.sigmoid),
        ({'type': 'tanh'}, torch.tanh),
        ({'type': 'softplus'}, F.softplus),
        ({'type': 'softsign'}, F.softsign),
        ({'type': 'swish'}, F.silu),
        ({'type': 'dropout', 'rate': 0.4}, lambda x: F.dropout(x, 0.4, training=False)),
    ]
    for layer, function in activations:
        mode = 'inference' if layer['type'] == 'dropout' else 'training'
        record(layer, [uniform(2, 3, 3, 5, low=-5, high=5)], function, mode=mode)

    for mode in 'training', 'inference':
        batch_norm(mode, 3, 4, 2, 5)
        batch_norm(mode, 2, 17, 3, 2, momentum=0.75, epsilon=1e-5)
        batch_norm(mode, 2, 3, 4, 3, scale=False)
        batch_norm(mode, 2, 3, 4, 3, shift=False)

    record({'type': 'add'}, [uniform(2, 3, 2, 5) for _ in range(3)], lambda *x: sum(x))
    record({'type': 'concat'}, [uniform(2, c, 3, 2) for c in (2, 5, 1)], lambda *x: torch.cat(x, 1))
    # PyTorch flattens channels first: flatten what has the engine's order of axes.
    record({'type': 'flatten'}, [uniform(2, 3, 2, 5)], lambda x: x.permute(0, 2, 3, 1).flatten(1))

    softmax(10, 4)
    softmax(17, 3, weight=0.25)

    normalisations()
    for mode in 'training', 'inference':
        batch_instance_norm(mode, (3, 4, 2, 5))
        batch_instance_norm(mode, (2, 17, 3, 2), epsilon=0.1)
    newer_activations()
    completions()
    resampling()
    losses()
    masks()
    record({'type': 'multiply'}, [uniform(2, 5, 3, 2), uniform(2, 5)], lambda x, gate: x * gate[:, :, None, None])
    record({'type': 'multiply'}, [uniform(2, 5, 3, 2), uniform(2, 5, 3, 2)], lambda x, y: x * y)
    for mode in 'average', 'sum':
        for count in False, True:
            pool2d(6, 8, 3, mode=mode, kernel=3, stride=2, padding=1, ceil=True, count_padding=count)
    pool2d(5, 6, 17, mode='average', kernel=[2, 3], stride=[3, 2], padding=1, ceil=True, count_padding=True)
    store.write({'cases': cases})


if __name__ == '__main__':
    make_layers()
