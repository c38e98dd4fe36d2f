import type { PanelRun } from './panel-runs';

/**
 * Images a second between each step and the one before: batch size over the time between their records. It contains what
 * lies between the steps, validation too; the first step and that after a restart have no value.
 */
export function imagesPerSecond({ header, steps, restarts }: PanelRun): Float64Array {
  const batchSize = header.settings?.['training.batchSize'];
  if (typeof batchSize !== 'number') return new Float64Array(0);
  const { step, time } = steps;
  const result = new Float64Array(step.length);
  for (let index = 0; index < result.length; index++) {
    const elapsedMs = index === 0 ? 0 : time[index]! - time[index - 1]!;
    result[index] = elapsedMs > 0 ? (batchSize * 1000) / elapsedMs : Number.NaN;
  }
  for (const restart of restarts) {
    // Steps are numbered from 1 without gaps.
    const index = restart - (step[0] ?? 1);
    if (index >= 0 && index < result.length) result[index] = Number.NaN;
  }
  return result;
}
