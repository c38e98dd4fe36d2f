import type { PanelRun } from './panel-runs';

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
  };
}

export function summarizeRun({ header, steps, epochs, restarts }: PanelRun): RunSummary {
  const last = {
    step: steps.step.at(-1),
    epoch: steps.epoch.at(-1),
    total: steps.total.at(-1),
    main: steps.main.at(-1),
    aux: steps.aux.at(-1),
    learningRate: steps.learningRate.at(-1),
    validationEpoch: epochs.epoch.at(-1),
    mainTop1: epochs.mainTop1.at(-1),
    auxTop1: epochs.auxTop1.at(-1),
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
    },
  };
}

/** What a screen reader is told about the runs that are under way or have just ended: the essentials only. */
export function announce(runs: readonly PanelRun[], labelOf: (runId: string) => string): string {
  return runs
    .map(({ header, steps, epochs }) => {
      const loss = steps.main.at(-1);
      const top1 = epochs.mainTop1.at(-1);
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
