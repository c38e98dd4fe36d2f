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
  findings.push(...checkMethod(experiment));
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

function checkMethod({ method, training }: Experiment): ExperimentFinding[] {
  const findings: ExperimentFinding[] = [];
  if ((method.type === 'mixup' || method.type === 'cutmix') && Math.round(training.batchSize * method.fraction) < 2) {
    findings.push({
      path: ['method', 'fraction'],
      message: `leaves fewer than two of ${training.batchSize} images to mix: raise it, or training.batchSize`,
      severity: 'error',
    });
  }
  if (method.type === 'advprop' || method.type === 'fast-advprop') {
    const { epsilonPixels, stepPixels } = method.attack;
    const steps = method.type === 'advprop' ? method.attack.steps : 1;
    if (epsilonPixels === 0) {
      findings.push({
        path: ['method', 'attack', 'epsilonPixels'],
        message: 'with 0 the attack changes nothing: aux sees clean images too',
        severity: 'warning',
      });
    } else if (steps * stepPixels < epsilonPixels) {
      findings.push({
        path: ['method', 'attack', method.type === 'advprop' ? 'steps' : 'stepPixels'],
        message: `${steps} × ${stepPixels} does not reach from the image to the edge of the ball (epsilonPixels ${epsilonPixels}); the paper takes ε + 1 steps of 1`,
        severity: 'warning',
      });
    }
  }
  return findings;
}

/** A path of an experiment, absolute. */
export function resolvePath(path: string, baseFolder: string): string {
  return isAbsolute(path) ? path : resolve(baseFolder, path);
}
