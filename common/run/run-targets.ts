import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../errors/usage-error';
import { runFolderProblem } from './recorded-run';

/**
 * What of the paths that a command is given are its targets: run folders, each once. What else is there, as among `runs/*`, is
 * passed over.
 *
 * @param isOther whether a path that is not a run folder is a target all the same, such as a checkpoint's file
 * @returns passedOver: why, for each by its path
 * @throws UsageError where nothing is left, and for a path where nothing is: it is a mistake in writing
 */
export function runTargets(
  paths: readonly string[],
  isOther: (path: string) => boolean = () => false,
): { targets: string[]; passedOver: Map<string, string> } {
  const places = new Map<string, string>();
  for (const path of paths) {
    const isThere = existsSync(path);
    if (!isThere && !lstatSync(path, { throwIfNoEntry: false }))
      throw new UsageError(`there is no run folder and no file ${path}: name a run such as runs/quickstart/vanilla`);
    const place = isThere ? realpathSync(path) : resolve(path);
    if (!places.has(place)) places.set(place, path);
  }
  const passedOver = new Map<string, string>();
  const targets = [...places.values()].filter((path) => {
    const problem = isOther(path) ? undefined : runFolderProblem(path);
    if (problem !== undefined) passedOver.set(path, problem);
    return problem === undefined;
  });
  if (targets.length === 0) throw new UsageError([...passedOver.values()].join('\n'));
  return { targets, passedOver };
}
