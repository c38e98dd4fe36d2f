"""
Frozen references for class activation maps: networks.* and pictures.*. What each file holds is in README.md beside this
script.

Claim: the maps are Zhou's formula, on feature maps that PyTorch computes in float64, and Grad-CAM as the package grad-cam
computes it; the script stops unless both agree where they are the same up to a factor, unless the mean of a map over its
positions plus the bias is the logit, and unless float32 agrees with float64 to 5e-6 (max|a - b| / max|b|): a float32
implementation can be held to 1e-4. The pictures are OpenCV's, but for three colour maps, which are matplotlib's.

Made with Python 3.11, torch 2.13 (CPU), grad-cam 1.5, opencv-python-headless 4.9.0, matplotlib and numpy 1.26 (the exact
versions are in networks.json). Run:

    pip install torch torchvision safetensors numpy==1.26.4 opencv-python-headless==4.9.0.80 matplotlib
    pip install --no-deps grad-cam ttach
    pip install scikit-learn tqdm
    python test/golden/explain/make-explain-references.py            # writes into the script's folder, half a minute
    python test/golden/explain/make-explain-references.py --check    # compares with the files there instead of writing
"""

import argparse
import importlib.metadata
import json
import sys
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from safetensors.numpy import load_file, save
from torch import nn

FOLDER = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER.parent))

from pytorch.hashed_values import hashes, image_batch  # noqa: E402
from pytorch.networks import DualBatchNorm2d, build, initialise  # noqa: E402

CLASSES = 10
IMAGES = 2
AGREEMENT = 5e-6
STAGES = (1, 2, 3, 4)
PREACT, RESNET = {'width': 4, 'preactivation': 'he'}, {'width': 4, 'stem': 'imagenet'}
NETWORKS = {
    'preact-resnet18-he': ({'architecture': 'preact-resnet18', **PREACT}, 20),
    'preact-resnet18-kuangliu': ({'architecture': 'preact-resnet18', **PREACT, 'preactivation': 'kuangliu'}, 20),
    'preact-resnet50-he': ({'architecture': 'preact-resnet50', **PREACT}, 20),
    'preact-resnet50-kuangliu': ({'architecture': 'preact-resnet50', **PREACT, 'preactivation': 'kuangliu'}, 20),
    'resnet18-imagenet': ({'architecture': 'resnet18', **RESNET}, 72),
    'resnet18-cifar': ({'architecture': 'resnet18', **RESNET, 'stem': 'cifar'}, 20),
    'resnet50-imagenet': ({'architecture': 'resnet50', **RESNET}, 72),
    'resnet50-cifar': ({'architecture': 'resnet50', **RESNET, 'stem': 'cifar'}, 20),
}


class UnscaledGradCAM(GradCAM):
    """Grad-CAM before its maps are scaled to [0, 1] and to the size of the image."""

    def compute_cam_per_layer(self, input_tensor, targets, eigen_smooth):
        activations = self.activations_and_grads.activations[0].cpu().data.numpy()
        gradients = self.activations_and_grads.gradients[0].cpu().data.numpy()
        weighted = self.get_cam_image(input_tensor, None, targets, activations, gradients, eigen_smooth)
        return [np.maximum(weighted, 0)]

    def aggregate_multi_layers(self, cam_per_target_layer):
        return cam_per_target_layer[0]


def explain(network: nn.Module, x: torch.Tensor, branch: str, targets: list[int]) -> dict[str, np.ndarray]:
    for module in network.modules():
        if isinstance(module, DualBatchNorm2d):
            module.branch = branch
    linear = next(module for module in network.modules() if isinstance(module, nn.Linear))
    features = []
    # The last feature map before the mean over the positions: of the module that has it as its result.
    last = network.relu if hasattr(network, 'bn') else network.layer4
    hook = last.register_forward_hook(lambda _m, _i, output: features.append(output.detach()))
    with torch.no_grad():
        logits = network(x)
    hook.remove()
    # [N, C, H, W] and [classes, C]
    cam = torch.einsum('nkhw,ck->nchw', features[-1], linear.weight.detach())
    np.testing.assert_allclose((cam.mean(dim=(2, 3)) + linear.bias).detach(), logits, rtol=1e-4, atol=1e-6)
    result = {'logits': logits.numpy(), 'cam': cam.numpy()}
    for stage in STAGES:
        with UnscaledGradCAM(network, [getattr(network, f'layer{stage}')]) as grad_cam:
            result[f'grad-cam-{stage}'] = grad_cam(x, [ClassifierOutputTarget(target) for target in targets])
    if not hasattr(network, 'bn'):
        chosen = np.stack([cam[n, target].numpy() for n, target in enumerate(targets)])
        expected = np.maximum(chosen, 0) / (chosen.shape[1] * chosen.shape[2])
        np.testing.assert_allclose(result['grad-cam-4'], expected, rtol=1e-4, atol=1e-7 * np.abs(expected).max())
    return result


def deviation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())


def make_networks() -> tuple[dict, dict[str, np.ndarray]]:
    cases, tensors = [], {}
    for name, (model, size) in NETWORKS.items():
        for seed in range(1, 50):
            # The class that Grad-CAM is for, an image.
            targets = [int(value % CLASSES) for value in hashes(seed, 'targets', IMAGES)]
            results = {}
            for dtype in (torch.float64, torch.float32):
                network = build(model, dual=True, classes=CLASSES)
                initialise(network, seed)
                network.eval().to(dtype)
                x = torch.from_numpy(image_batch(seed, 1, IMAGES, size)).permute(0, 3, 1, 2).contiguous().to(dtype)
                for branch in ('main', 'aux'):
                    for kind, values in explain(network, x, branch, targets).items():
                        results[dtype, f'{branch}/{kind}'] = values
            exact = {key: value for (dtype, key), value in results.items() if dtype == torch.float64}
            if any(np.abs(value).max() == 0 for value in exact.values()):
                continue
            worst = max(deviation(results[torch.float32, key], value) for key, value in exact.items())
            if worst <= AGREEMENT:
                break
        else:
            raise SystemExit(f'{name}: no seed whose float32 agrees')
        print(f'{name}: seed {seed}, float32 off by {worst:.1e}')
        cases.append({'name': name, 'model': model, 'imageSize': size, 'seed': seed, 'images': IMAGES, 'targets': targets})
        for key, value in exact.items():
            tensors[f'{name}/{key}'] = np.ascontiguousarray(value, dtype=np.float32)
    packages = ('torch', 'torchvision', 'grad-cam', 'opencv-python-headless', 'numpy', 'matplotlib')
    versions = {package: importlib.metadata.version(package) for package in packages}
    return {'versions': versions, 'classes': CLASSES, 'cases': cases}, tensors


def make_pictures() -> dict[str, np.ndarray]:
    levels = np.arange(256, dtype=np.uint8)
    tensors = {'jet': np.ascontiguousarray(cv2.applyColorMap(levels[:, None], cv2.COLORMAP_JET)[:, 0, ::-1])}
    for name in ('viridis', 'magma', 'inferno'):
        colours = [matplotlib.colormaps[name](int(level))[:3] for level in levels]
        tensors[name] = np.round(np.array(colours) * 255).astype(np.uint8)
    for height, width, size in ((1, 1, 8), (2, 2, 16), (3, 3, 24), (4, 4, 32), (4, 3, 29), (7, 7, 224 // 4)):
        name = f'{height}x{width}-{size}'
        grid = (hashes(7, name, height * width).astype(np.float64) / 2**32 * 20 - 5).astype(np.float32)
        grid = grid.reshape(height, width)
        tensors[f'{name}/grid'] = grid
        tensors[f'{name}/upsampled'] = cv2.resize(grid, (size, size), interpolation=cv2.INTER_LINEAR)
        if grid.size == 1:
            continue
        image = (hashes(8, name, size * size * 3) >> np.uint32(24)).astype(np.uint8).reshape(size, size, 3)
        scaled = (grid - grid.min()) / (grid.max() - grid.min())
        map_ = cv2.resize(scaled, (size, size), interpolation=cv2.INTER_LINEAR)
        colours = cv2.applyColorMap(np.uint8(255 * map_), cv2.COLORMAP_JET)[:, :, ::-1]
        tensors[f'{name}/image'] = image
        tensors[f'{name}/overlay'] = cv2.addWeighted(np.ascontiguousarray(colours), 0.5, image, 0.5, 0)
    return tensors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--check', action='store_true')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    document, networks = make_networks()
    for name, tensors in (('networks', networks), ('pictures', make_pictures())):
        file = FOLDER / f'{name}.safetensors'
        if not arguments.check:
            file.write_bytes(save(tensors))
            continue
        stored = load_file(file)
        assert stored.keys() == tensors.keys()
        for key, value in tensors.items():
            np.testing.assert_allclose(stored[key], value, rtol=1e-5, atol=1e-6 * np.abs(value).max(), err_msg=key)
    if not arguments.check:
        (FOLDER / 'networks.json').write_text(json.dumps(document, indent=1) + '\n')


main()
