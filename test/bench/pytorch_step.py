"""A contestant of native-backend.mjs: training steps of a pre-activation ResNet-18 in PyTorch.

The network, both methods and SGD are written as a researcher would write them for CIFAR: one script, modules of torch.nn,
aux branches as a second BatchNorm2d beside the first. Reads one JSON object a line from stdin, {"steps": N}, times N steps,
and answers with {"milliseconds": [...]}; the first line it writes names device and versions, the last answer carries the
peak memory. Needs torch (tried with 2.13.0), CPU only.

usage: pytorch_step.py --width 64 --batch 64 --method vanilla|mixprop --precision float32|bfloat16 --layout nchw|nhwc
"""

import argparse
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class DualBatchNorm(nn.Module):
    """One BatchNorm2d a branch; `aux` chooses."""

    def __init__(self, channels, dual):
        super().__init__()
        self.main = nn.BatchNorm2d(channels)
        self.aux_bn = nn.BatchNorm2d(channels) if dual else None

    def forward(self, x, aux):
        return self.aux_bn(x) if aux else self.main(x)


class Block(nn.Module):
    def __init__(self, inputs, channels, stride, dual):
        super().__init__()
        self.bn1 = DualBatchNorm(inputs, dual)
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn2 = DualBatchNorm(channels, dual)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        narrow = stride != 1 or inputs != channels
        self.shortcut = nn.Conv2d(inputs, channels, 1, stride, bias=False) if narrow else None

    def forward(self, x, aux):
        out = F.relu(self.bn1(x, aux), inplace=True)
        shortcut = self.shortcut(out) if self.shortcut else x
        out = self.conv1(out)
        out = self.conv2(F.relu(self.bn2(out, aux), inplace=True))
        return out + shortcut


class PreActResNet18(nn.Module):
    def __init__(self, width, classes, dual):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        blocks, inputs = [], width
        for stage in range(4):
            for block in range(2):
                channels = width * 2**stage
                blocks.append(Block(inputs, channels, 2 if stage > 0 and block == 0 else 1, dual))
                inputs = channels
        self.blocks = nn.ModuleList(blocks)
        self.bn = DualBatchNorm(inputs, dual)
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x, aux=False):
        x = self.conv1(x)
        for block in self.blocks:
            x = block(x, aux)
        x = F.relu(self.bn(x, aux))
        return self.linear(x.mean((2, 3)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--method", choices=["vanilla", "mixprop"], required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--layout", choices=["nchw", "nhwc"], required=True)
    options = parser.parse_args()

    torch.manual_seed(1)
    classes, size = 100, 32
    layout = torch.channels_last if options.layout == "nhwc" else torch.contiguous_format
    network = PreActResNet18(options.width, classes, options.method == "mixprop").to(memory_format=layout)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    images = torch.randn(options.batch, 3, size, size).to(memory_format=layout)
    labels = torch.randint(0, classes, (options.batch,))
    beta = torch.distributions.Beta(1.0, 1.0)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16"):
            loss = F.cross_entropy(network(images), labels)
            if options.method == "mixprop":
                mix, permutation = beta.sample(), torch.randperm(options.batch)
                logits = network(mix * images + (1 - mix) * images[permutation], aux=True)
                loss = loss + mix * F.cross_entropy(logits, labels)
                loss = loss + (1 - mix) * F.cross_entropy(logits, labels[permutation])
        loss.backward()
        optimizer.step()
        return loss.item()

    def answer(message):
        print(json.dumps(message), flush=True)

    answer({"torch": torch.__version__, "threads": torch.get_num_threads()})
    for line in sys.stdin:
        milliseconds = []
        for _ in range(json.loads(line)["steps"]):
            start = time.perf_counter()
            step()
            milliseconds.append(1000 * (time.perf_counter() - start))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        answer({"milliseconds": milliseconds, "peakMemoryMiB": round(peak)})


main()
