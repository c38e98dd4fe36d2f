import type { ModelSettings } from '../experiment/schema';
import type { Branch } from '../run/events';
import type { Network } from './network';
import { PreActResNet18 } from './preact-resnet';
import { ResNet18 } from './resnet';

/** The network of an experiment. @param branches ["main"], or ["main", "aux"] for dual batch normalisation */
export function buildNetwork(settings: ModelSettings, classes: number, branches: readonly Branch[]): Network {
  const { width, stem, preactivation } = settings;
  switch (settings.architecture) {
    case 'preact-resnet18':
      return new PreActResNet18({ width, classes, branches, finalNormalization: preactivation === 'he' });
    case 'resnet18':
      return new ResNet18({ width, classes, branches, stem });
  }
}
