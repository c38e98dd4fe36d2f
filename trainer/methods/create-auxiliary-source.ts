import type { SettingsOfMethod } from '../../common/experiment/methods/methods';
import type { AuxiliarySource } from './auxiliary-source';
import { cutmix } from './cutmix';
import type { MethodData } from './method';
import { mixup } from './mixup';
import { noise } from './noise';

type Settings = SettingsOfMethod<'mixprop'>;

/** Every source of auxiliary batches. */
const sources: {
  readonly [Name in Settings['auxiliary']]: (settings: Settings, data: MethodData) => AuxiliarySource;
} = {
  mixup: ({ alpha }) => mixup(alpha),
  cutmix: ({ alpha }) => cutmix(alpha),
  noise: ({ noisePixels }, { normalization }) => noise(noisePixels, normalization),
};

/** The source that `method.auxiliary` names. */
export const createAuxiliarySource = (settings: Settings, data: MethodData): AuxiliarySource =>
  sources[settings.auxiliary](settings, data);
