import type { MethodSettings } from '../../common/experiment/schema';
import type { AuxiliarySource } from './auxiliary-source';
import { cutmix } from './cutmix';
import type { MethodData } from './method';
import { mixup } from './mixup';
import { noise } from './noise';

/** The source that `method.auxiliary` names. */
export function createAuxiliarySource(
  { auxiliary, alpha, noisePixels }: Extract<MethodSettings, { type: 'mixprop' }>,
  { normalization }: MethodData,
): AuxiliarySource {
  switch (auxiliary) {
    case 'mixup':
      return mixup(alpha);
    case 'cutmix':
      return cutmix(alpha);
    case 'noise':
      return noise(noisePixels, normalization);
  }
}
