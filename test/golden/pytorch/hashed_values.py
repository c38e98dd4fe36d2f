"""
Values that any language can make again from a seed and a name, so that no file need hold them: initial parameters and
images. hashed-values.ts is the same in TypeScript.

The i-th value of a tensor is MurmurHash3's 32-bit finaliser of i + key; the key is made of the seed and the tensor's name.
"""

import re
from functools import lru_cache

import numpy as np


def mix32(h: np.ndarray) -> np.ndarray:
    """MurmurHash3's 32-bit finaliser, of uint32 [n]."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    return h


def mix_one(value: int) -> int:
    return int(mix32(np.array([value & 0xFFFFFFFF], np.uint32))[0])


@lru_cache(maxsize=None)
def name_hash(name: str) -> int:
    """FNV-1a, 32 bits."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def hashes(seed: int, name: str, count: int) -> np.ndarray:
    """uint32 [count]"""
    key = mix_one(name_hash(name) ^ mix_one(seed))
    return mix32(np.arange(count, dtype=np.uint32) + np.uint32(key))


def uniforms(seed: int, name: str, shape: tuple, centre: float, half_width: float) -> np.ndarray:
    """float32, uniform in centre ± half_width: computed in float64, rounded once."""
    u = (hashes(seed, name, int(np.prod(shape))).astype(np.float64) + 0.5) / 2**32
    return (centre + (2 * u - 1) * half_width).astype(np.float32).reshape(shape)


def initial_values(seed: int, name: str, shape: tuple, fan_in: int, last: int, preact: bool) -> np.ndarray:
    """
    A parameter or statistic, in PyTorch's layout. γ, β and running statistics are random, and different in main and aux, so
    that mixing them up shows. Scales keep twenty steps of a tiny network from being chaotic, where rounding alone, by way of
    one ReLU input that changes its sign, would decide the outcome: large weights before a normalisation turn slowly, what a
    block adds to its input is small, and so are the linear layer and what it sees.

    fan_in: inputs of the linear layer. last: number of a block's last layer
    """

    def uniform(centre: float, half_width: float) -> np.ndarray:
        return uniforms(seed, name, shape, centre, half_width)

    ends_block = re.match(rf'layer\d\.\d\.{"conv" if preact else "bn"}{last}\.', name)
    if len(shape) == 4:
        scale = 6 / 8 if ends_block else 6  # of He's standard deviation, fan-in
        if preact and name.startswith('layer4.') and (ends_block or '.shortcut.' in name):
            scale /= 30
        return uniform(0, scale * np.sqrt(6 / (shape[1] * shape[2] * shape[3])))
    if name.startswith(('linear.', 'fc.')):
        return uniform(0, 0.1 / np.sqrt(fan_in))
    if name.endswith('running_var'):
        return uniform(72, 24)
    if name.endswith('running_mean'):
        return uniform(0, 3)
    if name.endswith('weight') and ends_block:
        return uniform(0.12, 0.06)
    if ends_block:
        return uniform(-0.2, 0.35)
    if name.startswith(('bn.', 'layer4.0.downsample.1.')):
        return uniform(0.15, 0.05) if name.endswith('weight') else uniform(0.06, 0.14)
    if name.endswith('weight'):
        return uniform(0.75, 0.25)
    # Pooling leaves the largest of nine: with a larger β the ReLU before it would let all of them through.
    return uniform(-0.3, 0.5) if name.startswith('bn1.') else uniform(0.3, 0.7)


def image_batch(seed: int, step: int, size: int, image_size: int) -> np.ndarray:
    """float32 [N, S, S, 3]: bytes, normalised with mean 128/255 and std 64/255 of pixels in [0, 1], which is exact."""
    count = size * image_size**2 * 3
    pixels = hashes(seed, f'images of step {step}', count) >> np.uint32(24)
    return ((pixels.astype(np.float32) - 128) / 64).reshape(size, image_size, image_size, 3)


def projections(values: np.ndarray) -> np.ndarray:
    """
    [33]: the norm, then 32 projections Σ_i ±v_i over the flattened tensor. The sign in projection k is bit k of
    MurmurHash3's 32-bit finaliser of i + 1: plus where it is set.
    """
    h = mix32(np.arange(1, values.size + 1, dtype=np.uint32))
    signs = ((h[None, :] >> np.arange(32, dtype=np.uint32)[:, None]) & 1).astype(np.float64) * 2 - 1
    flat = values.reshape(-1).astype(np.float64)
    return np.concatenate([[np.linalg.norm(flat)], signs @ flat])


def digest(values: np.ndarray) -> np.ndarray:
    """What is stored of a tensor: all of a small one, the projections of a larger one."""
    return values.reshape(-1).copy() if values.size <= 33 else projections(values)
