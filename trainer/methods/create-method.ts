import {
  branchesOf,
  type MethodSettings,
  type MethodType,
  type SettingsOfMethod,
} from '../../common/experiment/methods/methods';
import { advprop } from './advprop';
import type { AuxiliarySource } from './auxiliary-source';
import { cutmix } from './cutmix';
import { fastAdvprop } from './fast-advprop';
import type { Method, MethodData, MethodSteps } from './method';
import { mixprop } from './mixprop';
import { mixup } from './mixup';
import { noise } from './noise';
import { partlyMixed } from './partly-mixed';
import { vanilla } from './vanilla';

type MixPropSettings = SettingsOfMethod<'mixprop'>;

/** What makes a source of auxiliary batches, for every `method.auxiliary`. */
const sources: {
  readonly [Name in MixPropSettings['auxiliary']]: (settings: MixPropSettings, data: MethodData) => AuxiliarySource;
} = {
  mixup: ({ alpha }) => mixup(alpha),
  cutmix: ({ alpha }) => cutmix(alpha),
  noise: ({ noisePixels }, { normalization }) => noise(noisePixels, normalization),
};

/** What makes a method from its settings, for every `method.type`. */
const methods: { readonly [Type in MethodType]: (settings: SettingsOfMethod<Type>, data: MethodData) => MethodSteps } =
  {
    vanilla,
    mixup: ({ alpha, fraction }) => partlyMixed(mixup(alpha), fraction),
    cutmix: ({ alpha, fraction }) => partlyMixed(cutmix(alpha), fraction),
    advprop,
    'fast-advprop': fastAdvprop,
    mixprop: (settings, data) => mixprop(sources[settings.auxiliary](settings, data), settings.lossReduction),
  };

/** The method of an experiment. */
export function createMethod(settings: MethodSettings, data: MethodData): Method {
  const create = methods[settings.type] as (settings: MethodSettings, data: MethodData) => MethodSteps;
  return { branches: branchesOf(settings.type), ...create(settings, data) };
}
