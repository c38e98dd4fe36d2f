"""
A step's losses and gradients, method by method, as the specification of the methods has them: plain autograd, one loss at
a time. `Mistake` is a known mistake to build in (mistakes.py), or None.
"""

from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from pytorch import generator
from pytorch.cases import BATCH, CLASSES, Case, Step
from pytorch.networks import logits

Mistake = str | None

# One pixel value in 255, black and white, of normalised images, in float32 as the trainer has them.
MEAN, STD = np.float32(128 / 255), np.float32(64 / 255)
UNIT = np.float32(1 / (255 * (64 / 255)))
LOWEST, HIGHEST = (np.float32(0) - MEAN) / STD, (np.float32(1) - MEAN) / STD


def to_torch(images: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).to(dtype)


class Run:
    """
    One step of a network. `images` float32 [N, S, S, 3]. `given`: the signs of the gradients that the attack's iterations
    go by, int8 [iterations][N, S, S, 3]; None: the own gradient's. Afterwards `signs` are the own ones, and `magnitudes` the
    absolute gradients over their maximum.
    """

    def __init__(self, network: nn.Module, case: Case, step: Step, images: np.ndarray, dtype, mistake: Mistake, given):
        self.network, self.case, self.step, self.dtype = network, case, step, dtype
        self.images, self.mistake, self.given = images, mistake, given
        self.labels = torch.from_numpy(step.labels)
        self.signs: list[np.ndarray] = []
        self.magnitudes: list[np.ndarray] = []

    def backward(self) -> dict[str, float]:
        """Puts the gradients into the parameters and returns the losses."""
        self.network.zero_grad()
        match self.case.method['type']:
            case 'vanilla':
                return self.single(self.cross_entropy(self.images, 'main', self.labels))
            case 'mixup' | 'cutmix':
                return self.single(self.partly_mixed())
            case 'mixprop':
                return self.dual(self.auxiliary)
            case 'advprop':
                return self.dual(self.adversarial)
            case 'fast-advprop':
                return self.fast_advprop()

    def cross_entropy(self, images: np.ndarray | torch.Tensor, branch: str, labels: torch.Tensor) -> torch.Tensor:
        x = images if isinstance(images, torch.Tensor) else to_torch(images, self.dtype)
        if branch == 'aux' and self.mistake == 'both batches through main':
            branch = 'main'
        return F.cross_entropy(logits(self.network, x, branch), labels)

    def single(self, main: torch.Tensor) -> dict[str, float]:
        main.backward()
        return {'total': main.item(), 'main': main.item()}

    def dual(self, auxiliary_loss) -> dict[str, float]:
        """Eq. 1: the clean batch through main, another through aux."""
        main = self.cross_entropy(self.images, 'main', self.labels)
        aux = auxiliary_loss()
        mean = (self.case.method['lossReduction'] == 'mean') != (self.mistake == 'the other loss reduction')
        total = (main + aux) / 2 if mean else main + aux
        total.backward()
        return {'total': total.item(), 'main': main.item(), 'aux': aux.item()}

    # ---- Mixing and noise ----

    def mix(self, x: torch.Tensor) -> tuple[torch.Tensor, float, torch.Tensor]:
        """x̃, the share of the own label, and the partner of each image."""
        draws, mistake = self.step.draws, self.mistake
        partner = np.array(draws['permutation'])
        other = x[torch.from_numpy(np.argsort(partner) if mistake == 'inverse permutation of images' else partner)]
        share = draws['lambda']
        if 'box' in draws:
            box = draws['box']
            rows, columns = slice(box['top'], box['bottom']), slice(box['left'], box['right'])
            if mistake == 'box transposed':
                rows, columns = columns, rows
            mixed = x.clone()
            mixed[:, :, rows, columns] = other[:, :, rows, columns]
            if mistake == 'λ of CutMix not corrected':
                share = self.step.drawn_share
        else:
            mixed = share * x + (1 - share) * other
        if mistake == 'λ and 1 - λ of the labels swapped':
            share = 1 - share
        return mixed, share, torch.from_numpy(partner)

    def partly_mixed(self) -> torch.Tensor:
        """The first images are mixed, the rest stays; the mean over all of them."""
        count = self.step.draws['mixed']
        x, y = to_torch(self.images, self.dtype), self.labels
        if self.mistake == 'the last images are mixed':
            x, y = x.flip(0), y.flip(0)
        mixed, share, partner = self.mix(x[:count])
        out = logits(self.network, torch.cat([mixed, x[count:]]), 'main')
        each = F.cross_entropy(out, y, reduction='none')
        other = F.cross_entropy(out[:count], y[:count][partner], reduction='none')
        losses = torch.cat([share * each[:count] + (1 - share) * other, each[count:]])
        return losses.sum() if self.mistake == 'a sum over the images' else losses.mean()

    def auxiliary(self) -> torch.Tensor:
        x = to_torch(self.images, self.dtype)
        if self.case.method['auxiliary'] == 'noise':
            deviation = self.case.method['noisePixels'] * float(UNIT)
            if self.mistake == 'noise in normalised units':
                deviation = self.case.method['noisePixels'] / 255
            values = generator.normals(self.step.draws['noiseSeed'], 'noise', self.images.size)
            noisy = x + to_torch(values.reshape(self.images.shape), self.dtype) * deviation
            if self.mistake != 'noise not cut off at valid pixels':
                noisy = noisy.clamp(float(LOWEST), float(HIGHEST))
            return self.cross_entropy(noisy, 'aux', self.labels)
        mixed, share, partner = self.mix(x)
        out = logits(self.network, mixed, 'main' if self.mistake == 'both batches through main' else 'aux')
        own, other = F.cross_entropy(out, self.labels), F.cross_entropy(out, self.labels[partner])
        return share * own + (1 - share) * other

    # ---- Attacks ----

    def ball(self, images: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
        radius = UNIT * np.float32(epsilon)
        if self.mistake == 'ε in normalised units':
            radius = np.float32(epsilon / 255)
        if self.mistake == 'adversarial images not kept valid':
            return images - radius, images + radius
        return np.maximum(images - radius, LOWEST), np.minimum(images + radius, HIGHEST)

    def start(self, images: np.ndarray, epsilon: float, ball: tuple) -> np.ndarray:
        seed = self.step.draws.get('startSeed')
        if seed is None or self.mistake == 'no random start':
            return np.clip(images, *ball)
        values = generator.signed_uniforms(seed, 'pgd-start', images.size).reshape(images.shape)
        return np.clip(images + values * (UNIT * np.float32(epsilon)), *ball)

    def ascend(self, x: np.ndarray, gradient: torch.Tensor, step_pixels: float, ball: tuple) -> np.ndarray:
        """x + α·sign(∇) in the ball, in float32: the images themselves are part of the reference."""
        values = gradient.permute(0, 2, 3, 1).numpy()
        signs = np.sign(values).astype(np.int8)
        self.signs.append(signs)
        self.magnitudes.append(np.abs(values) / np.abs(values).max())
        if self.given is not None:
            signs = self.given[len(self.signs) - 1]
        return np.clip(x + signs.astype(np.float32) * (UNIT * np.float32(step_pixels)), *ball)

    def adversarial(self) -> torch.Tensor:
        attack, mistake = self.case.method['attack'], self.mistake
        target, direction = self.labels, 1
        if attack['targeted']:
            target, direction = (self.labels + torch.tensor(self.step.draws['targetOffsets'])) % CLASSES, -1
            if mistake == 'targets approached from below':
                direction = 1
            if mistake == 'targets without their labels':
                target = torch.tensor(self.step.draws['targetOffsets']) % CLASSES
        ball = self.ball(self.images, attack['epsilonPixels'])
        x = self.start(self.images, attack['epsilonPixels'], ball)
        branch = 'main' if mistake == 'attack through main' else 'aux'
        batch_norm = attack['batchNorm']
        if mistake == 'attack with the other statistics':
            batch_norm = 'running' if batch_norm == 'batch' else 'batch'
        for _ in range(attack['steps']):
            with attacking(self.network, batch_norm, updates=mistake == 'attack moves statistics'):
                leaf = to_torch(x, self.dtype).requires_grad_()
                (gradient,) = torch.autograd.grad(self.cross_entropy(leaf, branch, target), leaf)
            x = self.ascend(x, gradient, direction * attack['stepPixels'], ball)
        return self.cross_entropy(x, 'aux', self.labels)

    def fast_advprop(self) -> dict[str, float]:
        """
        Clean images through main; the others, attacked at their random start in training mode, and adversarial, through aux.
        The gradient of each of the three losses alone, put together parameter by parameter.
        """
        attack, mistake = self.case.method['attack'], self.mistake
        attacked = round(BATCH * self.case.method['fraction'])
        clean = BATCH - attacked
        x, y = self.images[clean:], self.labels[clean:]
        ball = self.ball(x, attack['epsilonPixels'])
        start = to_torch(self.start(x, attack['epsilonPixels'], ball), self.dtype).requires_grad_()
        main = self.cross_entropy(self.images[:clean], 'main', self.labels[:clean])
        before = self.cross_entropy(start, 'aux', y)
        by_clean = self.gradients(main)
        (image_gradient,) = torch.autograd.grad(before, start, retain_graph=True)
        by_attack = self.gradients(before)
        adversarial = self.ascend(start.detach().permute(0, 2, 3, 1).to(torch.float32).numpy(),
                                  image_gradient, attack['stepPixels'], ball)
        after = self.cross_entropy(adversarial, 'aux', y)
        by_adversarial = self.gradients(after)
        share = clean / BATCH
        if mistake == 'attack pass does not train':
            by_attack = by_adversarial
        for name, parameter in self.network.named_parameters():
            # Branches of which a loss knows nothing count as zeros.
            parts = [g[name] for g in (by_clean, by_attack, by_adversarial)]
            weights = [share, (1 - share) / 2, (1 - share) / 2]
            is_normalisation = isinstance(self.network.get_submodule(name.rsplit('.', 1)[0]), nn.BatchNorm2d)
            if is_normalisation and mistake != 'γ and β of fast-advprop not scaled':
                weights = [1, 0.5, 0.5]
            parameter.grad = sum(weight * part for weight, part in zip(weights, parts, strict=True))
        total = share * main + (1 - share) / 2 * (before + after)
        return {'total': total.item(), 'main': main.item(), 'aux': (before + after).item() / 2}

    def gradients(self, loss: torch.Tensor) -> dict[str, torch.Tensor]:
        named = dict(self.network.named_parameters())
        found = torch.autograd.grad(loss, list(named.values()), allow_unused=True)
        return {n: torch.zeros_like(p) if g is None else g for (n, p), g in zip(named.items(), found, strict=True)}


@contextmanager
def attacking(network: nn.Module, batch_norm: str, updates: bool):
    """Normalises with running statistics or the batch's, and leaves the running ones as they are."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    network.train(batch_norm == 'batch' or updates)
    for norm in norms:
        norm.momentum = 0.1 if updates else 0.0
    yield
    network.train()
    for norm in norms:
        norm.momentum = 0.1
