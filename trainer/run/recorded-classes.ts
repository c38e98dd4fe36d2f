import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readExplainFile } from './explain-file';
import { runPaths } from './run-folder';

/**
 * Names of a run's classes in the order of its network's outputs, if maps were recorded: they name them.
 * @param runFolder anything else has none
 */
export function recordedClasses(runFolder: string): readonly string[] | undefined {
  const folder = runPaths(runFolder).explain;
  if (!existsSync(folder)) return undefined;
  const newest = readdirSync(folder)
    .filter((name) => /^epoch-\d+\.safetensors$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  try {
    return readExplainFile(join(folder, newest)).classes;
  } catch {
    // A damaged file of maps is no reason not to evaluate.
    return undefined;
  }
}
