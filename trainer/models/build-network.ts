import type { ModelSettings } from '../../common/experiment/schema';
import type { Branch } from '../../common/weights/branch';
import type { Network } from './network';
import { PreActResNet } from './preact-resnet';
import { ResNet } from './resnet';

/** The network of an experiment. @param branches ["main"], or ["main", "aux"] for dual batch normalisation */
export function buildNetwork(settings: ModelSettings, classes: number, branches: readonly Branch[]): Network {
  const { width, stem, preactivation } = settings;
  const finalNormalization = preactivation === 'he';
  switch (settings.architecture) {
    case 'preact-resnet18':
      return new PreActResNet({ depth: 18, width, classes, branches, finalNormalization });
    case 'preact-resnet50':
      return new PreActResNet({ depth: 50, width, classes, branches, finalNormalization });
    case 'resnet18':
      return new ResNet({ depth: 18, width, classes, branches, stem });
    case 'resnet50':
      return new ResNet({ depth: 50, width, classes, branches, stem });
  }
}
