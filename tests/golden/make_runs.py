#!/usr/bin/python3
"""Golden training runs, made by PyTorch in float64: LeNet-5, a small ResNet and a small Inception with an auxiliary head.

    /usr/bin/python3 tests/golden/make_runs.py          (Debian's python3-torch)

Writes runs.json beside itself: definition and options of each run, some parameters after the first step, the loss of each
of its steps, and the loss in inference mode after the last one. Weights and pictures are not in the file: both sides draw
them from the generator below, as floats. tests/engine/train/runs_test.cpp is the other side.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
BATCH, STEPS, CLASSES = 16, 200, 10


class Lcg:
    """Numerical Recipes' generator; its upper 24 bits as a share of 1."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) / 2**24

    def many(self, count):
        return np.array([self.next() for _ in range(count)])


def pictures(lcg, shape):
    """[N, h, w, c] and labels: noise with a bright band where the class is, or, for one in four, somewhere."""
    height, width, channels = shape
    images = np.empty((BATCH, height, width, channels))
    labels = []
    for n in range(BATCH):
        label, other, luck = (lcg.next() for _ in range(3))
        labels.append(int(label * CLASSES))
        band = labels[-1] if luck < 0.75 else int(other * CLASSES)
        noise = lcg.many(height * width * channels).reshape(height, width, channels)
        places = (np.arange(height * width) * CLASSES // (height * width)).reshape(height, width, 1)
        images[n] = np.float32(0.5 * noise + 0.5 * (places == band))
    return torch.tensor(images).permute(0, 3, 1, 2), torch.tensor(labels)


def conv(name, inputs, filters, kernel=3, bias=True, **more):
    return {'type': 'conv2d', 'name': name, 'inputs': inputs, 'filters': filters, 'kernel': kernel, 'padding': 'same',
            'bias': bias, **more}


def layer(kind, name, *inputs, **more):
    return {'type': kind, 'name': name, 'inputs': list(inputs), **more}


def lenet5():
    yield {'type': 'input', 'name': 'pixels', 'shape': [28, 28, 1]}
    yield conv('conv1', ['pixels'], 6, 5)
    yield layer('tanh', 'act1', 'conv1')
    yield layer('pool2d', 'pool1', 'act1', mode='average')
    yield conv('conv2', ['pool1'], 16, 5, padding='valid')
    yield layer('tanh', 'act2', 'conv2')
    yield layer('pool2d', 'pool2', 'act2', mode='average')
    yield layer('flatten', 'flat', 'pool2')
    yield layer('dense', 'dense1', 'flat', units=120)
    yield layer('tanh', 'act3', 'dense1')
    yield layer('dense', 'dense2', 'act3', units=84)
    yield layer('tanh', 'act4', 'dense2')
    yield layer('dense', 'logits', 'act4', units=10)
    yield layer('softmax', 'classes', 'logits')


def resnet():
    yield {'type': 'input', 'name': 'pixels', 'shape': [12, 12, 1]}

    def normed(name, source, filters, relu=True, **more):
        yield conv(name, [source], filters, bias=False, **more)
        yield layer('batch_norm', name + '.norm', name)
        if relu:
            yield layer('relu', name + '.relu', name + '.norm')

    def block(name, source, filters, stride=1):
        yield from normed(name + '.a', source, filters, stride=stride)
        yield from normed(name + '.b', name + '.a.relu', filters, relu=False)
        skip = source
        if stride > 1:
            yield from normed(name + '.skip', source, filters, relu=False, kernel=1, stride=stride)
            skip = name + '.skip.norm'
        yield layer('add', name + '.sum', name + '.b.norm', skip)
        yield layer('relu', name, name + '.sum')

    yield from normed('stem', 'pixels', 8)
    yield from block('one', 'stem.relu', 8)
    yield from block('two', 'one', 16, 2)
    yield layer('global_pool', 'mean', 'two')
    yield layer('dense', 'logits', 'mean', units=10)
    yield layer('softmax', 'classes', 'logits')


def inception():
    yield {'type': 'input', 'name': 'pixels', 'shape': [12, 12, 1]}

    def active(name, source, filters, kernel):
        yield conv(name, [source], filters, kernel)
        yield layer('relu', name + '.relu', name)

    def block(name, source, filters):
        yield from active(name + '.1', source, filters, 1)
        yield from active(name + '.3r', source, filters, 1)
        yield from active(name + '.3', name + '.3r.relu', 2 * filters, 3)
        yield from active(name + '.5r', source, filters, 1)
        yield from active(name + '.5', name + '.5r.relu', filters, 5)
        yield layer('pool2d', name + '.p', source, kernel=3, stride=1, padding='same')
        yield from active(name + '.pr', name + '.p', filters, 1)
        yield layer('concat', name, *(name + end + '.relu' for end in ('.1', '.3', '.5', '.pr')))

    yield from active('stem', 'pixels', 8, 3)
    yield layer('pool2d', 'pool', 'stem.relu')
    yield from block('one', 'pool', 4)
    yield layer('global_pool', 'aux.mean', 'one')
    yield layer('dense', 'aux.logits', 'aux.mean', units=10)
    yield layer('softmax', 'aux', 'aux.logits', weight=0.3)
    yield from block('two', 'one', 6)
    yield layer('flatten', 'flat', 'two')
    yield layer('dense', 'logits', 'flat', units=10)
    yield layer('softmax', 'classes', 'logits')


RUNS = [
    (lenet5, {'optimizer': 'momentum', 'learning_rate': 0.01, 'momentum': 0.9}),
    (resnet, {'optimizer': 'nesterov', 'learning_rate': 0.005, 'momentum': 0.9, 'weight_decay': 0.001}),
    (inception, {'optimizer': 'adam', 'learning_rate': 0.002, 'epsilon': 0.001}),
]


class Net:
    """A definition with explicit inputs, layer by layer. Tensors are PyTorch's way round; `parameters` are by address in
    the engine's order, with the shape that the engine's has."""

    def __init__(self, layers, lcg):
        self.layers = layers
        self.parameters, self.averages, self.kernels = {}, {}, []
        probe = {}
        for item in layers:
            name, kind = item['name'], item['type']
            if kind == 'input':
                height, width, channels = item['shape']
                probe[name] = torch.zeros(1, channels, height, width)
                continue
            x = [probe[source] for source in item['inputs']]
            channels = x[0].shape[1]
            if kind == 'conv2d':
                self.draw(name, (item['kernel'], item['kernel'], channels, item['filters']), lcg)
            elif kind == 'dense':
                self.draw(name, (channels, item['units']), lcg)
            if kind in ('conv2d', 'dense') and item.get('bias', True):
                count = item.get('filters', item.get('units'))
                self.parameters[name + '/bias'] = torch.zeros(count, requires_grad=True)
            if kind == 'batch_norm':
                self.parameters[name + '/gamma'] = torch.ones(channels, requires_grad=True)
                self.parameters[name + '/beta'] = torch.zeros(channels, requires_grad=True)
                self.averages[name] = [torch.zeros(channels), torch.ones(channels)]
            with torch.no_grad():
                probe[name] = self.apply(item, x, False)

    def draw(self, name, shape, lcg):
        reach = np.sqrt(6 / np.prod(shape[:-1]))
        numbers = np.float32((2 * lcg.many(int(np.prod(shape))) - 1) * reach)
        self.parameters[name + '/kernel'] = torch.tensor(np.float64(numbers)).reshape(shape).requires_grad_(True)
        self.kernels.append(name + '/kernel')

    def normalize(self, name, x, training):
        gamma, beta = self.parameters[name + '/gamma'], self.parameters[name + '/beta']
        mean, variance = self.averages[name]
        if training:
            batch_mean, batch_variance = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
            mean.mul_(0.9).add_(0.1 * batch_mean.detach())
            variance.mul_(0.9).add_(0.1 * batch_variance.detach())
            mean, variance = batch_mean, batch_variance
        side = (1, -1, 1, 1)
        return (x - mean.view(side)) / (variance.view(side) + 1e-3).sqrt() * gamma.view(side) + beta.view(side)

    def apply(self, item, x, training):
        name, kind = item['name'], item['type']
        bias = self.parameters.get(name + '/bias')
        if kind == 'conv2d':
            kernel, stride = item['kernel'], item.get('stride', 1)
            if item['padding'] == 'same':  # the odd cell goes to the bottom and right
                total = max(0, (-(-x[0].shape[2] // stride) - 1) * stride + kernel - x[0].shape[2])
                x = [F.pad(x[0], (total // 2, total - total // 2) * 2)]
            return F.conv2d(x[0], self.parameters[name + '/kernel'].permute(3, 2, 0, 1), bias, stride)
        if kind == 'dense':
            return x[0].flatten(1) @ self.parameters[name + '/kernel'] + bias
        if kind == 'batch_norm':
            return self.normalize(name, x[0], training)
        if kind == 'pool2d':
            if item.get('mode') == 'average':
                return F.avg_pool2d(x[0], 2)
            return F.max_pool2d(x[0], item.get('kernel', 2), item.get('stride', 2), 1 if 'padding' in item else 0)
        if kind == 'flatten':  # the engine's order of axes
            return x[0].permute(0, 2, 3, 1).flatten(1)
        simple = {'relu': F.relu, 'tanh': torch.tanh, 'global_pool': lambda v: v.mean((2, 3)), 'softmax': lambda v: v}
        if kind in simple:
            return simple[kind](x[0])
        return sum(x) if kind == 'add' else torch.cat(x, 1)

    def loss(self, images, labels, training):
        values, total = {self.layers[0]['name']: images}, 0
        for item in self.layers[1:]:
            values[item['name']] = self.apply(item, [values[source] for source in item['inputs']], training)
            if item['type'] == 'softmax':
                total = total + item.get('weight', 1) * F.cross_entropy(values[item['name']], labels)
        return total


def optimizer_of(options, net):
    decays = [net.parameters[name] for name in net.kernels]
    others = [p for name, p in net.parameters.items() if name not in net.kernels]
    groups = [{'params': decays, 'weight_decay': options.get('weight_decay', 0)}, {'params': others, 'weight_decay': 0}]
    if options['optimizer'] == 'adam':
        return torch.optim.Adam(groups, options['learning_rate'], eps=options['epsilon'])
    return torch.optim.SGD(groups, options['learning_rate'], options['momentum'],
                           nesterov=options['optimizer'] == 'nesterov')


def sample(tensor):
    """About 20 of its numbers, spread over all of it."""
    flat = tensor.detach().reshape(-1)
    return [float('%.9g' % value) for value in flat[::max(1, len(flat) // 20)]]


def run(make, options):
    layers = list(make())
    lcg = Lcg(1)
    net = Net(layers, lcg)
    optimizer = optimizer_of(options, net)
    record = {'name': make.__name__, 'definition': {'layers': layers}, 'options': options, 'losses': []}
    shape = layers[0]['shape']
    for step in range(STEPS):
        images, labels = pictures(lcg, shape)
        optimizer.zero_grad()
        loss = net.loss(images, labels, True)
        loss.backward()
        optimizer.step()
        record['losses'].append(float('%.7g' % loss.item()))
        if step == 0:
            record['after_one_step'] = {name: sample(p) for name, p in net.parameters.items()}
            for name, (mean, variance) in net.averages.items():
                record['after_one_step'][name + '/running_mean'] = sample(mean)
                record['after_one_step'][name + '/running_variance'] = sample(variance)
    with torch.no_grad():
        record['inference_loss'] = float('%.7g' % net.loss(*pictures(lcg, shape), False).item())
    print(make.__name__, record['losses'][0], record['losses'][-1], record['inference_loss'])
    return record


def main():
    records = [run(make, options) for make, options in RUNS]
    with open(os.path.join(HERE, 'runs.json'), 'w') as file:
        lines = ',\n'.join('  ' + json.dumps(record) for record in records)
        file.write('{"batch": %d, "classes": %d, "runs": [\n%s\n]}\n' % (BATCH, CLASSES, lines))


if __name__ == '__main__':
    main()
