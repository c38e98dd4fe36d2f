"""
Frozen PyTorch references for the trainer: whole training steps (<case>.*) and single layers
(layers.safetensors, layers.json). What each file holds is in README.md beside this script.

Claim: every stored value is PyTorch's result in float64, rounded once to float32. The script runs the same
computation in float32 as well and stops unless both agree to 1e-5 (max|a - b| / max|b| per tensor), so the values are
the mathematics, not one library's rounding, and a float32 implementation can be held to 1e-4.
The script also repeats the training cases with known mistakes in them (`mistakes`) and stops unless each mistake
moves some stored tensor by at least 3e-4: what the references cannot tell apart would not be a test.

Made with Python 3.11, torch 2.13 (CPU, one thread), torchvision, numpy and safetensors (the exact versions are in
each .json); all random numbers come from numpy's PCG64 with the seeds below, none from torch. Run:

    pip install torch torchvision safetensors numpy
    python test/golden/make-references.py                # writes into the script's folder, half a minute
    python test/golden/make-references.py --check        # compares with the files there instead of writing
    python test/golden/make-references.py --find-seeds   # where the seeds of the cases come from

Layouts: activations NHWC everywhere; parameters of the networks as PyTorch has them (OIHW, [out, in]); filters in
layers.safetensors HWIO.
"""

import argparse
import json
import platform
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors import __version__ as safetensors_version
from safetensors.numpy import load_file, save
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, ResNet

FOLDER = Path(__file__).resolve().parent
CLASSES = 10
AGREEMENT = 1e-5  # float32 against float64, max|a - b| / max|b| per tensor
MARGIN = 3e-5  # least distance from a kink, see class Margin
SENSITIVITY = 3e-4  # what a mistake must move, same measure
VERSIONS = {
    'python': platform.python_version(),
    'torch': torch.__version__,
    'torchvision': torchvision.__version__,
    'numpy': np.__version__,
    'safetensors': safetensors_version,
}


# ---- Networks ----------------------------------------------------------------------------------------------------


class DualBatchNorm2d(nn.BatchNorm2d):
    """Batch norm with a second set of γ, β and running statistics, `aux_bn.0`; `branch` says which one is used."""

    def __init__(self, channels: int):
        super().__init__(channels)
        self.aux_bn = nn.ModuleList([nn.BatchNorm2d(channels)])
        self.branch = 'main'

    def forward(self, x):
        return super().forward(x) if self.branch == 'main' else self.aux_bn[0](x)


class PreactBlock(nn.Module):
    """BN-ReLU-conv twice; the shortcut convolution is applied to the activated tensor, an identity to the raw one."""

    def __init__(self, inputs: int, outputs: int, stride: int, norm):
        super().__init__()
        self.bn1 = norm(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn2 = norm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False))
        self.relu = nn.ReLU()

    def forward(self, x):
        activated = self.relu(self.bn1(x))
        identity = self.shortcut(activated) if hasattr(self, 'shortcut') else x
        return identity + self.conv2(self.relu(self.bn2(self.conv1(activated))))


class PreactResNet18(nn.Module):
    def __init__(self, width: int, classes: int, norm, preactivation: str):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        inputs = width
        for stage in range(4):
            outputs = width * 2**stage
            blocks = [PreactBlock(inputs, outputs, 1 if stage == 0 else 2, norm), PreactBlock(outputs, outputs, 1, norm)]
            setattr(self, f'layer{stage + 1}', nn.Sequential(*blocks))
            inputs = outputs
        if preactivation == 'he':
            self.bn = norm(inputs)
        self.relu = nn.ReLU()
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        if hasattr(self, 'bn'):
            x = self.relu(self.bn(x))
        return self.linear(x.mean(dim=(2, 3)))


class ScaledResNet18(ResNet):
    """torchvision's ResNet-18 (its blocks, its stages, its forward) with another width and, if asked, a CIFAR stem."""

    def __init__(self, width: int, classes: int, norm, stem: str):
        nn.Module.__init__(self)
        self._norm_layer = norm
        self.inplanes, self.dilation, self.groups, self.base_width = width, 1, 1, 64
        if stem == 'imagenet':
            self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        else:
            self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
            self.maxpool = nn.Identity()
        self.bn1 = norm(width)
        self.relu = nn.ReLU()
        for stage in range(4):
            layer = self._make_layer(BasicBlock, width * 2**stage, 2, stride=1 if stage == 0 else 2)
            setattr(self, f'layer{stage + 1}', layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width * 8, classes)


def build(model: dict, dual: bool, classes: int = CLASSES) -> nn.Module:
    norm = DualBatchNorm2d if dual else nn.BatchNorm2d
    if model['architecture'] == 'preact-resnet18':
        return PreactResNet18(model['width'], classes, norm, model['preactivation'])
    return ScaledResNet18(model['width'], classes, norm, model['stem'])


def logits(network: nn.Module, x: torch.Tensor, branch: str) -> torch.Tensor:
    for module in network.modules():
        if isinstance(module, DualBatchNorm2d):
            module.branch = branch
    return network(x)


def state(network: nn.Module) -> dict[str, np.ndarray]:
    return {
        name: tensor.detach().numpy().copy()
        for name, tensor in network.state_dict().items()
        if not name.endswith('num_batches_tracked')
    }


def random_state(network: nn.Module, random: np.random.Generator) -> dict[str, np.ndarray]:
    """
    Float32 values for every parameter and statistic: convolutions He normal (fan-out), the linear layer uniform in
    ±1/√fan_in. γ, β and running statistics are random, and different in main and aux, so that mixing them up shows.
    """
    values = {}
    for name, tensor in state(network).items():
        if tensor.ndim == 4:
            value = random.normal(0, np.sqrt(2 / (tensor.shape[0] * tensor.shape[2] * tensor.shape[3])), tensor.shape)
        elif name.startswith(('linear.', 'fc.')):
            bound = 1 / np.sqrt(network.get_submodule(name.split('.')[0]).in_features)
            value = random.uniform(-bound, bound, tensor.shape)
        elif name.endswith(('running_var', 'weight')):
            value = random.uniform(0.5, 1.5, tensor.shape)
        else:
            value = random.normal(0, 0.2, tensor.shape)
        values[name] = value.astype(np.float32)
    return values


# ---- Training cases ----------------------------------------------------------------------------------------------


@dataclass
class Case:
    name: str
    seed: int
    model: dict
    method: dict
    imageSize: int
    optimizer: dict = field(default_factory=dict)
    learningRates: tuple = (0.05, 0.1, 0.02)  # one a step: up, as in a warm-up, and down, as at a milestone
    batchSizes: tuple = (6, 6, 4)

    @property
    def dual(self) -> bool:
        return self.method['type'] == 'mixprop'

    @property
    def settings(self) -> dict:
        return {'momentum': 0.9, 'weightDecay': 5e-4, 'weightDecayNormalization': True, **self.optimizer}


VANILLA = {'type': 'vanilla'}
MIXPROP = {'type': 'mixprop', 'auxiliary': 'mixup', 'lossReduction': 'sum'}
CASES = [
    Case(
        name='preact-resnet18-he-vanilla',
        seed=107,
        model={'architecture': 'preact-resnet18', 'width': 4, 'preactivation': 'he'},
        method=VANILLA,
        imageSize=16,
    ),
    Case(
        name='preact-resnet18-he-mixprop',
        seed=4653,
        model={'architecture': 'preact-resnet18', 'width': 4, 'preactivation': 'he'},
        method=MIXPROP,
        imageSize=16,
    ),
    Case(
        name='preact-resnet18-kuangliu-mixprop',
        seed=1823,
        model={'architecture': 'preact-resnet18', 'width': 4, 'preactivation': 'kuangliu'},
        method=MIXPROP,
        imageSize=16,
    ),
    Case(
        name='resnet18-imagenet-vanilla',
        seed=161,
        model={'architecture': 'resnet18', 'width': 4, 'stem': 'imagenet'},
        method=VANILLA,
        imageSize=40,
    ),
    Case(
        name='resnet18-imagenet-mixprop',
        seed=1449,
        model={'architecture': 'resnet18', 'width': 4, 'stem': 'imagenet'},
        method=MIXPROP,
        imageSize=40,
    ),
    Case(
        name='resnet18-cifar-mixprop-mean',
        seed=658,
        model={'architecture': 'resnet18', 'width': 4, 'stem': 'cifar'},
        method={**MIXPROP, 'lossReduction': 'mean'},
        imageSize=14,  # odd after the first halving
        optimizer={'weightDecayNormalization': False},
    ),
]


@dataclass
class Step:
    pixels: np.ndarray  # uint8 [N, H, W, 3]
    labels: np.ndarray  # int64 [N]
    learningRate: float
    mix: float | None  # λ; a multiple of 1/4096, so that float32 holds it exactly
    permutation: np.ndarray | None  # int64 [N]


def draw_steps(case: Case, random: np.random.Generator) -> list[Step]:
    steps = []
    for size, rate in zip(case.batchSizes, case.learningRates, strict=True):
        pixels = random.integers(0, 256, (size, case.imageSize, case.imageSize, 3), dtype=np.uint8)
        labels = random.integers(0, CLASSES, size)
        mix = permutation = None
        if case.dual:
            mix = float(np.round(random.uniform(0.1, 0.9) * 4096) / 4096)
            permutation = random.permutation(size)
            while np.array_equal(permutation[permutation], np.arange(size)):  # its own inverse: hides a mistake
                permutation = random.permutation(size)
        steps.append(Step(pixels, labels, rate, mix, permutation))
    return steps


def normalised(pixels: np.ndarray) -> np.ndarray:
    """(pixel - 128) / 64, exact even in float16: mean 128/255 and std 64/255 of pixels in [0, 1]."""
    return (pixels.astype(np.float32) - 128) / 64


def images(pixels: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    return torch.from_numpy(normalised(pixels)).permute(0, 3, 1, 2).to(dtype)


def projections(gradient: np.ndarray) -> np.ndarray:
    """
    [33]: the norm, then 32 projections Σ_i ±g_i over the flattened tensor. The sign in projection k is bit k of
    MurmurHash3's 32-bit finaliser of i + 1: plus where it is set.
    """
    h = np.arange(1, gradient.size + 1, dtype=np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    signs = ((h[None, :] >> np.arange(32, dtype=np.uint32)[:, None]) & 1).astype(np.float64) * 2 - 1
    flat = gradient.reshape(-1).astype(np.float64)
    return np.concatenate([[np.linalg.norm(flat)], signs @ flat])


FULL_GRADIENT_LIMIT = 1024  # elements; larger gradients are stored as projections

Mistake = str | None


def loss_terms(network: nn.Module, case: Case, step: Step, dtype: torch.dtype, mistake: Mistake):
    """Eq. 1 of the paper for mixprop: CE(f(x; main), y) + λ·CE(f(x̃; aux), y) + (1 - λ)·CE(f(x̃; aux), y[π])."""
    x, y = images(step.pixels, dtype), torch.from_numpy(step.labels)
    main = F.cross_entropy(logits(network, x, 'main'), y)
    if not case.dual:
        return main, main, None
    order = np.argsort(step.permutation) if mistake == 'inverse permutation of images' else step.permutation
    mixed = step.mix * x + (1 - step.mix) * x[torch.from_numpy(order)]
    out = logits(network, mixed, 'main' if mistake == 'mixed batch through main' else 'aux')
    share = 1 - step.mix if mistake == 'λ and 1 - λ of the labels swapped' else step.mix
    aux = share * F.cross_entropy(out, y) + (1 - share) * F.cross_entropy(out, y[torch.from_numpy(step.permutation)])
    mean = (case.method['lossReduction'] == 'mean') != (mistake == 'the other loss reduction')
    return (main + aux) / 2 if mean else main + aux, main, aux


def optimizer(network: nn.Module, case: Case, mistake: Mistake) -> torch.optim.SGD:
    normalization = {
        id(p) for m in network.modules() if isinstance(m, nn.BatchNorm2d) for p in m.parameters(recurse=True)
    }
    settings = case.settings
    cover = settings['weightDecayNormalization'] != (mistake == 'the other rule for decay of γ and β')
    return torch.optim.SGD(
        [
            {'params': [p for p in network.parameters() if id(p) not in normalization]},
            {
                'params': [p for p in network.parameters() if id(p) in normalization],
                'weight_decay': settings['weightDecay'] if cover else 0,
            },
        ],
        lr=1,
        momentum=settings['momentum'],
        weight_decay=0 if mistake == 'no weight decay of convolutions and linear layer' else settings['weightDecay'],
        nesterov=mistake == 'Nesterov momentum',
    )


def build_in(mistake: Mistake, network: nn.Module):
    def store_biased_variance(norm: nn.BatchNorm2d, inputs, _output):
        if norm.training and norm.branch == 'main':
            (x,) = inputs
            norm.running_var.data.sub_(0.1 * x.detach().var((0, 2, 3)) / (x.numel() / x.shape[1]))

    def tensorflow_padding(_convolution, inputs):
        (x,) = inputs
        height, width = x.shape[2:]
        return F.pad(x, (width % 2, 1, height % 2, 1))

    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and mistake == 'batch norm ε of 1e-3':
            module.eps = 1e-3
        if isinstance(module, nn.BatchNorm2d) and mistake == 'biased running variance':
            module.branch = getattr(module, 'branch', 'main')
            module.register_forward_hook(store_biased_variance)
        if isinstance(module, nn.Conv2d) and mistake == 'TensorFlow padding' and module.stride == (2, 2):
            if module.kernel_size == (3, 3):
                module.padding = (0, 0)
                module.register_forward_pre_hook(tensorflow_padding)
        if isinstance(module, PreactBlock) and mistake == 'shortcut of the raw tensor' and hasattr(module, 'shortcut'):
            module.forward = lambda x, b=module: b.shortcut(x) + b.conv2(b.relu(b.bn2(b.conv1(b.relu(b.bn1(x))))))


class Margin:
    """
    How far the training steps of a network are from a kink: the smallest distance of a ReLU's input from 0, and of the
    two largest values in a max-pool window from each other, over the standard deviation of the tensor. Rounding that
    carries one value over a kink changes a gradient by per cents, whoever computes it, so that the references use seeds
    with a margin well above float32's rounding.
    """

    def __init__(self, network: nn.Module):
        self.value = np.inf
        for module in network.modules():
            if isinstance(module, nn.ReLU):
                module.register_forward_pre_hook(self.relu)
            if isinstance(module, nn.MaxPool2d):
                module.register_forward_pre_hook(self.max_pool)

    def relu(self, module, inputs):
        if module.training:
            x = inputs[0].detach()
            self.value = min(self.value, (x.abs().min() / x.std()).item())

    def max_pool(self, module, inputs):
        if module.training:
            x = inputs[0].detach()
            windows = F.unfold(F.pad(x, (1, 1, 1, 1)).flatten(0, 1)[:, None], 3, stride=2)
            first, second = windows.topk(2, dim=1).values.unbind(1)
            gaps = (first - second)[first > 0]  # a window of zeros has no gradient before the ReLU
            self.value = min(self.value, (gaps.min() / x.std()).item())


class TooCloseToKink(Exception):
    pass


def train(case: Case, initial: dict, steps: list[Step], dtype: torch.dtype, mistake: Mistake = None, least_margin=0.0):
    """Runs the steps. Returns (tensors, losses): values in `dtype`, keyed as in the case's file."""
    network = build(case.model, case.dual).to(dtype)
    network.load_state_dict({name: torch.from_numpy(value).to(dtype) for name, value in initial.items()}, strict=False)
    margin = Margin(network)
    build_in(mistake, network)
    sgd = optimizer(network, case, mistake)
    branches = ['main', 'aux'] if case.dual else ['main']
    tensors, losses = {}, []

    def infer(when: str):
        network.eval()
        with torch.no_grad():
            for branch in branches:
                tensors[f'logits/{when}/{branch}'] = logits(network, images(steps[0].pixels, dtype), branch).numpy()
        network.train()

    infer('before')
    for index, step in enumerate(steps):
        total, main, aux = loss_terms(network, case, step, dtype, mistake)
        if margin.value < least_margin:
            raise TooCloseToKink(f'{case.name}, seed {case.seed}, step {index + 1}: {margin.value:.1e}')
        sgd.zero_grad()
        total.backward()
        if index == 0:
            for name, parameter in network.named_parameters():
                unused = parameter.grad is None  # aux, in a mistake
                gradient = np.zeros(parameter.shape) if unused else parameter.grad.numpy().copy()
                if gradient.size <= FULL_GRADIENT_LIMIT:
                    tensors[f'gradient/{name}'] = gradient
                else:
                    tensors[f'gradient-projections/{name}'] = projections(gradient)
        for group in sgd.param_groups:
            group['lr'] = step.learningRate
        if mistake == 'learning rate inside the velocity' and index > 0:
            for buffer in (sgd.state[p]['momentum_buffer'] for p in network.parameters()):
                buffer.mul_(steps[index - 1].learningRate / step.learningRate)
        sgd.step()
        losses.append({'total': total.item(), 'main': main.item()} | ({'aux': aux.item()} if case.dual else {}))
    infer('after')
    for name, value in state(network).items():
        tensors[f'final/{name}'] = value
    return tensors, losses


def mistakes(case: Case) -> list[str]:
    always = [
        'no weight decay of convolutions and linear layer',
        'the other rule for decay of γ and β',
        'Nesterov momentum',
        'learning rate inside the velocity',
        'batch norm ε of 1e-3',
        'biased running variance',
        'TensorFlow padding',
    ]
    preact = ['shortcut of the raw tensor']
    dual = [
        'inverse permutation of images',
        'mixed batch through main',
        'λ and 1 - λ of the labels swapped',
        'the other loss reduction',
    ]
    is_preact = case.model['architecture'] == 'preact-resnet18'
    return always + (preact if is_preact else []) + (dual if case.dual else [])


def deviation(a: np.ndarray, b: np.ndarray) -> float:
    """max|a - b| / max|b|; equal tensors of zeros deviate by 0. Projections are measured against the norm they carry."""
    difference = float(np.max(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64))))
    return difference / float(np.max(np.abs(b))) if difference else 0.0


def worst(tensors: dict, reference: dict) -> tuple[float, str]:
    assert tensors.keys() == reference.keys()
    return max((deviation(tensors[name], reference[name]), name) for name in reference)


def terms_of(losses: list[dict]) -> dict[str, np.ndarray]:
    return {f'loss/{step}/{term}': np.array(v) for step, l in enumerate(losses, 1) for term, v in l.items()}


def draw_case(case: Case) -> tuple[dict, list[Step]]:
    random = np.random.default_rng(case.seed)
    return random_state(build(case.model, case.dual), random), draw_steps(case, random)


def find_seed(case: Case):
    """Prints the first seed from the case's own on that keeps MARGIN and AGREEMENT."""
    while True:
        try:
            initial, steps = draw_case(case)
            exact, losses = train(case, initial, steps, torch.float64, least_margin=MARGIN)
            if float32_deviation(case, initial, steps, exact, losses)[0] < AGREEMENT:
                return print(f'{case.name}: seed {case.seed}', flush=True)
        except TooCloseToKink:
            pass
        case.seed += 1


def float32_deviation(case: Case, initial: dict, steps: list[Step], exact: dict, losses: list) -> tuple[float, str]:
    single, single_losses = train(case, initial, steps, torch.float32)
    return worst(single | terms_of(single_losses), exact | terms_of(losses))


def make_case(case: Case) -> tuple[dict[str, dict], dict]:
    """The tensors of the case's files by name of the file, and what goes into its .json."""
    initial, steps = draw_case(case)
    exact, losses = train(case, initial, steps, torch.float64, least_margin=MARGIN)
    error, where = float32_deviation(case, initial, steps, exact, losses)
    print(f'{case.name}: losses {[round(l["total"], 4) for l in losses]}; float32 off by {error:.1e} at {where}')
    assert error < AGREEMENT, case.name
    for mistake in mistakes(case):
        wrong, _ = train(case, initial, steps, torch.float64, mistake)
        moved, what = worst(wrong, exact)
        print(f'    {mistake}: {moved:.1e} at {what}')
        assert moved > SENSITIVITY, (case.name, mistake)

    stored = {name: value.astype(np.float32) for name, value in exact.items()}
    files = {
        f'{case.name}.initial': initial,
        f'{case.name}.final': {n.removeprefix('final/'): v for n, v in stored.items() if n.startswith('final/')},
        case.name: {n: v for n, v in stored.items() if not n.startswith('final/')}
        | {'images': np.concatenate([normalised(step.pixels) for step in steps]).astype(np.float16)},
    }
    document = {
        'name': case.name,
        'seed': case.seed,
        'versions': VERSIONS,
        'float32Deviation': {'max': float(f'{error:.1e}'), 'tensor': where},
        'model': case.model,
        'classes': CLASSES,
        'imageSize': case.imageSize,
        'method': case.method,
        'optimizer': case.settings,
        'steps': [
            {'batchSize': len(step.labels), 'labels': step.labels.tolist(), 'learningRate': step.learningRate}
            | ({'lambda': step.mix, 'permutation': step.permutation.tolist()} if case.dual else {})
            | {'loss': terms}
            for step, terms in zip(steps, losses, strict=True)
        ],
    }
    return files, document


# ---- Single layers -----------------------------------------------------------------------------------------------

LAYER_SEED = 201
# With a mean of 100 and a standard deviation of 1, float32 keeps 5 of its 7 digits of x - mean.
OFFSET = {'batch-norm-mean-100'}
OFFSET_AGREEMENT = 3e-5


def batch_norm_case(random, shape, mean=0.0, std=1.0) -> dict[str, np.ndarray]:
    """
    Inputs of one batch-norm layer in training mode. `mean` and `std` may be one value a channel. The running statistics
    before the step are random too.
    """
    channels = shape[-1]
    return {
        'x': random.normal(mean, std, shape),
        'gamma': random.uniform(0.5, 1.5, channels),
        'beta': random.normal(0, 0.5, channels),
        'runningMeanBefore': random.normal(0, 0.5, channels),
        'runningVarianceBefore': random.uniform(0.5, 1.5, channels),
        'dy': random.normal(0, 1, shape),
    }


def batch_norm(inputs: dict, dtype) -> dict[str, np.ndarray]:
    x, gamma, beta = (leaf(inputs[name], dtype) for name in ('x', 'gamma', 'beta'))
    mean, variance = (torch.tensor(inputs[f'running{name}Before'], dtype=dtype) for name in ('Mean', 'Variance'))
    y = F.batch_norm(nchw(x), mean, variance, gamma, beta, training=True, momentum=0.1, eps=1e-5)
    nhwc(y).backward(torch.tensor(inputs['dy'], dtype=dtype))
    return {
        'y': nhwc(y),
        'runningMeanAfter': mean,
        'runningVarianceAfter': variance,
        'dx': x.grad,
        'dgamma': gamma.grad,
        'dbeta': beta.grad,
    }


def convolution_case(random, n, height, width, inputs, outputs, kernel, stride, padding) -> dict[str, np.ndarray]:
    out = lambda size: (size + 2 * padding - kernel) // stride + 1
    return {
        'x': random.normal(0, 1, (n, height, width, inputs)),
        'filter': random.normal(0, 0.5, (kernel, kernel, inputs, outputs)),
        'dy': random.normal(0, 1, (n, out(height), out(width), outputs)),
    }


def convolution(inputs: dict, dtype, stride: int, padding: int) -> dict[str, np.ndarray]:
    x, kernel = leaf(inputs['x'], dtype), leaf(inputs['filter'], dtype)
    y = nhwc(F.conv2d(nchw(x), kernel.permute(3, 2, 0, 1), stride=stride, padding=padding))
    y.backward(torch.tensor(inputs['dy'], dtype=dtype))
    return {'y': y, 'dx': x.grad, 'dfilter': kernel.grad}


def max_pool_case(random, shape) -> dict[str, np.ndarray]:
    """Few different values, most of them 0 as after a ReLU: nearly every window has ties. The first one wins."""
    n, height, width, channels = shape
    return {
        'x': np.maximum(random.integers(-2, 3, shape), 0),
        'dy': random.normal(0, 1, (n, (height + 1) // 2, (width + 1) // 2, channels)),
    }


def max_pool(inputs: dict, dtype) -> dict[str, np.ndarray]:
    x = leaf(inputs['x'], dtype)
    y = nhwc(F.max_pool2d(nchw(x), 3, stride=2, padding=1))
    y.backward(torch.tensor(inputs['dy'], dtype=dtype))
    return {'y': y, 'dx': x.grad}


def cross_entropy_case(random, n, classes, scale) -> dict[str, np.ndarray]:
    return {'logits': random.normal(0, scale, (n, classes)), 'labels': random.integers(0, classes, n)}


def cross_entropy(inputs: dict, dtype) -> dict[str, np.ndarray]:
    values = leaf(inputs['logits'], dtype)
    loss = F.cross_entropy(values, torch.tensor(inputs['labels'], dtype=torch.int64))
    loss.backward()
    return {'loss': loss.reshape(1), 'dlogits': values.grad}


def leaf(value: np.ndarray, dtype) -> torch.Tensor:
    return torch.tensor(value, dtype=dtype, requires_grad=True)


def nchw(x: torch.Tensor) -> torch.Tensor:
    return x.permute(0, 3, 1, 2)


def nhwc(x: torch.Tensor) -> torch.Tensor:
    return x.permute(0, 2, 3, 1)


def make_layers() -> tuple[dict, dict]:
    random = np.random.default_rng(LAYER_SEED)
    wide = np.array([3e-3, 1.0, 30.0])  # the first channel's variance is about ε
    batch_norms = {
        'batch-norm-plain': batch_norm_case(random, (4, 5, 7, 6)),
        'batch-norm-dual-main': batch_norm_case(random, (6, 4, 4, 8)),
        'batch-norm-dual-aux': batch_norm_case(random, (6, 4, 4, 8), mean=0.7, std=2.0),
        'batch-norm-two-values': batch_norm_case(random, (2, 1, 1, 3), std=wide),
        'batch-norm-one-channel': batch_norm_case(random, (1, 3, 3, 1)),
        'batch-norm-channel-scales': batch_norm_case(random, (3, 5, 5, 3), mean=np.array([0, -4, 50]), std=wide),
        'batch-norm-mean-100': batch_norm_case(random, (8, 6, 6, 5), mean=100.0),
        'batch-norm-many-values': batch_norm_case(random, (8, 16, 16, 2), mean=10.0),
    }
    # n, height, width, input channels, output channels, kernel, stride, padding
    convolutions = {
        'convolution-3x3': (2, 8, 8, 4, 6, 3, 1, 1),
        'convolution-3x3-odd': (2, 7, 9, 3, 5, 3, 1, 1),
        'convolution-3x3-one-pixel': (3, 1, 1, 5, 4, 3, 1, 1),
        'convolution-3x3-stride-2': (2, 8, 6, 4, 8, 3, 2, 1),
        'convolution-3x3-stride-2-odd': (3, 9, 7, 5, 3, 3, 2, 1),
        'convolution-3x3-stride-2-odd-even': (2, 5, 8, 3, 4, 3, 2, 1),
        'convolution-3x3-stride-2-two-pixels': (2, 2, 2, 3, 4, 3, 2, 1),
        'convolution-1x1-stride-2': (2, 8, 6, 4, 8, 1, 2, 0),
        'convolution-1x1-stride-2-odd': (3, 7, 5, 3, 5, 1, 2, 0),
        'convolution-7x7-stride-2': (2, 16, 14, 3, 4, 7, 2, 3),
        'convolution-7x7-stride-2-odd': (2, 15, 13, 3, 5, 7, 2, 3),
    }
    pools = {
        'max-pool-ties': max_pool_case(random, (2, 8, 8, 4)),
        'max-pool-ties-odd': max_pool_case(random, (2, 7, 5, 3)),
        'max-pool-all-zero': {**max_pool_case(random, (1, 6, 6, 2)), 'x': np.zeros((1, 6, 6, 2))},
    }
    losses = {
        'cross-entropy': cross_entropy_case(random, 7, 10, 2.0),
        'cross-entropy-large-logits': cross_entropy_case(random, 5, 100, 60.0),
        'cross-entropy-one-image': cross_entropy_case(random, 1, 3, 1.0),
    }

    tensors, cases = {}, []

    def add(name: str, layer: str, inputs: dict, compute, **settings):
        inputs = {k: v.astype(np.float32) for k, v in inputs.items()}
        exact, single = (
            {k: v.detach().numpy() for k, v in compute(inputs, dtype, **settings).items()}
            for dtype in (torch.float64, torch.float32)
        )
        error, where = worst(single, exact)
        print(f'{name}: float32 off by {error:.1e} at {where}')
        assert error < (OFFSET_AGREEMENT if name in OFFSET else AGREEMENT), name
        tensors.update({f'{name}/{k}': np.ascontiguousarray(v) for k, v in inputs.items()})
        tensors.update({f'{name}/{k}': np.ascontiguousarray(v, np.float32) for k, v in exact.items()})
        cases.append({'name': name, 'layer': layer, **settings, 'inputs': list(inputs), 'outputs': list(exact)})

    for name, inputs in batch_norms.items():
        add(name, 'batch-norm', inputs, batch_norm)
    for name, (*shape, kernel, stride, padding) in convolutions.items():
        inputs = convolution_case(random, *shape, kernel, stride, padding)
        add(name, 'convolution', inputs, convolution, stride=stride, padding=padding)
    for name, inputs in pools.items():
        add(name, 'max-pool', inputs, max_pool)
    for name, inputs in losses.items():
        add(name, 'cross-entropy', inputs, cross_entropy)
    return {'layers': tensors}, {'seed': LAYER_SEED, 'versions': VERSIONS, 'cases': cases}


# ---- Facts about the networks ------------------------------------------------------------------------------------


def check_networks():
    """Parameter counts of methods.md, and that a stripped dual-BN ResNet-18 loads into torchvision's own."""
    for model, expected in [
        ({'architecture': 'preact-resnet18', 'width': 64, 'preactivation': 'he'}, 11_218_340),
        ({'architecture': 'preact-resnet18', 'width': 64, 'preactivation': 'kuangliu'}, 11_217_316),
        ({'architecture': 'resnet18', 'width': 64, 'stem': 'imagenet'}, 11_227_812),
    ]:
        count = sum(p.numel() for p in build(model, dual=False, classes=100).parameters())
        assert count == expected, (model, count)
        print(f'{model}: {count:,} parameters')

    dual = build({'architecture': 'resnet18', 'width': 64, 'stem': 'imagenet'}, dual=True, classes=100)
    values = random_state(dual, np.random.default_rng(0))
    stripped = {name: torch.from_numpy(value) for name, value in values.items() if '.aux_bn.' not in name}
    dual.load_state_dict({name: torch.from_numpy(value) for name, value in values.items()}, strict=False)
    plain = torchvision.models.resnet18(num_classes=100)
    plain.load_state_dict(stripped, strict=True)
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(plain.eval()(x), logits(dual.eval(), x, 'main'))
    print("stripped dual-BN resnet18 loads into torchvision's with strict=True and gives the same logits")


# ---- Files -------------------------------------------------------------------------------------------------------


def write(name: str, files: dict[str, dict], document: dict):
    for file, tensors in files.items():
        (FOLDER / f'{file}.safetensors').write_bytes(save(dict(sorted(tensors.items())), metadata={'case': name}))
    (FOLDER / f'{name}.json').write_text(json.dumps(document, indent=1, ensure_ascii=False) + '\n')


def check(name: str, files: dict[str, dict], _document: dict):
    """Another machine's or version's values may differ in the last bit of float32, not by more."""
    for file, tensors in files.items():
        error, where = worst(load_file(FOLDER / f'{file}.safetensors'), tensors)
        print(f'{file}.safetensors: off by {error:.1e} at {where}')
        assert error < 1e-6, name


def main():
    parser = argparse.ArgumentParser(description='Makes the frozen PyTorch references.')
    parser.add_argument('--check', action='store_true', help='compare with the stored files, write nothing')
    parser.add_argument('--find-seeds', action='store_true', help='print seeds with a margin, write nothing')
    arguments = parser.parse_args()
    deliver = check if arguments.check else write
    torch.set_num_threads(1)
    if arguments.find_seeds:
        for case in CASES:
            find_seed(case)
        return
    check_networks()
    deliver('layers', *make_layers())
    for case in CASES:
        deliver(case.name, *make_case(case))


if __name__ == '__main__':
    main()
