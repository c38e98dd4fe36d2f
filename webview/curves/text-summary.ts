import { last as lastOf } from './columns';
import type { PanelRun } from './panel-runs';
import { bestEpoch, numberedCheckpoints } from './run-markers';

/**
 * What the panel shows of a run, in words and as attributes. Both are stable: tests and screen readers rely on them.
 *
 * The text is `NAME [RUN ID]: state S; steps N; last step N; total loss L; main loss L; aux loss L; validations N;
 * main top-1 T; aux top-1 T; restarts N`. Losses (of the last step, in nats) and top-1 (of the last validation, a fraction)
 * have four decimals, "none" where there is none, "NaN" where it was not finite.
 *
 * The attributes carry the exact numbers; one without a value is "".
 */
export interface RunSummary {
  text: string;
  attributes: {
    'data-run-id': string;
    'data-state': string;
    /** Step points in the panel. */
    'data-steps': string;
    'data-last-step': string;
    'data-last-epoch': string;
    'data-last-total-loss': string;
    'data-last-main-loss': string;
    'data-last-aux-loss': string;
    'data-last-learning-rate': string;
    /** Epoch points in the panel: epochs with validation. */
    'data-validations': string;
    'data-last-validation-epoch': string;
    'data-last-main-top1': string;
    'data-last-aux-top1': string;
    'data-restarts': string;
    /** Epoch of the best checkpoint so far: highest main top-1. */
    'data-best-epoch': string;
    /** Epochs of the numbered checkpoints, with spaces between them. */
    'data-checkpoints': string;
  };
}

export function summarizeRun(run: PanelRun): RunSummary {
  const { header, steps, epochs, restarts } = run;
  const last = {
    step: lastOf(steps.step),
    epoch: lastOf(steps.epoch),
    total: lastOf(steps.total),
    main: lastOf(steps.main),
    aux: lastOf(steps.aux),
    learningRate: lastOf(steps.learningRate),
    validationEpoch: lastOf(epochs.epoch),
    mainTop1: lastOf(epochs.mainTop1),
    auxTop1: lastOf(epochs.auxTop1),
  };
  const parts = [
    `state ${header.state}`,
    `steps ${steps.step.length}`,
    `last step ${last.step ?? 'none'}`,
    `total loss ${decimals(last.total)}`,
    `main loss ${decimals(last.main)}`,
    `aux loss ${decimals(last.aux)}`,
    `validations ${epochs.epoch.length}`,
    `main top-1 ${decimals(last.mainTop1)}`,
    `aux top-1 ${decimals(last.auxTop1)}`,
    `restarts ${restarts.length}`,
  ];
  return {
    text: `${header.name} [${header.runId}]: ${parts.join('; ')}`,
    attributes: {
      'data-run-id': header.runId,
      'data-state': header.state,
      'data-steps': String(steps.step.length),
      'data-last-step': exact(last.step),
      'data-last-epoch': exact(last.epoch),
      'data-last-total-loss': exact(last.total),
      'data-last-main-loss': exact(last.main),
      'data-last-aux-loss': exact(last.aux),
      'data-last-learning-rate': exact(last.learningRate),
      'data-validations': String(epochs.epoch.length),
      'data-last-validation-epoch': exact(last.validationEpoch),
      'data-last-main-top1': exact(last.mainTop1),
      'data-last-aux-top1': exact(last.auxTop1),
      'data-restarts': String(restarts.length),
      'data-best-epoch': exact(bestEpoch(run)),
      'data-checkpoints': numberedCheckpoints(run).join(' '),
    },
  };
}

/** What a screen reader is told about the runs that are under way or have just ended: the essentials only. */
export function announce(runs: readonly PanelRun[], labelOf: (runId: string) => string): string {
  return runs
    .map(({ header, steps, epochs }) => {
      const loss = lastOf(steps.main);
      const top1 = lastOf(epochs.mainTop1);
      return [
        `${labelOf(header.runId)} ${header.state}`,
        header.epoch > 0 ? `epoch ${header.epoch} of ${header.totalEpochs}` : undefined,
        loss === undefined ? undefined : `main loss ${loss.toPrecision(3)}`,
        top1 === undefined ? undefined : `main top-1 ${(top1 * 100).toFixed(1)} percent`,
      ]
        .filter((part) => part !== undefined)
        .join(', ');
    })
    .join('. ');
}

function decimals(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(4);
}

function exact(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
