import type { Architecture } from '../../common/experiment/networks/networks';
import type { ModelSettings } from '../../common/experiment/schema';
import type { Branch } from '../../common/weights/branch';
import type { Network } from './network';
import { PreActResNet } from './preact-resnet';
import type { ResNetDepth } from './residual-block';
import { ResNet } from './resnet';

type Build = (settings: ModelSettings, classes: number, branches: readonly Branch[]) => Network;

const preactResnet =
  (depth: ResNetDepth): Build =>
  ({ width, preactivation }, classes, branches) =>
    new PreActResNet({ depth, width, classes, branches, finalNormalization: preactivation === 'he' });

const resnet =
  (depth: ResNetDepth): Build =>
  ({ width, stem }, classes, branches) =>
    new ResNet({ depth, width, classes, branches, stem });

/** What makes a network, for every `model.architecture`. */
const networks: { readonly [Name in Architecture]: Build } = {
  'preact-resnet18': preactResnet(18),
  'preact-resnet50': preactResnet(50),
  resnet18: resnet(18),
  resnet50: resnet(50),
};

/** The network of an experiment. @param branches ["main"], or ["main", "aux"] for dual batch normalisation */
export const buildNetwork: Build = (settings, ...rest) => networks[settings.architecture](settings, ...rest);
