"""Single layers: inputs, outputs and gradients. Activations NHWC, filters HWIO."""

import numpy as np
import torch
from torch.nn import functional as F

from pytorch.agreement import AGREEMENT, VERSIONS, worst

LAYER_SEED = 201
# With a mean of 100 and a standard deviation of 1, float32 keeps 5 of its 7 digits of x - mean.
OFFSET = {'batch-norm-mean-100'}
OFFSET_AGREEMENT = 3e-5


def batch_norm_case(random, shape, mean=0.0, std=1.0) -> dict[str, np.ndarray]:
    """
    Inputs of one batch-norm layer in training mode. `mean` and `std` may be one value a channel. The running statistics
    before the step are random too.
    """
    channels = shape[-1]
    return {
        'x': random.normal(mean, std, shape),
        'gamma': random.uniform(0.5, 1.5, channels),
        'beta': random.normal(0, 0.5, channels),
        'runningMeanBefore': random.normal(0, 0.5, channels),
        'runningVarianceBefore': random.uniform(0.5, 1.5, channels),
        'dy': random.normal(0, 1, shape),
    }


def batch_norm(inputs: dict, dtype) -> dict[str, np.ndarray]:
    x, gamma, beta = (leaf(inputs[name], dtype) for name in ('x', 'gamma', 'beta'))
    mean, variance = (torch.tensor(inputs[f'running{name}Before'], dtype=dtype) for name in ('Mean', 'Variance'))
    y = F.batch_norm(nchw(x), mean, variance, gamma, beta, training=True, momentum=0.1, eps=1e-5)
    nhwc(y).backward(torch.tensor(inputs['dy'], dtype=dtype))
    return {
        'y': nhwc(y),
        'runningMeanAfter': mean,
        'runningVarianceAfter': variance,
        'dx': x.grad,
        'dgamma': gamma.grad,
        'dbeta': beta.grad,
    }


def convolution_case(random, n, height, width, inputs, outputs, kernel, stride, padding) -> dict[str, np.ndarray]:
    out = lambda size: (size + 2 * padding - kernel) // stride + 1
    return {
        'x': random.normal(0, 1, (n, height, width, inputs)),
        'filter': random.normal(0, 0.5, (kernel, kernel, inputs, outputs)),
        'dy': random.normal(0, 1, (n, out(height), out(width), outputs)),
    }


def convolution(inputs: dict, dtype, stride: int, padding: int) -> dict[str, np.ndarray]:
    x, kernel = leaf(inputs['x'], dtype), leaf(inputs['filter'], dtype)
    # Contiguous throughout: backward of torch 2.13's float64 convolution corrupts memory on permuted tensors.
    filters = kernel.permute(3, 2, 0, 1).contiguous()
    y = F.conv2d(nchw(x).contiguous(), filters, stride=stride, padding=padding)
    y.backward(nchw(torch.tensor(inputs['dy'], dtype=dtype)).contiguous())
    return {'y': nhwc(y), 'dx': x.grad, 'dfilter': kernel.grad}


def max_pool_case(random, shape) -> dict[str, np.ndarray]:
    """Few different values, most of them 0 as after a ReLU: nearly every window has ties. The first one wins."""
    n, height, width, channels = shape
    return {
        'x': np.maximum(random.integers(-2, 3, shape), 0),
        'dy': random.normal(0, 1, (n, (height + 1) // 2, (width + 1) // 2, channels)),
    }


def max_pool(inputs: dict, dtype) -> dict[str, np.ndarray]:
    x = leaf(inputs['x'], dtype)
    y = nhwc(F.max_pool2d(nchw(x), 3, stride=2, padding=1))
    y.backward(torch.tensor(inputs['dy'], dtype=dtype))
    return {'y': y, 'dx': x.grad}


def cross_entropy_case(random, n, classes, scale) -> dict[str, np.ndarray]:
    return {'logits': random.normal(0, scale, (n, classes)), 'labels': random.integers(0, classes, n)}


def cross_entropy(inputs: dict, dtype) -> dict[str, np.ndarray]:
    values = leaf(inputs['logits'], dtype)
    loss = F.cross_entropy(values, torch.tensor(inputs['labels'], dtype=torch.int64))
    loss.backward()
    return {'loss': loss.reshape(1), 'dlogits': values.grad}


def leaf(value: np.ndarray, dtype) -> torch.Tensor:
    return torch.tensor(value, dtype=dtype, requires_grad=True)


def nchw(x: torch.Tensor) -> torch.Tensor:
    return x.permute(0, 3, 1, 2)


def nhwc(x: torch.Tensor) -> torch.Tensor:
    return x.permute(0, 2, 3, 1)


def make_layers() -> tuple[dict, dict]:
    random = np.random.default_rng(LAYER_SEED)
    wide = np.array([3e-3, 1.0, 30.0])  # the first channel's variance is about ε
    batch_norms = {
        'batch-norm-plain': batch_norm_case(random, (4, 5, 7, 6)),
        'batch-norm-dual-main': batch_norm_case(random, (6, 4, 4, 8)),
        'batch-norm-dual-aux': batch_norm_case(random, (6, 4, 4, 8), mean=0.7, std=2.0),
        'batch-norm-two-values': batch_norm_case(random, (2, 1, 1, 3), std=wide),
        'batch-norm-one-channel': batch_norm_case(random, (1, 3, 3, 1)),
        'batch-norm-channel-scales': batch_norm_case(random, (3, 5, 5, 3), mean=np.array([0, -4, 50]), std=wide),
        'batch-norm-mean-100': batch_norm_case(random, (8, 6, 6, 5), mean=100.0),
        'batch-norm-many-values': batch_norm_case(random, (8, 16, 16, 2), mean=10.0),
    }
    # n, height, width, input channels, output channels, kernel, stride, padding
    convolutions = {
        'convolution-3x3': (2, 8, 8, 4, 6, 3, 1, 1),
        'convolution-3x3-odd': (2, 7, 9, 3, 5, 3, 1, 1),
        'convolution-3x3-one-pixel': (3, 1, 1, 5, 4, 3, 1, 1),
        'convolution-3x3-stride-2': (2, 8, 6, 4, 8, 3, 2, 1),
        'convolution-3x3-stride-2-odd': (3, 9, 7, 5, 3, 3, 2, 1),
        'convolution-3x3-stride-2-odd-even': (2, 5, 8, 3, 4, 3, 2, 1),
        'convolution-3x3-stride-2-two-pixels': (2, 2, 2, 3, 4, 3, 2, 1),
        'convolution-1x1-stride-2': (2, 8, 6, 4, 8, 1, 2, 0),
        'convolution-1x1-stride-2-odd': (3, 7, 5, 3, 5, 1, 2, 0),
        'convolution-7x7-stride-2': (2, 16, 14, 3, 4, 7, 2, 3),
        'convolution-7x7-stride-2-odd': (2, 15, 13, 3, 5, 7, 2, 3),
    }
    pools = {
        'max-pool-ties': max_pool_case(random, (2, 8, 8, 4)),
        'max-pool-ties-odd': max_pool_case(random, (2, 7, 5, 3)),
        'max-pool-all-zero': {**max_pool_case(random, (1, 6, 6, 2)), 'x': np.zeros((1, 6, 6, 2))},
    }
    losses = {
        'cross-entropy': cross_entropy_case(random, 7, 10, 2.0),
        'cross-entropy-large-logits': cross_entropy_case(random, 5, 100, 60.0),
        'cross-entropy-one-image': cross_entropy_case(random, 1, 3, 1.0),
    }

    tensors, cases = {}, []

    def add(name: str, layer: str, inputs: dict, compute, **settings):
        inputs = {k: v.astype(np.float32) for k, v in inputs.items()}
        exact, single = (
            {k: v.detach().numpy() for k, v in compute(inputs, dtype, **settings).items()}
            for dtype in (torch.float64, torch.float32)
        )
        error, where = worst(single, exact)
        print(f'{name}: float32 off by {error:.1e} at {where}')
        assert error < (OFFSET_AGREEMENT if name in OFFSET else AGREEMENT), name
        tensors.update({f'{name}/{k}': np.ascontiguousarray(v) for k, v in inputs.items()})
        tensors.update({f'{name}/{k}': np.ascontiguousarray(v, np.float32) for k, v in exact.items()})
        cases.append({'name': name, 'layer': layer, **settings, 'inputs': list(inputs), 'outputs': list(exact)})

    for name, inputs in batch_norms.items():
        add(name, 'batch-norm', inputs, batch_norm)
    for name, (*shape, kernel, stride, padding) in convolutions.items():
        inputs = convolution_case(random, *shape, kernel, stride, padding)
        add(name, 'convolution', inputs, convolution, stride=stride, padding=padding)
    for name, inputs in pools.items():
        add(name, 'max-pool', inputs, max_pool)
    for name, inputs in losses.items():
        add(name, 'cross-entropy', inputs, cross_entropy)
    return {'layers': tensors}, {'seed': LAYER_SEED, 'versions': VERSIONS, 'cases': cases}
