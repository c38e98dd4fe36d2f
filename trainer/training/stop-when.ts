import type { StopWhenSettings } from '../../common/experiment/schema';
import type { EpochEvent } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';

/**
 * Early stopping: why training ends after the last of these epochs, or undefined where it goes on. A function of the recorded
 * epochs alone, so that a resumed run decides as one that was never stopped.
 *
 * An epoch improves on the best one before it if its metric is better by more than `minimumChange`. NaN never improves.
 *
 * @param epochs finished ones in order; those without validation count for patience alone
 */
export function stopReason(
  { metric, patience, minimumChange }: StopWhenSettings,
  epochs: readonly Pick<EpochEvent, 'epoch' | 'validation'>[],
): string | undefined {
  const [branch, measure] = metric.split('.') as [Branch, 'top1' | 'top5' | 'loss'];
  const sign = measure === 'loss' ? -1 : 1;
  let best: { epoch: number; value: number } | undefined;
  for (const { epoch, validation } of epochs) {
    const value = validation?.[branch]?.[measure];
    if (value === undefined || Number.isNaN(value)) continue;
    if (best === undefined || sign * (value - best.value) > minimumChange) best = { epoch, value };
  }
  const last = epochs.at(-1)?.epoch ?? 0;
  const waited = last - (best?.epoch ?? 0);
  if (waited < patience || best === undefined) return undefined;
  const show = (value: number) => (measure === 'loss' ? value.toPrecision(4) : `${(100 * value).toFixed(2)} %`);
  const change = minimumChange === 0 ? '' : ` by more than ${show(minimumChange)}`;
  return `early stopping: ${metric} has not improved${change} for ${waited} epochs, since epoch ${best.epoch} (${show(best.value)})`;
}
