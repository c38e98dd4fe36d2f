/** A problem of an experiment that its schema cannot express. */
export interface ExperimentFinding {
  /** Path of the field: ["schedule", "milestones", 1]. */
  path: (string | number)[];
  message: string;
  severity: 'error' | 'warning';
}

/** A field that is set, but not looked at. @param where as in "on a cosine schedule" @param remedy beside removing it */
export function noEffect(path: string[], where: string, remedy: string): ExperimentFinding {
  return { path, message: `has no effect ${where}: remove it, or ${remedy}`, severity: 'warning' };
}
