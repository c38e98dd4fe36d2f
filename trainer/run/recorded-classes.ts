import { epochsOfFiles } from './cam-files';
import { explainFilePath, readExplainFile } from './explain-file';
import { runPaths } from './run-folder';

/**
 * Names of a run's classes in the order of its network's outputs, if maps were recorded: they name them.
 * @param runFolder anything else has none
 */
export function recordedClasses(runFolder: string): readonly string[] | undefined {
  const newest = epochsOfFiles(runPaths(runFolder).explain).at(-1);
  if (newest === undefined) return undefined;
  try {
    return readExplainFile(explainFilePath(runFolder, newest)).classes;
  } catch {
    // A damaged file of maps is no reason not to evaluate.
    return undefined;
  }
}
