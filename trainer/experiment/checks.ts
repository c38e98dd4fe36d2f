import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Experiment } from './schema';

/** A problem of an experiment that its schema cannot express. */
export interface ExperimentFinding {
  /** Path of the field: ["schedule", "milestones", 1]. */
  path: (string | number)[];
  message: string;
  severity: 'error' | 'warning';
}

/**
 * Checks across fields and against the disk.
 * @param baseFolder folder against which relative paths are resolved: the experiment file's
 */
export function checkExperiment(experiment: Experiment, baseFolder: string): ExperimentFinding[] {
  const findings: ExperimentFinding[] = [];
  const { dataset, model, schedule, training } = experiment;
  if (schedule.type === 'milestones') {
    const late = schedule.milestones.filter((milestone) => milestone >= training.epochs);
    if (late.length > 0) {
      findings.push({
        path: ['schedule', 'milestones', schedule.milestones.indexOf(late[0])],
        message: `training ends after ${training.epochs} epochs, so the learning rate never reaches the milestone${late.length > 1 ? 's' : ''} ${late.join(', ')}`,
        severity: 'warning',
      });
    }
    const unsorted = schedule.milestones.findIndex((milestone, i, all) => i > 0 && milestone <= all[i - 1]);
    if (unsorted !== -1) {
      findings.push({
        path: ['schedule', 'milestones', unsorted],
        message: 'milestones must rise: each is a number of finished epochs, counted from the start',
        severity: 'error',
      });
    }
  }
  if (schedule.warmupEpochs >= training.epochs) {
    findings.push({
      path: ['schedule', 'warmupEpochs'],
      message: `the warm-up must be shorter than training (${training.epochs} epochs)`,
      severity: 'error',
    });
  }
  if ('path' in dataset && !existsSync(resolvePath(dataset.path, baseFolder))) {
    findings.push({
      path: ['dataset', 'path'],
      message: `there is no folder ${resolvePath(dataset.path, baseFolder)}; give the data set's folder, absolute or relative to the experiment file`,
      severity: 'error',
    });
  }
  if (model.initialWeights !== null && !existsSync(resolvePath(model.initialWeights, baseFolder))) {
    findings.push({
      path: ['model', 'initialWeights'],
      message: `there is no file ${resolvePath(model.initialWeights, baseFolder)}`,
      severity: 'error',
    });
  }
  return findings;
}

/** A path of an experiment, absolute. */
export function resolvePath(path: string, baseFolder: string): string {
  return isAbsolute(path) ? path : resolve(baseFolder, path);
}
