import type { MethodSettings } from '../../common/experiment/schema';
import { advprop } from './advprop';
import { createAuxiliarySource } from './create-auxiliary-source';
import { cutmix } from './cutmix';
import { fastAdvprop } from './fast-advprop';
import type { Method, MethodData } from './method';
import { mixprop } from './mixprop';
import { mixup } from './mixup';
import { partlyMixed } from './partly-mixed';
import { vanilla } from './vanilla';

/** The method of an experiment. */
export function createMethod(settings: MethodSettings, data: MethodData): Method {
  switch (settings.type) {
    case 'vanilla':
      return vanilla();
    case 'mixup':
      return partlyMixed(mixup(settings.alpha), settings.fraction);
    case 'cutmix':
      return partlyMixed(cutmix(settings.alpha), settings.fraction);
    case 'advprop':
      return advprop(settings, data);
    case 'fast-advprop':
      return fastAdvprop(settings, data);
    case 'mixprop':
      return mixprop(createAuxiliarySource(settings, data), settings.lossReduction);
  }
}
