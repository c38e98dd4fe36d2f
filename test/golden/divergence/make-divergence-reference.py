"""
Frozen NumPy reference for the BN divergence measures (common/run/divergence-measures.ts).

Writes layers.safetensors, the BN state of three dual layers as `bn/epoch-NNNN.safetensors` of a run has it, and
expected.json: every measure of every channel and its mean a layer, computed in float64 from the definitions, the
Kullback-Leibler divergence in both directions from its own formula.

    pip install numpy safetensors
    python test/golden/divergence/make-divergence-reference.py

Made with numpy 2.x; the random numbers are PCG64's, seed 20. Layers: near (aux almost equal to main), far (as after training
on adversarial images), extreme (variances from 1e-8 to 1e4, and one channel with equal branches).
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

FOLDER = Path(__file__).resolve().parent
EPSILON = 1e-5


def kl(mean_p, variance_p, mean_q, variance_q):
    """KL(N(mean_p, variance_p) || N(mean_q, variance_q)), in nats."""
    return 0.5 * (np.log(variance_q / variance_p) + (variance_p + (mean_p - mean_q) ** 2) / variance_q - 1)


def measures(main, aux):
    m, a = ({k: v.astype(np.float64) for k, v in branch.items()} for branch in (main, aux))
    vm, va = m['running_var'] + EPSILON, a['running_var'] + EPSILON
    mm, ma = m['running_mean'], a['running_mean']
    return {
        'symmetricKl': 0.5 * (kl(mm, vm, ma, va) + kl(ma, va, mm, vm)),
        'wasserstein2': np.sqrt((mm - ma) ** 2 + (np.sqrt(vm) - np.sqrt(va)) ** 2),
        'meanShift': np.abs(ma - mm) / np.sqrt(vm),
        'logVarianceRatio': np.abs(np.log(va / vm)),
        'gammaGap': np.abs(a['weight'] - m['weight']),
        'betaGap': np.abs(a['bias'] - m['bias']),
    }


def layers():
    random = np.random.default_rng(20)

    def branch(channels, variance):
        return {
            'weight': random.uniform(0.5, 1.5, channels),
            'bias': random.normal(0, 0.3, channels),
            'running_mean': random.normal(0, 1, channels),
            'running_var': variance,
        }

    near = branch(16, random.uniform(0.2, 3, 16))
    yield 'near', near, {k: v * (1 + 1e-3 * random.normal(size=16)) for k, v in near.items()}
    yield 'far', branch(64, random.uniform(0.2, 3, 64)), branch(64, random.uniform(0.1, 6, 64))
    extreme = branch(8, 10.0 ** random.uniform(-8, 4, 8))
    other = branch(8, 10.0 ** random.uniform(-8, 4, 8))
    for part in extreme:
        other[part][0] = extreme[part][0]
    yield 'extreme', extreme, other


tensors, expected = {}, {}
for name, main, aux in layers():
    main, aux = ({k: v.astype(np.float32) for k, v in branch.items()} for branch in (main, aux))
    tensors |= {f'{name}.{k}': v for k, v in main.items()} | {f'{name}.aux_bn.0.{k}': v for k, v in aux.items()}
    values = measures(main, aux)
    expected[name] = {
        measure: {'channels': channel.tolist(), 'layer': float(channel.mean())} for measure, channel in values.items()
    }
save_file(tensors, FOLDER / 'layers.safetensors', metadata={'format': 'mixprop-bn', 'formatVersion': '1', 'epoch': '1'})
(FOLDER / 'expected.json').write_text(json.dumps({'numpy': np.__version__, 'layers': expected}, indent=1) + '\n')
