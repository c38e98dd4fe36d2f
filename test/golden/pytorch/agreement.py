"""How far two results are apart, and what the references are made with."""

import platform

import numpy as np
import torch
import torchvision
from safetensors import __version__ as safetensors_version

AGREEMENT = 1e-5  # float32 against float64, max|a - b| / max|b| per tensor
VERSIONS = {
    'python': platform.python_version(),
    'torch': torch.__version__,
    'torchvision': torchvision.__version__,
    'numpy': np.__version__,
    'safetensors': safetensors_version,
}


def deviation(a: np.ndarray, b: np.ndarray) -> float:
    """max|a - b| / max|b|; equal tensors of zeros deviate by 0. Projections are measured against the norm they carry."""
    difference = float(np.max(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64))))
    return difference / float(np.max(np.abs(b))) if difference else 0.0


def worst(tensors: dict, reference: dict) -> tuple[float, str]:
    assert tensors.keys() == reference.keys()
    return max((deviation(tensors[name], reference[name]), name) for name in reference)
