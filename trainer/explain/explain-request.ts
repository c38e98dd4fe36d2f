import { nearestName } from '../experiment/nearest-name';
import type { ShownClass } from './explain-images';

/** Stages whose output Grad-CAM can look at. */
export const stageCount = 4;

/**
 * The class that a request means.
 * @param name predicted, true, or the name of a class
 * @throws an Error that says which name may have been meant
 */
export function classIndexOf(name: string, classes: readonly string[]): ShownClass {
  if (name === 'predicted' || name === 'true') return name;
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  const nearest = nearestName(name, classes);
  const some = `${classes.slice(0, 10).join(', ')}${classes.length > 10 ? `, … (${classes.length})` : ''}`;
  throw new Error(
    `the network has no class "${name}": ${nearest === undefined ? `choose from predicted, true, ${some}` : `did you mean "${nearest}"?`}`,
  );
}

/** What is wrong with a stage, if anything. */
export function stageProblem(stage: number): string | undefined {
  if (Number.isInteger(stage) && stage >= 1 && stage <= stageCount) return undefined;
  return `there is no stage ${stage}: the networks have stages 1 to ${stageCount}`;
}
