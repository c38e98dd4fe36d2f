import { methodLabel } from './methods/methods';
import type { Experiment } from './schema';

/** Method and network in a few words: "mixprop · preact-resnet18 ×16". */
export function describeExperiment({ method, model }: Pick<Experiment, 'method' | 'model'>): string {
  return `${methodLabel(method)} · ${model.architecture} ×${model.width}`;
}
