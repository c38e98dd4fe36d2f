"""Which methods run on which networks at which image sizes, and what each step draws."""

from dataclasses import dataclass, field

import numpy as np

CLASSES = 10
BATCH = 6
STEPS = 20


@dataclass(frozen=True)
class Network:
    name: str
    model: dict
    sizes: tuple  # three; odd feature maps in all but the last
    default: bool  # every method at every size; otherwise every method at one size
    attacks: tuple  # (iterations, targeted) of advprop, at each size


@dataclass(frozen=True)
class Case:
    network: Network
    name: str
    method: dict
    image_size: int
    optimizer: dict = field(default_factory=dict)
    rates: tuple = (0.01,) * STEPS

    @property
    def dual(self) -> bool:
        return self.method['type'] in ('mixprop', 'advprop', 'fast-advprop')

    @property
    def branches(self) -> list[str]:
        return ['main', 'aux'] if self.dual else ['main']

    @property
    def settings(self) -> dict:
        # Twenty times the usual weight decay: in 20 steps at a rate of 0.01 5e-4 would leave no trace.
        return {'momentum': 0.9, 'weightDecay': 0.01, 'weightDecayNormalization': True, **self.optimizer}


def _networks() -> list[Network]:
    small, large = (10, 14, 16), (40, 46, 64)

    def network(name, architecture, sizes, default, attacks, **rest):
        return Network(name, {'architecture': architecture, 'width': 4, **rest}, sizes, default, attacks)

    up, to = False, True  # away from the true class; towards another
    return [
        network('preact-resnet18-he', 'preact-resnet18', small, True, ((3, up), (4, to), (1, to)), preactivation='he'),
        network('preact-resnet50-he', 'preact-resnet50', small, True, ((1, up), (3, to), (4, up)), preactivation='he'),
        network('resnet18-imagenet', 'resnet18', large, True, ((4, to), (3, up), (1, up)), stem='imagenet'),
        network('resnet50-imagenet', 'resnet50', large, True, ((3, to), (4, up), (1, to)), stem='imagenet'),
        network('preact-resnet18-kuangliu', 'preact-resnet18', small, False, ((4, up),) * 3, preactivation='kuangliu'),
        network('preact-resnet50-kuangliu', 'preact-resnet50', small, False, ((1, to),) * 3, preactivation='kuangliu'),
        network('resnet18-cifar', 'resnet18', small, False, ((3, to),) * 3, stem='cifar'),
        network('resnet50-cifar', 'resnet50', small, False, ((1, up),) * 3, stem='cifar'),
    ]


NETWORKS = _networks()


def _advprop(attack: tuple, batch_norm: str, reduction: str, random_start: float) -> dict:
    iterations, targeted = attack
    return {
        'type': 'advprop',
        'attack': {
            'epsilonPixels': max(1, iterations - 1),
            'stepPixels': 1,
            'steps': iterations,
            'targeted': targeted,
            'randomStart': random_start,
            'batchNorm': batch_norm,
        },
        'lossReduction': reduction,
    }


def _methods(network: Network, size: int) -> list[tuple[str, dict, dict]]:
    """(name, method, optimizer) at the size of that index. What is not the default occurs at one size each."""
    iterations, targeted = network.attacks[size]
    reduction = ('sum', 'mean', 'sum')
    spare = {'weightDecayNormalization': False}
    advprop = _advprop(
        network.attacks[size],
        batch_norm='batch' if size == 1 else 'running',
        reduction=reduction[size - 2],
        random_start=0 if network.name == 'resnet18-imagenet' and size == 1 else 1,
    )
    return [
        ('vanilla', {'type': 'vanilla'}, spare if size == 1 else {}),
        ('mixup', {'type': 'mixup', 'fraction': 0.5}, {}),
        ('cutmix', {'type': 'cutmix', 'fraction': 0.5}, {}),
        ('mixprop-mixup', {'type': 'mixprop', 'auxiliary': 'mixup', 'lossReduction': reduction[size]}, {}),
        ('mixprop-cutmix', {'type': 'mixprop', 'auxiliary': 'cutmix', 'lossReduction': 'sum'}, {}),
        (
            'mixprop-noise',
            {'type': 'mixprop', 'auxiliary': 'noise', 'noisePixels': 20, 'lossReduction': 'sum'},
            spare if size == 2 else {},
        ),
        (f'advprop-pgd{iterations}{"-targeted" if targeted else ""}', advprop, {}),
        (
            'fast-advprop',
            {
                'type': 'fast-advprop',
                'fraction': 1 / 3,
                'attack': {'epsilonPixels': 1, 'stepPixels': 1, 'randomStart': 1},
            },
            {},
        ),
    ]


def _cases() -> list[Case]:
    cases = []
    for network in NETWORKS:
        for size, image_size in enumerate(network.sizes):
            for index, (name, method, optimizer) in enumerate(_methods(network, size)):
                if network.default or index % 3 == size:
                    cases.append(Case(network, f'{name}-{image_size}', method, image_size, optimizer))
    # A rate that falls shows whether it stands inside the velocity or outside.
    cifar = next(network for network in NETWORKS if network.name == 'resnet18-cifar')
    milestone = (0.01,) * 10 + (0.001,) * 10
    cases.append(Case(cifar, 'vanilla-milestone-10', {'type': 'vanilla'}, 10, rates=milestone))
    return cases


CASES = _cases()


@dataclass
class Step:
    labels: np.ndarray  # int64 [N]
    draws: dict  # as common/run/events.ts has them: lambda, permutation, mixed, box, noiseSeed, startSeed, targetOffsets
    drawn_share: float | None = None  # CutMix's λ before it is corrected: only a mistake uses it


def draw_step(case: Case, seed: int, index: int) -> Step:
    random = np.random.default_rng([seed, index])
    labels, draws, drawn_share = random.integers(0, CLASSES, BATCH), {}, None
    source = case.method.get('auxiliary', case.method['type'])
    mixed = BATCH
    if case.method['type'] in ('mixup', 'cutmix'):
        mixed = round(BATCH * case.method['fraction'])
        draws['mixed'] = mixed
    if source == 'mixup':
        # A multiple of 1/4096, which float32 holds exactly.
        draws['lambda'] = float(np.round(random.uniform(0.1, 0.9) * 4096) / 4096)
    if source == 'cutmix':
        draws['lambda'], draws['box'], drawn_share = _box(random, case.image_size)
    if source in ('mixup', 'cutmix'):
        permutation = random.permutation(mixed)
        while np.array_equal(permutation[permutation], np.arange(mixed)):  # its own inverse: hides a mistake
            permutation = random.permutation(mixed)
        draws['permutation'] = permutation.tolist()
    if source == 'noise':
        draws['noiseSeed'] = int(random.integers(0, 2**32))
    attack = case.method.get('attack')
    if attack and attack['randomStart'] == 1:
        draws['startSeed'] = int(random.integers(0, 2**32))
    if attack and attack.get('targeted'):
        draws['targetOffsets'] = random.integers(1, CLASSES, BATCH).tolist()
    return Step(labels, draws, drawn_share)


def _box(random: np.random.Generator, size: int) -> tuple[float, dict, float]:
    """A box around a uniform centre, cut off at the edge, and not the same when transposed."""
    while True:
        share = random.uniform(0.1, 0.9)
        half = int(size * np.sqrt(1 - share)) // 2
        row, column = random.integers(0, size, 2)
        rows = [int(np.clip(row + side, 0, size)) for side in (-half, half)]
        columns = [int(np.clip(column + side, 0, size)) for side in (-half, half)]
        area = (rows[1] - rows[0]) * (columns[1] - columns[0])
        if area > 0 and rows != columns:
            box = {'top': rows[0], 'left': columns[0], 'bottom': rows[1], 'right': columns[1]}
            return 1 - area / size**2, box, float(share)
