"""
Frozen logits of torchvision's resnet18 and resnet50 (100 classes, full width), for checkpoints that come from PyTorch and
go back to it. Weights and images are made from an integer hash, here and in hashed-network.ts beside this script, so
that no large file is kept; README.md has the formula.

Claim: reference.json holds the names, shapes and types of torchvision's state_dict, and for a few images what torchvision
computes in float64 in inference mode, rounded once to float32. The script stops unless float32 agrees to 1e-5
(max|a - b| / max|b|), unless every image has a clear favourite among the classes, and unless favourites differ.

Made with Python 3.11, torch 2.13 (CPU, one thread), torchvision, numpy and safetensors (exact versions in reference.json):

    pip install torch torchvision safetensors numpy pillow
    python test/golden/torchvision/make-torchvision-reference.py             # writes reference.json, a few seconds
    python test/golden/torchvision/make-torchvision-reference.py --check     # compares with the file there instead

A checkpoint of ours in PyTorch, on images of the run's size (a resnet of width 64, ImageNet's normalisation):

    mixprop export RUN --format safetensors --strip-aux --out weights.safetensors
    mixprop evaluate RUN --branch main --predictions predictions.jsonl
    python test/golden/torchvision/make-torchvision-reference.py \\
        --check-export weights.safetensors --predictions predictions.jsonl --images DATASET_FOLDER
"""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors import __version__ as safetensors_version
from safetensors.torch import load_file

REFERENCE = Path(__file__).resolve().parent / 'reference.json'
AGREEMENT = 1e-5  # float32 against float64, max|a - b| / max|b|
MARGIN = 0.01  # by which the first class must lead the second, as a share of the largest logit
CLASSES = 100
IMAGE_SIZE = 32
BLOCK = 16  # side of the squares that images are made of
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
NETWORKS = {  # how many images; which hashes: the first seed whose images have different favourites
    'resnet18': {'images': 4, 'seed': 39},
    'resnet50': {'images': 2, 'seed': 1},
}
VERSIONS = {
    'python': platform.python_version(),
    'torch': torch.__version__,
    'torchvision': torchvision.__version__,
    'numpy': np.__version__,
    'safetensors': safetensors_version,
}


# ---- The hash, as in hashed-network.ts ---------------------------------------------------------------------------


def hashes(name: str, count: int) -> np.ndarray:
    """Elements of `name`, each as 32 bits: FNV-1a of the name, mixed with the index by MurmurHash3's finaliser."""
    key = 0x811C9DC5
    for byte in name.encode():
        key = ((key ^ byte) * 0x01000193) & 0xFFFFFFFF
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) ^ np.uint32(key)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def tensor_of(seed: int, name: str, shape) -> torch.Tensor:
    """A float32 tensor: offset + scale * u with u uniform in [-1, 1), computed in float64 and rounded once."""
    count = int(np.prod(shape))
    u = (hashes(f'{seed}/{name}', count) >> np.uint32(8)).astype(np.float64) / 2**23 - 1
    offset, scale = offset_and_scale(name, shape)
    return torch.from_numpy((offset + scale * u).astype(np.float32).reshape(shape))


def offset_and_scale(name: str, shape) -> tuple[float, float]:
    if name.endswith('running_mean'):
        return 0, 0.1
    if name.endswith('running_var'):
        return 1, 0.5
    if len(shape) > 1:  # uniform with variance 2 / fan_in: keeps the size of activations
        return 0, (6 / np.prod(shape[1:], dtype=np.float64)) ** 0.5
    return (0, 0.1) if name.endswith('bias') else (0.75, 0.25)


def image_of(number: int) -> np.ndarray:
    """[S, S, 3] uint8: squares of one colour, with noise on top."""
    across = IMAGE_SIZE // BLOCK
    squares = (hashes(f'image {number} squares', across * across * 3) >> np.uint32(24)).reshape(across, across, 3)
    noise = (hashes(f'image {number} noise', IMAGE_SIZE**2 * 3) >> np.uint32(24)).reshape(IMAGE_SIZE, IMAGE_SIZE, 3)
    return ((3 * squares.repeat(BLOCK, 0).repeat(BLOCK, 1) + noise) >> np.uint32(2)).astype(np.uint8)


# ---- What torchvision computes -----------------------------------------------------------------------------------


def batch_of(images: list[np.ndarray]) -> torch.Tensor:
    """[N, 3, S, S] in float64, normalised."""
    pixels = torch.from_numpy(np.stack(images)).double() / 255
    return ((pixels - torch.tensor(MEAN).double()) / torch.tensor(STD).double()).permute(0, 3, 1, 2)


def logits_of(network: torch.nn.Module, x: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        return network.eval()(x).numpy()


def distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())


def hashed_state(network: torch.nn.Module, seed: int, rename) -> dict[str, torch.Tensor]:
    """Values for every entry of the state_dict; `rename` says under which name they are hashed."""
    return {
        name: value if name.endswith('num_batches_tracked') else tensor_of(seed, rename(network, name), tuple(value.shape))
        for name, value in network.state_dict().items()
    }


def main_name(_network: torch.nn.Module, name: str) -> str:
    return name


def aux_name(network: torch.nn.Module, name: str) -> str:
    """The name that the aux branch has in timm's SplitBatchNorm2d, of what belongs to a normalisation layer."""
    layer, _, parameter = name.rpartition('.')
    return f'{layer}.aux_bn.0.{parameter}' if isinstance(network.get_submodule(layer), torch.nn.BatchNorm2d) else name


def reference_of(architecture: str, images: int, seed: int) -> dict:
    network = getattr(torchvision.models, architecture)(num_classes=CLASSES)
    x = batch_of([image_of(number) for number in range(images)])
    logits = {}
    for branch, rename in (('main', main_name), ('aux', aux_name)):
        network.float().load_state_dict(hashed_state(network, seed, rename), strict=True)
        single = logits_of(network, x.float())
        double = logits_of(network.double(), x)
        apart = distance(single, double)
        ordered = np.sort(double, axis=1)
        lead = float((ordered[:, -1] - ordered[:, -2]).min() / np.abs(double).max())
        predictions = double.argmax(1).tolist()
        print(f'{architecture} {branch}: float32 is off by {apart:.1e}, predictions {predictions}, least lead {lead:.3f}')
        assert apart < AGREEMENT and lead > MARGIN and len(set(predictions)) > images // 2
        logits[branch] = [[float(value) for value in row] for row in double.astype(np.float32)]
    entries = [
        [name, list(value.shape), 'I64' if value.dtype == torch.int64 else 'F32']
        for name, value in network.float().state_dict().items()
    ]
    return {'seed': seed, 'stateDict': entries, 'logits': logits}


# ---- A checkpoint of ours ----------------------------------------------------------------------------------------


def check_export(file: str, predictions: str, images: str) -> None:
    from PIL import Image

    state = load_file(file)
    architecture = 'resnet50' if 'layer1.0.conv3.weight' in state else 'resnet18'
    network = getattr(torchvision.models, architecture)(num_classes=len(state['fc.bias']))
    print(f'{architecture}, strict=True: {network.load_state_dict(state, strict=True)}')
    lines = [json.loads(line) for line in Path(predictions).read_text().splitlines()]
    pictures = [np.asarray(Image.open(Path(images) / line['path']).convert('RGB')) for line in lines]
    ours = np.array([line['logits'] for line in lines])
    theirs = logits_of(network.double(), batch_of(pictures))
    same = int((ours.argmax(1) == theirs.argmax(1)).sum())
    print(f'{same} of {len(lines)} predictions are the same; logits are off by {distance(ours, theirs):.1e}')
    assert same == len(lines) and distance(ours, theirs) < 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--check', action='store_true', help='compare with reference.json instead of writing it')
    parser.add_argument('--check-export', metavar='FILE', help='load a checkpoint of ours into torchvision')
    parser.add_argument('--predictions', metavar='JSONL', help='with --check-export: what we predict')
    parser.add_argument('--images', metavar='FOLDER', help='with --check-export: the data set that the paths lie in')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.check_export:
        if not (arguments.predictions and arguments.images):
            parser.error('--check-export needs --predictions and --images')
        return check_export(arguments.check_export, arguments.predictions, arguments.images)
    networks = {architecture: reference_of(architecture, **options) for architecture, options in NETWORKS.items()}
    if not arguments.check:
        REFERENCE.write_text(json.dumps({'versions': VERSIONS, 'networks': networks}) + '\n')
        return None
    stored = json.loads(REFERENCE.read_text())['networks']
    for architecture, network in networks.items():
        assert stored[architecture]['stateDict'] == network['stateDict']
        for branch, logits in network['logits'].items():
            assert distance(np.array(stored[architecture]['logits'][branch]), np.array(logits)) < 1e-6
    print('reference.json is what it should be')
    return None


if __name__ == '__main__':
    main()
