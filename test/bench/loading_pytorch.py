"""A contestant of loading.ts: torchvision's usual pipeline for ImageNet in a DataLoader.

Reads a line from stdin, loads all batches once with workers that stay, and answers with {"imagesPerSecond": x}; the first
line it writes names versions. Needs torch and torchvision (tried with 2.13.0 and 0.28.0) and Pillow.

usage: loading_pytorch.py --photos FOLDER --workers 2 --batches 12 --batch 128
"""

import argparse
import json
import sys
import time

import PIL
import torch
import torchvision
from torch.utils.data import DataLoader, RandomSampler
from torchvision import transforms


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--batches", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    arguments = parser.parse_args()
    dataset = torchvision.datasets.ImageFolder(
        arguments.photos,
        transforms.Compose(
            [
                transforms.RandomResizedCrop(224),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
            ]
        ),
    )
    images = arguments.batches * arguments.batch
    loader = DataLoader(
        dataset,
        batch_size=arguments.batch,
        sampler=RandomSampler(dataset, replacement=True, num_samples=images),
        num_workers=arguments.workers,
        persistent_workers=True,
    )
    versions = f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}"
    print(json.dumps({"versions": versions}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        for _ in loader:
            pass
        print(json.dumps({"imagesPerSecond": images / (time.perf_counter() - start)}), flush=True)


if __name__ == "__main__":
    main()
