"""The networks, in plain PyTorch: torchvision's blocks for ResNet, blocks of our own for the pre-activation networks."""

import numpy as np
import torch
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from pytorch.hashed_values import initial_values

BLOCKS = {18: [2, 2, 2, 2], 50: [3, 4, 6, 3]}


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

    expansion = 1

    def __init__(self, inputs: int, channels: int, stride: int, norm):
        super().__init__()
        self.bn1 = norm(inputs)
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = norm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        if stride != 1 or inputs != channels:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride=stride, bias=False))
        self.relu = nn.ReLU()

    def residual(self, activated):
        return self.conv2(self.relu(self.bn2(self.conv1(activated))))

    def forward(self, x):
        activated = self.relu(self.bn1(x))
        identity = self.shortcut(activated) if hasattr(self, 'shortcut') else x
        return identity + self.residual(activated)


class PreactBottleneck(PreactBlock):
    """The same with three convolutions: 1×1, 3×3 (which has the stride), and 1×1 to four times the channels."""

    expansion = 4

    def __init__(self, inputs: int, channels: int, stride: int, norm):
        nn.Module.__init__(self)
        self.bn1 = norm(inputs)
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn2 = norm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn3 = norm(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        if stride != 1 or inputs != 4 * channels:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, 4 * channels, 1, stride=stride, bias=False))
        self.relu = nn.ReLU()

    def residual(self, activated):
        inner = self.conv2(self.relu(self.bn2(self.conv1(activated))))
        return self.conv3(self.relu(self.bn3(inner)))


class PreactResNet(nn.Module):
    def __init__(self, depth: int, width: int, classes: int, norm, preactivation: str):
        super().__init__()
        block = PreactBlock if depth == 18 else PreactBottleneck
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        inputs = width
        for stage, count in enumerate(BLOCKS[depth]):
            blocks = []
            for index in range(count):
                blocks.append(block(inputs, width * 2**stage, 2 if stage > 0 and index == 0 else 1, norm))
                inputs = width * 2**stage * block.expansion
            setattr(self, f'layer{stage + 1}', nn.Sequential(*blocks))
        if preactivation == 'he':
            self.bn = norm(inputs)
        self.relu = nn.ReLU()
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        if hasattr(self, 'bn'):
            x = self.relu(self.bn(x))
        return self.linear(x.mean(dim=(2, 3)))


class ScaledResNet(ResNet):
    """torchvision's ResNet (its blocks, its stages, its forward) with another width and, if asked, a CIFAR stem."""

    def __init__(self, depth: int, width: int, classes: int, norm, stem: str):
        nn.Module.__init__(self)
        block = BasicBlock if depth == 18 else Bottleneck
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
        for stage, count in enumerate(BLOCKS[depth]):
            layer = self._make_layer(block, width * 2**stage, count, stride=1 if stage == 0 else 2)
            setattr(self, f'layer{stage + 1}', layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width * 8 * block.expansion, classes)


def build(model: dict, dual: bool, classes: int) -> nn.Module:
    norm = DualBatchNorm2d if dual else nn.BatchNorm2d
    family, depth = model['architecture'].rsplit('resnet', 1)
    if family == 'preact-':
        return PreactResNet(int(depth), model['width'], classes, norm, model['preactivation'])
    return ScaledResNet(int(depth), model['width'], classes, norm, model['stem'])


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


def initialise(network: nn.Module, seed: int):
    fan_in = next(module for module in network.modules() if isinstance(module, nn.Linear)).in_features
    last = 3 if any(isinstance(module, (Bottleneck, PreactBottleneck)) for module in network.modules()) else 2
    values = {
        name: torch.from_numpy(
            initial_values(seed, name, tuple(tensor.shape), fan_in, last, isinstance(network, PreactResNet))
        )
        for name, tensor in network.state_dict().items()
        if not name.endswith('num_batches_tracked')
    }
    network.load_state_dict(values, strict=False)


PREACT, RESNET = {'width': 64, 'preactivation': 'he'}, {'width': 64, 'stem': 'imagenet'}
PARAMETERS = [
    ({'architecture': 'preact-resnet18', **PREACT}, 11_218_340),
    ({'architecture': 'preact-resnet18', **PREACT, 'preactivation': 'kuangliu'}, 11_217_316),
    ({'architecture': 'preact-resnet50', **PREACT}, 23_697_572),
    ({'architecture': 'preact-resnet50', **PREACT, 'preactivation': 'kuangliu'}, 23_693_476),
    ({'architecture': 'resnet18', **RESNET}, 11_227_812),
    ({'architecture': 'resnet50', **RESNET}, 23_712_932),
]


def check_networks():
    """Numbers of parameters, and that stripped dual-BN ResNets load into torchvision's own."""
    for model, expected in PARAMETERS:
        count = sum(p.numel() for p in build(model, dual=False, classes=100).parameters())
        assert count == expected, (model, count)
        print(f'{model}: {count:,} parameters')
    for name in ('resnet18', 'resnet50'):
        dual = build({'architecture': name, **RESNET}, dual=True, classes=100)
        initialise(dual, 0)
        stripped = {n: torch.from_numpy(value) for n, value in state(dual).items() if '.aux_bn.' not in n}
        plain = getattr(torchvision.models, name)(num_classes=100)
        plain.load_state_dict(stripped, strict=True)
        x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        assert torch.equal(plain.eval()(x), logits(dual.eval(), x, 'main'))
        print(f"stripped dual-BN {name} loads into torchvision's with strict=True and gives the same logits")
