"""Runs a case: 20 steps of SGD, and what is stored of them."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from pytorch.cases import BATCH, CLASSES, STEPS, Case, draw_step
from pytorch.hashed_values import digest, image_batch
from pytorch.methods import Mistake, Run, to_torch
from pytorch.mistakes import build_in
from pytorch.networks import build, initialise, logits, state


@dataclass
class Result:
    """Values in the precision of the run, by name."""

    first: dict = field(default_factory=dict)  # of step 1: logits before it, losses, gradients, statistics after it
    last: dict = field(default_factory=dict)  # after all: losses, parameters and statistics, logits
    losses: list = field(default_factory=list)
    signs: list = field(default_factory=list)  # [steps][iterations], int8 [N, S, S, 3]
    magnitudes: list = field(default_factory=list)  # of step 1, [iterations]


class TooCloseToKink(Exception):
    pass


class Margin:
    """
    Watches the distance of a network's training passes from a kink: of a ReLU's input from 0, and of the two largest values
    in a max-pool window from each other, over the standard deviation of the tensor. Rounding that carries a value over a
    kink changes a gradient by far more than rounding itself, whoever computes it.
    """

    def __init__(self, network: nn.Module, least: float):
        self.least = least
        self.handles = []
        for module in network.modules():
            if isinstance(module, nn.ReLU):
                self.handles.append(module.register_forward_pre_hook(self.relu))
            if isinstance(module, nn.MaxPool2d):
                self.handles.append(module.register_forward_pre_hook(self.max_pool))

    def demand(self, distance: torch.Tensor, x: torch.Tensor):
        if distance.item() < self.least * x.std().item():
            raise TooCloseToKink

    def relu(self, module, inputs):
        if module.training:
            x = inputs[0].detach()
            self.demand(x.abs().min(), x)

    def max_pool(self, module, inputs):
        if module.training:
            x = inputs[0].detach()
            windows = F.unfold(F.pad(x, (1, 1, 1, 1)).flatten(0, 1)[:, None], 3, stride=2)
            first, second = windows.topk(2, dim=1).values.unbind(1)
            gaps = (first - second)[first > 0]  # a window of zeros has no gradient before the ReLU
            self.demand(gaps.min(), x)

    def stop(self):
        for handle in self.handles:
            handle.remove()


class Jitter:
    """Adds noise of 1e-6 standard deviations to every ReLU's input: about what another library's rounding does."""

    def __init__(self, network: nn.Module, seed: int):
        self.random = torch.Generator().manual_seed(seed)
        for module in network.modules():
            if isinstance(module, nn.ReLU):
                module.register_forward_pre_hook(self.relu)

    def relu(self, _module, inputs):
        (x,) = inputs
        noise = torch.randn(x.shape, generator=self.random, dtype=x.dtype)
        return (x + noise * (1e-6 * x.detach().std()),)


def train(
    case: Case,
    seed: int,
    dtype,
    steps: int = STEPS,
    mistake: Mistake = None,
    given: list | None = None,
    margin: float = 0,
    jitter: int | None = None,
) -> Result:
    """
    given: the signs that attacks go by, [steps][iterations]; None: those of the own gradients
    margin: the least distance from a kink in step 1
    jitter: seed of noise in the activations
    """
    network = build(case.network.model, case.dual, CLASSES).to(dtype)
    initialise(network, seed)
    build_in(mistake, network)
    if jitter is not None:
        Jitter(network, jitter)
    sgd = optimizer(network, case, mistake)
    result = Result()
    images = image_batch(seed, 1, BATCH, case.image_size)

    def infer() -> dict[str, np.ndarray]:
        network.eval()
        with torch.no_grad():
            outputs = {b: logits(network, to_torch(images, dtype), b).numpy() for b in case.branches}
        network.train()
        return {f'logits/{branch}': output for branch, output in outputs.items()}

    result.first.update(infer())
    for index in range(steps):
        step = draw_step(case, seed, index)
        watch = Margin(network, margin) if index == 0 and margin else None
        batch = images if index == 0 else image_batch(seed, index + 1, BATCH, case.image_size)
        run = Run(network, case, step, batch, dtype, mistake, None if given is None else given[index])
        losses = run.backward()
        if watch:
            watch.stop()
        result.losses.append(losses)
        result.signs.append(run.signs)
        if index == 0:
            result.magnitudes = run.magnitudes
            for name, parameter in network.named_parameters():
                unused = parameter.grad is None  # aux, in a mistake
                gradient = np.zeros(parameter.shape) if unused else parameter.grad.numpy()
                result.first[f'gradient/{name}'] = digest(gradient)
            for name, value in state(network).items():
                if 'running' in name:
                    result.first[f'statistic/{name}'] = digest(value)
        if mistake == 'learning rate inside the velocity' and index > 0:
            for buffer in (sgd.state[p]['momentum_buffer'] for p in network.parameters()):
                buffer.mul_(case.rates[index - 1] / case.rates[index])
        for group in sgd.param_groups:
            group['lr'] = case.rates[index]
        sgd.step()
    for index, losses in enumerate(result.losses):
        into = result.first if index == 0 else result.last
        into.update({f'loss/{index + 1}/{term}': np.array([value]) for term, value in losses.items()})
    if steps == STEPS:
        result.last.update(infer())
        result.last.update({f'final/{name}': digest(value) for name, value in state(network).items()})
    return result


def optimizer(network: nn.Module, case: Case, mistake: Mistake) -> torch.optim.SGD:
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    normalization = {id(p) for norm in norms for p in norm.parameters(recurse=True)}
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
