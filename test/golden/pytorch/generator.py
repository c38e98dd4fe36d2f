"""
The generator that expands a step's recorded seeds (trainer/random/generator.ts), a second time: sfc32, keyed by seed and
the name of the stream. That the references come out the same shows that a run's draws are enough to replay it elsewhere.
"""

import math
from functools import lru_cache

import numpy as np

MASK = 0xFFFFFFFF


def mix32(h: int) -> int:
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def uint32s(seed: int, stream: str, count: int) -> list[int]:
    """The first `count` outputs of the generator of index 0."""
    key = 0x9E3779B9 ^ len(stream)
    for character in stream:
        key = mix32(((key ^ ord(character)) * 0x01000193) & MASK)
    a, b, c, counter = mix32(seed ^ 0x243F6A88), key, mix32(0x85A308D3), 1
    outputs = []
    for _ in range(15 + count):  # the first 15 stir the state
        output = (a + b + counter) & MASK
        counter += 1
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & MASK
        c = (((c << 21) | (c >> 11)) + output) & MASK
        outputs.append(output)
    return outputs[15:]


@lru_cache(maxsize=64)
def signed_uniforms(seed: int, stream: str, count: int) -> np.ndarray:
    """float32 [count], uniform in [-1, 1): the upper 24 bits of one output each."""
    bits = np.array(uint32s(seed, stream, count), np.uint32) >> np.uint32(8)
    return (bits.astype(np.float64) / 2**23 - 1).astype(np.float32)


@lru_cache(maxsize=64)
def normals(seed: int, stream: str, count: int) -> np.ndarray:
    """float32 [count], standard normal: Box and Muller's pairs of two 53-bit uniforms each."""
    outputs = np.array(uint32s(seed, stream, 4 * math.ceil(count / 2)), np.uint32)
    high, low = (outputs[0::2] >> np.uint32(5)).astype(np.float64), (outputs[1::2] >> np.uint32(6)).astype(np.float64)
    uniform = (high * 2**26 + low) / 2**53
    radius, angle = np.sqrt(-2 * np.log(1 - uniform[0::2])), 2 * np.pi * uniform[1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return pairs.reshape(-1)[:count].astype(np.float32)
