/** A problem of an experiment that its schema cannot express. */
export interface ExperimentFinding {
  /** Path of the field: ["schedule", "milestones", 1]. */
  path: (string | number)[];
  message: string;
  severity: 'error' | 'warning';
}

type Path = ExperimentFinding['path'];

export const errorAt = (path: Path, message: string): ExperimentFinding => ({ path, message, severity: 'error' });

export const warningAt = (path: Path, message: string): ExperimentFinding => ({ path, message, severity: 'warning' });

/** A field that is set but not used. @param where as in "on a cosine schedule" @param remedy the alternative to removing it */
export const noEffect = (path: Path, where: string, remedy: string): ExperimentFinding =>
  warningAt(path, `has no effect ${where}: remove it, or ${remedy}`);
