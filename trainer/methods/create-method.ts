import {
  branchesOf,
  type MethodSettings,
  type MethodType,
  type SettingsOfMethod,
} from '../../common/experiment/methods/methods';
import { advprop } from './advprop';
import { createAuxiliarySource } from './create-auxiliary-source';
import { cutmix } from './cutmix';
import { fastAdvprop } from './fast-advprop';
import type { Method, MethodData, MethodSteps } from './method';
import { mixprop } from './mixprop';
import { mixup } from './mixup';
import { partlyMixed } from './partly-mixed';
import { vanilla } from './vanilla';

/** What makes a method from its settings, for every `method.type`. */
const methods: { readonly [Type in MethodType]: (settings: SettingsOfMethod<Type>, data: MethodData) => MethodSteps } =
  {
    vanilla,
    mixup: ({ alpha, fraction }) => partlyMixed(mixup(alpha), fraction),
    cutmix: ({ alpha, fraction }) => partlyMixed(cutmix(alpha), fraction),
    advprop,
    'fast-advprop': fastAdvprop,
    mixprop: (settings, data) => mixprop(createAuxiliarySource(settings, data), settings.lossReduction),
  };

/** The method of an experiment. */
export function createMethod(settings: MethodSettings, data: MethodData): Method {
  const create = methods[settings.type] as (settings: MethodSettings, data: MethodData) => MethodSteps;
  return { branches: branchesOf(settings.type), ...create(settings, data) };
}
