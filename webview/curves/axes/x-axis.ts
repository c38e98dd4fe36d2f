import type { XAxis } from '../../../common/panels/curves/curves-contract';
import { formatCount, formatStepTick } from '../../shared/number-format';
import { last } from '../data/columns';
import type { PanelRun } from '../data/panel-runs';
import { formatDuration, formatMoment } from './time-format';

/** What the axes are called: where one is chosen, beside the axis, and in a sentence. */
export const axisTexts: Readonly<Record<XAxis, { label: string; name: string; phrase: string }>> = {
  step: { label: 'Step', name: 'step', phrase: 'by training step' },
  epoch: { label: 'Epoch', name: 'epoch', phrase: 'by epoch' },
  relative: { label: 'Relative time', name: 'time', phrase: 'by time since the first step' },
  wall: { label: 'Wall time', name: 'clock', phrase: 'by wall time' },
};

export const xAxes = Object.keys(axisTexts) as XAxis[];

/** Steps of one of the run's epochs, if it says so. */
function epochLength({ header }: PanelRun): number | undefined {
  return header.totalSteps > 0 && header.totalEpochs > 0 ? header.totalSteps / header.totalEpochs : undefined;
}

/**
 * Steps of an epoch, if the runs agree on it; then their steps can be read as epochs. The runs must have begun and say how
 * long they will be.
 */
export function stepsPerEpoch(runs: readonly PanelRun[]): number | undefined {
  const lengths = new Set(runs.map(epochLength).filter((length) => length !== undefined));
  const [length] = lengths;
  return lengths.size === 1 && Number.isInteger(length) ? length : undefined;
}

/** Columns are never written to, so what was worked out of one holds as long as it is there. */
const knownPositions = new WeakMap<ArrayLike<number>, Map<string, Float64Array>>();

/** Where a run's steps, validations or looks at its maps lie on the axis, ascending. Times in milliseconds. */
export function positions(run: PanelRun, over: 'steps' | 'epochs' | 'localisation', axis: XAxis): ArrayLike<number> {
  const { step, epoch, time } = run[over];
  if (axis === 'step') return step;
  const perEpoch = epochLength(run);
  const key = `${axis},${perEpoch},${run.steps.time[0]},${step.length}`;
  const ofColumn = knownPositions.get(step) ?? new Map<string, Float64Array>();
  knownPositions.set(step, ofColumn);
  let result = ofColumn.get(key);
  if (result !== undefined) return result;
  const { length } = step;
  result = new Float64Array(length);
  ofColumn.set(key, result);
  if (axis === 'epoch') {
    for (let index = 0; index < length; index++) {
      result[index] = perEpoch === undefined ? epoch[index]! : step[index]! / perEpoch;
    }
    return result;
  }
  const start = axis === 'relative' ? (run.steps.time[0] ?? 0) : 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < length; index++) {
    // A clock that was set back does not turn the line around.
    latest = Math.max(latest, time[index]! - start);
    result[index] = latest;
  }
  return result;
}

/** What the axis spans, from 0 (wall time: from the first step) to the last step of any run. */
export function wholeRange(runs: readonly PanelRun[], axis: XAxis): [from: number, to: number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const run of runs) {
    const { step, epoch, time } = run.steps;
    if (step.length === 0) continue;
    const perEpoch = epochLength(run);
    // The last validation comes after the last step, and the maps after that.
    const lastTime = Math.max(last(time) ?? 0, last(run.epochs.time) ?? 0, last(run.localisation.time) ?? 0);
    const ends = {
      step: [0, last(step) ?? 0],
      epoch: [0, perEpoch === undefined ? (last(epoch) ?? 0) : (last(step) ?? 0) / perEpoch],
      relative: [0, lastTime - (time[0] ?? 0)],
      wall: [time[0] ?? 0, lastTime],
    }[axis] as [number, number];
    from = Math.min(from, ends[0]);
    to = Math.max(to, ends[1]);
  }
  if (from > to) return [0, 1];
  return [from, Math.max(to, from + (axis === 'step' || axis === 'epoch' ? 1 : 1000))];
}

/** Where a logarithmic axis begins when the range begins at 0: a little before the first step that has a place. */
export function minPositive(runs: readonly PanelRun[], axis: XAxis): number {
  let min = Number.POSITIVE_INFINITY;
  for (const run of runs) {
    const { step, time } = run.steps;
    if (step.length === 0) continue;
    if (axis === 'step') min = Math.min(min, step[0]!);
    else if (axis === 'epoch') min = Math.min(min, step[0]! / (epochLength(run) ?? 1));
    else if (axis === 'relative') min = Math.min(min, Math.max(1, (time[1] ?? 1000) - (time[0] ?? 0)));
  }
  return Number.isFinite(min) ? min : 1;
}

/** Wall time counts from 1970: a logarithm of it says nothing. */
export function allowsLog(axis: XAxis): boolean {
  return axis !== 'wall';
}

/** A place on the axis for reading. */
export function formatPosition(axis: XAxis, value: number): string {
  switch (axis) {
    case 'step':
      return formatCount(value);
    case 'epoch':
      return String(Math.round(value * 100) / 100);
    case 'relative':
      return formatDuration(value);
    case 'wall':
      return formatMoment(value);
  }
}

/** A tick of an axis of steps or epochs. */
export function formatPositionTick(axis: XAxis, value: number): string {
  return axis === 'step' ? formatStepTick(value) : String(Number(value.toPrecision(6)));
}
