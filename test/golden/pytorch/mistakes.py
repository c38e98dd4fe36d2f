"""Known mistakes: each must move what is stored of a case, or the references could not tell them."""

from torch import nn
from torch.nn import functional as F

from pytorch.cases import Case
from pytorch.networks import PreactBlock


def build_in(mistake: str | None, network: nn.Module):
    """Those mistakes that lie in the network; the others are where the right thing is done."""

    def store_biased_variance(norm: nn.BatchNorm2d, inputs, _output):
        if norm.training and norm.momentum and getattr(norm, 'branch', 'main') == 'main':
            (x,) = inputs
            norm.running_var.data.sub_(0.1 * x.detach().var((0, 2, 3)) / (x.numel() / x.shape[1]))

    def tensorflow_padding(_convolution, inputs):
        (x,) = inputs
        height, width = x.shape[2:]
        return F.pad(x, (width % 2, 1, height % 2, 1))

    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and mistake == 'batch norm ε of 1e-3':
            module.eps = 1e-3
        if isinstance(module, nn.BatchNorm2d) and mistake == 'biased running variance':
            module.register_forward_hook(store_biased_variance)
        if isinstance(module, nn.Conv2d) and mistake == 'TensorFlow padding' and module.stride == (2, 2):
            if module.kernel_size == (3, 3):
                module.padding = (0, 0)
                module.register_forward_pre_hook(tensorflow_padding)
        if isinstance(module, PreactBlock) and mistake == 'shortcut of the raw tensor' and hasattr(module, 'shortcut'):
            module.forward = lambda x, b=module: b.shortcut(x) + b.residual(b.relu(b.bn1(x)))


def mistakes(case: Case) -> list[str]:
    method = case.method
    found = [
        'no weight decay of convolutions and linear layer',
        'the other rule for decay of γ and β',
        'Nesterov momentum',
        'batch norm ε of 1e-3',
        'biased running variance',
        'TensorFlow padding',
    ]
    if len(set(case.rates)) > 1:
        found += ['learning rate inside the velocity']
    if case.network.model['architecture'].startswith('preact'):
        found += ['shortcut of the raw tensor']
    source = method.get('auxiliary', method['type'])
    if source in ('mixup', 'cutmix'):
        found += ['inverse permutation of images', 'λ and 1 - λ of the labels swapped']
    if source == 'cutmix':
        found += ['λ of CutMix not corrected', 'box transposed']
    if source == 'noise':
        found += ['noise not cut off at valid pixels', 'noise in normalised units']
    if method['type'] in ('mixup', 'cutmix'):
        found += ['the last images are mixed', 'a sum over the images']
    if case.dual:
        found += ['both batches through main']
    if 'lossReduction' in method:
        found += ['the other loss reduction']
    if 'attack' in method:
        found += ['ε in normalised units', 'adversarial images not kept valid']
        if method['attack']['randomStart'] == 1:
            found += ['no random start']
    if method['type'] == 'advprop':
        found += ['attack through main', 'attack with the other statistics', 'attack moves statistics']
        if method['attack']['targeted']:
            found += ['targets approached from below', 'targets without their labels']
    if method['type'] == 'fast-advprop':
        found += ['γ and β of fast-advprop not scaled', 'attack pass does not train']
    return found
