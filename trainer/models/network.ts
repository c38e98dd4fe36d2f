import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ModelSettings } from '../experiment/schema';
import type { Branch } from '../run/events';
import type { ForwardContext, ParameterSpec, Stream } from './layers';
import { PreActResNet18 } from './preact-resnet';
import { ResNet18 } from './resnet';

/** What a forward pass gives for one stream. */
export interface NetworkOutput {
  /** [N, classes] */
  logits: Tensor2D;
  /** The last feature map before global average pooling, [N, H, W, C]. */
  features: Tensor4D;
}

/** A network: its tensors, and its forward pass over any number of (batch, branch) streams. */
export interface Network {
  readonly specs: readonly ParameterSpec[];
  /** By how much the last feature map is smaller than the image, a side. */
  readonly reduction: number;
  /** `streams`: images [N, S, S, 3], normalised, each with its branch. One output a stream, in order. */
  forward(streams: Stream[], context: ForwardContext): NetworkOutput[];
}

/** The network of an experiment. @param branches ["main"], or ["main", "aux"] for dual batch normalisation */
export function buildNetwork(settings: ModelSettings, classes: number, branches: readonly Branch[]): Network {
  switch (settings.architecture) {
    case 'preact-resnet18':
      return new PreActResNet18({
        width: settings.width,
        classes,
        branches,
        finalNormalization: settings.preactivation === 'he',
      });
    case 'resnet18':
      return new ResNet18({ width: settings.width, classes, branches, stem: settings.stem });
  }
}
