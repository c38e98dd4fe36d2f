import type { SettingValue } from '../experiment/flat-settings';

/** A field that is not the same in all of some experiments. */
export interface SettingDifference {
  /** "optimizer.learningRate" */
  path: string;
  /** Of each experiment; absent where it has no such field. */
  values: (SettingValue | undefined)[];
}

/**
 * The fields in which experiments differ, in the order of the first that has them.
 * @param settings of each experiment by their path; an empty one, which could not be read, makes no difference
 */
export function settingDifferences(settings: readonly Readonly<Record<string, SettingValue>>[]): SettingDifference[] {
  const readable = settings.filter((fields) => Object.keys(fields).length > 0);
  const paths = new Set(readable.flatMap((fields) => Object.keys(fields)));
  return [...paths]
    .filter((path) => new Set(readable.map((fields) => fields[path])).size > 1)
    .map((path) => ({ path, values: settings.map((fields) => fields[path]) }));
}
