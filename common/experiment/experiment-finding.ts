/** A problem of an experiment that its schema cannot express. */
export interface ExperimentFinding {
  /** Path of the field: ["schedule", "milestones", 1]. */
  path: (string | number)[];
  message: string;
  severity: 'error' | 'warning';
}
