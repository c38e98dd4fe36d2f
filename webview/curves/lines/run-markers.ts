import type { XAxis } from '../../../common/panels/curves/curves-contract';
import { formatLearningRate } from '../../shared/number-format';
import { positions } from '../axes/x-axis';
import { highest, lowerBound, rememberedPerColumn } from '../data/columns';
import type { PanelRun } from '../data/panel-runs';

/** A vertical line. */
export interface StepMark {
  x: number;
  runKeys: string[];
  label: string;
}

/** A checkpoint that was kept, where its validation lies. */
export interface CheckpointMark {
  runKey: string;
  epoch: number;
  x: number;
  /** Main top-1. */
  y: number;
  best: boolean;
}

/** Where the runs were resumed. */
export function restartMarks(runs: readonly PanelRun[], axis: XAxis): StepMark[] {
  return runs.flatMap((run) =>
    run.restarts.flatMap((step) => {
      const x = positionOfStep(run, axis, step);
      return x === undefined ? [] : [{ x, runKeys: [run.header.runKey], label: 'resumed' }];
    }),
  );
}

/** Where the learning rate changed; one mark for the runs that change it alike at the same place. */
export function learningRateMarks(runs: readonly PanelRun[], axis: XAxis): StepMark[] {
  const marks = new Map<string, StepMark>();
  for (const run of runs) {
    const { learningRate } = run.steps;
    for (const index of changesOf(learningRate)) {
      const x = positions(run, 'steps', axis)[index]!;
      const label = formatLearningRate(learningRate[index]!);
      const key = `${x} ${label}`;
      const mark = marks.get(key) ?? { x, runKeys: [], label };
      mark.runKeys.push(run.header.runKey);
      marks.set(key, mark);
    }
  }
  return [...marks.values()].sort((a, b) => a.x - b.x);
}

/** More changes are a schedule that changes with every step: its own chart shows it better than marks. */
const maxChanges = 20;

const changesOf = rememberedPerColumn((column) => {
  const found: number[] = [];
  for (let index = 1; index < column.length; index++) {
    if (column[index] === column[index - 1]) continue;
    found.push(index);
    if (found.length > maxChanges) return [];
  }
  return found;
});

/** The epoch of the run's best checkpoint: highest main top-1, the earlier wins a tie. */
export function bestEpoch({ epochs }: PanelRun): number | undefined {
  const best = highest(epochs.mainTop1);
  return best === undefined ? undefined : epochs.epoch[best.index];
}

/** The checkpoints that a run keeps and that have a validation: its best, and those of `checkpoint.every`. */
export function checkpointMarks(run: PanelRun, axis: XAxis): CheckpointMark[] {
  const { header, epochs } = run;
  const every = header.settings?.['checkpoint.every'];
  const best = bestEpoch(run);
  const x = positions(run, 'epochs', axis);
  const marks: CheckpointMark[] = [];
  for (let index = 0; index < epochs.epoch.length; index++) {
    const epoch = epochs.epoch[index]!;
    const y = epochs.mainTop1[index]!;
    const numbered = typeof every === 'number' && epoch % every === 0;
    if ((epoch !== best && !numbered) || !Number.isFinite(y)) continue;
    marks.push({ runKey: header.runKey, epoch, x: x[index]!, y, best: epoch === best });
  }
  return marks;
}

/** Epochs of the numbered checkpoints that the run has written. */
export function numberedCheckpoints({ header }: PanelRun): number[] {
  const every = header.settings?.['checkpoint.every'];
  if (typeof every !== 'number' || every < 1) return [];
  const perEpoch = header.totalSteps > 0 && header.totalEpochs > 0 ? header.totalSteps / header.totalEpochs : undefined;
  const finished = perEpoch === undefined ? header.epoch - 1 : Math.floor(header.step / perEpoch);
  return Array.from({ length: Math.max(0, Math.floor(finished / every)) }, (_, index) => (index + 1) * every);
}

function positionOfStep(run: PanelRun, axis: XAxis, step: number): number | undefined {
  if (axis === 'step') return step;
  const index = lowerBound(run.steps.step, step);
  return index < run.steps.step.length ? positions(run, 'steps', axis)[index] : undefined;
}
