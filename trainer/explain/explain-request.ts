import { nearestName } from '../../common/experiment/nearest-name';
import { readableName } from '../../common/run/readable-names';
import type { ValidationData } from '../data/dataset';
import type { ShownClass } from './explain-images';

/** Stages whose output Grad-CAM can look at. */
const stageCount = 4;

/**
 * The class that a request means.
 * @param name predicted, true, or the name of a class, also a readable one
 * @throws an Error that suggests a name
 */
export function classIndexOf(
  name: string,
  { classes, readableNames }: Pick<ValidationData, 'classes' | 'readableNames'>,
): ShownClass {
  if (name === 'predicted' || name === 'true') return name;
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  const readable = classes.map((own) => readableName(readableNames, own));
  const readableIndex = readable.indexOf(name);
  if (readableIndex >= 0) return readableIndex;
  const nearest = nearestName(name, [...new Set([...classes, ...readable])]);
  const some = `${readable.slice(0, 10).join(', ')}${classes.length > 10 ? `, … (${classes.length})` : ''}`;
  throw new Error(
    `the network has no class "${name}": ${nearest === undefined ? `choose from predicted, true, ${some}` : `did you mean "${nearest}"?`}`,
  );
}

/** What is wrong with the number of a stage; undefined where nothing is. */
export function stageProblem(stage: number): string | undefined {
  if (Number.isInteger(stage) && stage >= 1 && stage <= stageCount) return undefined;
  return `there is no stage ${stage}: the networks have stages 1 to ${stageCount}`;
}
