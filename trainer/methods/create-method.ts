import type { MethodSettings } from '../experiment/schema';
import type { Method } from './method';
import { mixprop } from './mixprop';
import { vanilla } from './vanilla';

/** The method of an experiment. */
export function createMethod(settings: MethodSettings): Method {
  switch (settings.type) {
    case 'vanilla':
      return vanilla();
    case 'mixprop':
      return mixprop(settings);
  }
}
