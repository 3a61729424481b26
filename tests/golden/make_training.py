#!/usr/bin/python3
"""Golden values of a small net in training, made by PyTorch in float64: one pass, then three steps with each optimiser.

    /usr/bin/python3 tests/golden/make_training.py      (Debian's python3-torch)

Writes training.json and training.bin beside itself, in the form that make_golden.py describes.
"""
import torch
import torch.nn.functional as F

from make_golden import Store, engine_layout, kernel_layout, random, uniform

random.manual_seed(21)

# A net with everything that meets in a residual net: both branches of the skip learn.
NET = {
    'name': 'golden',
    'layers': [
        {'type': 'input', 'name': 'pixels', 'shape': [6, 6, 2]},
        {'type': 'conv2d', 'name': 'conv1', 'filters': 4, 'padding': 'same', 'bias': False},
        {'type': 'batch_norm', 'name': 'norm1'},
        {'type': 'relu', 'name': 'relu1'},
        {'type': 'pool2d', 'name': 'pool'},
        {'type': 'conv2d', 'name': 'conv2', 'filters': 4, 'padding': 'same'},
        {'type': 'relu', 'name': 'relu2'},
        {'type': 'add', 'name': 'sum', 'inputs': ['relu2', 'pool']},
        {'type': 'global_pool', 'name': 'mean'},
        {'type': 'dense', 'name': 'logits', 'units': 3},
        {'type': 'softmax', 'name': 'classes'},
    ],
}
OPTIMIZERS = [
    {'optimizer': 'sgd', 'learning_rate': 0.1},
    {'optimizer': 'sgd', 'learning_rate': 0.1, 'weight_decay': 0.01},
    {'optimizer': 'momentum', 'learning_rate': 0.05, 'momentum': 0.9},
    {'optimizer': 'momentum', 'learning_rate': 0.05, 'momentum': 0.8, 'weight_decay': 0.01},
    {'optimizer': 'nesterov', 'learning_rate': 0.05, 'momentum': 0.9},
    {'optimizer': 'nesterov', 'learning_rate': 0.05, 'momentum': 0.9, 'weight_decay': 0.01},
    {'optimizer': 'adagrad', 'learning_rate': 0.02},
    {'optimizer': 'adagrad', 'learning_rate': 0.02, 'epsilon': 1e-3, 'weight_decay': 0.01},
    {'optimizer': 'adadelta', 'learning_rate': 1, 'epsilon': 1e-3},
    {'optimizer': 'adadelta', 'learning_rate': 0.5, 'rho': 0.9, 'epsilon': 1e-4, 'weight_decay': 0.01},
    {'optimizer': 'rmsprop', 'learning_rate': 0.005},
    {'optimizer': 'rmsprop', 'learning_rate': 0.01, 'rho': 0.99, 'epsilon': 1e-3, 'weight_decay': 0.01},
    {'optimizer': 'adam', 'learning_rate': 0.01},
    {'optimizer': 'adam', 'learning_rate': 0.01, 'beta1': 0.8, 'beta2': 0.99, 'epsilon': 1e-4, 'weight_decay': 0.01},
    {'optimizer': 'adamw', 'learning_rate': 0.01},
    {'optimizer': 'adamw', 'learning_rate': 0.02, 'weight_decay': 0.3},
    # The penalty of L1 is part of the loss that PyTorch differentiates.
    {'optimizer': 'sgd', 'learning_rate': 0.1, 'l1_decay': 0.02},
    {'optimizer': 'adam', 'learning_rate': 0.01, 'l1_decay': 0.02, 'weight_decay': 0.01},
]
STEPS = 3
KERNELS = 'conv1/kernel', 'conv2/kernel', 'logits/kernel'  # what weight decay applies to


def start_parameters():
    return {
        'conv1/kernel': uniform(4, 2, 3, 3, low=-0.5, high=0.5),
        'norm1/gamma': uniform(4, low=0.5, high=1.5),
        'norm1/beta': uniform(4, low=-0.5, high=0.5),
        'conv2/kernel': uniform(4, 4, 3, 3, low=-0.4, high=0.4),
        'conv2/bias': uniform(4, low=-0.2, high=0.2),
        'logits/kernel': uniform(3, 4),
        'logits/bias': uniform(3, low=-0.2, high=0.2),
    }


def net_forward(p, mean, variance, x):
    """The activations by name, logits among them."""
    a = {}
    a['conv1'] = F.conv2d(x, p['conv1/kernel'], padding=1)
    a['norm1'] = F.batch_norm(a['conv1'], mean, variance, p['norm1/gamma'], p['norm1/beta'], True, 0.1, 1e-3)
    a['relu1'] = F.relu(a['norm1'])
    a['pool'] = F.max_pool2d(a['relu1'], 2)
    a['conv2'] = F.conv2d(a['pool'], p['conv2/kernel'], p['conv2/bias'], padding=1)
    a['relu2'] = F.relu(a['conv2'])
    a['sum'] = a['relu2'] + a['pool']
    a['mean'] = a['sum'].mean((2, 3))
    a['logits'] = F.linear(a['mean'], p['logits/kernel'], p['logits/bias'])
    a['classes'] = torch.softmax(a['logits'], 1)
    return a


def torch_optimizer(options, p):
    decay = options.get('weight_decay', 0)
    groups = [{'params': [t for name, t in p.items() if name in KERNELS], 'weight_decay': decay},
              {'params': [t for name, t in p.items() if name not in KERNELS], 'weight_decay': 0}]
    rate, rho = options['learning_rate'], options.get('rho', 0.95)
    betas, epsilon = (options.get('beta1', 0.9), options.get('beta2', 0.999)), options.get('epsilon', 1e-7)
    make = {
        'sgd': lambda: torch.optim.SGD(groups, rate),
        'momentum': lambda: torch.optim.SGD(groups, rate, options['momentum']),
        'nesterov': lambda: torch.optim.SGD(groups, rate, options['momentum'], nesterov=True),
        'adagrad': lambda: torch.optim.Adagrad(groups, rate, eps=epsilon),
        'adadelta': lambda: torch.optim.Adadelta(groups, rate, rho, epsilon),
        'rmsprop': lambda: torch.optim.RMSprop(groups, rate, rho, epsilon),
        'adam': lambda: torch.optim.Adam(groups, rate, betas, epsilon),
        'adamw': lambda: torch.optim.AdamW(groups, rate, betas, epsilon),
    }
    return make[options['optimizer']]()


def parameter_layout(name, tensor):
    return kernel_layout(tensor) if name in KERNELS else tensor.detach()


def schedules():
    """The rates of the first steps by PyTorch's schedulers, up to their end."""
    lr_scheduler = torch.optim.lr_scheduler
    cases = [
        ({'schedule': 'step', 'schedule_steps': 4, 'schedule_factor': 0.3},
         lambda o: [lr_scheduler.StepLR(o, 4, 0.3)]),
        ({'schedule': 'cosine', 'schedule_steps': 20}, lambda o: [lr_scheduler.CosineAnnealingLR(o, 20)]),
        ({'schedule': 'one_cycle', 'schedule_steps': 20},
         lambda o: [lr_scheduler.OneCycleLR(o, 0.2, 20, cycle_momentum=False)]),
        ({'schedule': 'one_cycle', 'schedule_steps': 7},
         lambda o: [lr_scheduler.OneCycleLR(o, 0.2, 7, cycle_momentum=False)]),
        ({'warmup_steps': 5}, lambda o: [lr_scheduler.LinearLR(o, 1 / 5, total_iters=4)]),
        ({'schedule': 'step', 'schedule_steps': 6, 'warmup_steps': 3},
         lambda o: [lr_scheduler.LinearLR(o, 1 / 3, total_iters=2), lr_scheduler.StepLR(o, 6)]),
    ]
    result = []
    for options, make in cases:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.2)
        chain = make(optimizer)
        rates = []
        length = 20 if options.get('schedule') in (None, 'step') else options['schedule_steps']
        for step in range(length):
            rates.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            if step + 1 < length:
                for scheduler in chain:
                    scheduler.step()
        result.append({'options': {'learning_rate': 0.2, **options}, 'rates': rates})
    return result


def make_training():
    numbers = Store('training')
    start = start_parameters()
    images = [uniform(4, 2, 6, 6) for _ in range(STEPS)]
    labels = [torch.randint(3, (4,), generator=random) for _ in range(STEPS)]
    document = {
        'definition': NET,
        'batch': 4,
        'images': [numbers.put(engine_layout(x)) for x in images],
        'labels': [y.tolist() for y in labels],
        'parameters': {name: numbers.put(parameter_layout(name, t)) for name, t in start.items()},
    }

    def pass_once(p, mean, variance, step):
        a = net_forward(p, mean, variance, images[step])
        for t in a.values():
            t.retain_grad()
        loss = F.cross_entropy(a['logits'], labels[step])
        loss.backward()
        return a, loss

    p = {name: t.clone().requires_grad_(True) for name, t in start.items()}
    a, loss = pass_once(p, torch.zeros(4), torch.ones(4), 0)
    document['loss'] = loss.item()
    document['activations'] = {name: numbers.put(engine_layout(t)) for name, t in a.items()}
    document['activation_gradients'] = {name: numbers.put(engine_layout(t.grad)) for name, t in a.items()
                                        if t.grad is not None}
    document['gradients'] = {name: numbers.put(parameter_layout(name, t.grad)) for name, t in p.items()}

    document['cases'] = []
    for options in OPTIMIZERS:
        p = {name: t.clone().requires_grad_(True) for name, t in start.items()}
        mean, variance = torch.zeros(4), torch.ones(4)
        optimizer = torch_optimizer(options, p)
        steps = []
        for step in range(STEPS):
            optimizer.zero_grad()
            _, loss = pass_once(p, mean, variance, step)
            if 'l1_decay' in options:
                (options['l1_decay'] * sum(p[name].abs().sum() for name in KERNELS)).backward()
            optimizer.step()
            steps.append({'loss': loss.item(), 'running_mean': numbers.put(mean),
                          'parameters': {name: numbers.put(parameter_layout(name, t)) for name, t in p.items()}})
        document['cases'].append({'options': options, 'steps': steps})
    document['schedules'] = schedules()
    numbers.write(document)


if __name__ == '__main__':
    make_training()
