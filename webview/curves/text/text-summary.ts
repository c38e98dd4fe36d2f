import { type MeasureColumn, measureColumns } from '../../../common/panels/curves/curve-columns';
import { stateWord } from '../../shared/run-labels';
import { exact, runAttributes, type Summary } from '../../shared/summary-items';
import { last as lastOf } from '../data/columns';
import type { PanelRun } from '../data/panel-runs';
import { bestEpoch, numberedCheckpoints } from '../lines/run-markers';

/**
 * What the panel shows of a run, in words and as attributes.
 *
 * The text is `NAME [RUN]: state S; steps N; last step N; total loss L; main loss L; aux loss L; validations N;
 * main top-1 T; aux top-1 T; restarts N`. Losses (of the last step, in nats) and top-1 (of the last validation, a fraction)
 * have four decimals, "none" where there is none, "NaN" where it was not finite. With measures of localisation follow
 * `; localisations N; main pointing P; main energy E; main area A; main regions R; aux pointing P; aux energy E; aux area A;
 * aux regions R; agreement G`, of the last of them.
 *
 * The attributes carry the exact numbers; one without a value is "".
 */
export function summarizeRun(run: PanelRun): Summary {
  const { header, steps, epochs, localisation, restarts } = run;
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
    `state ${stateWord(header)}`,
    `steps ${steps.step.length}`,
    `last step ${last.step ?? 'none'}`,
    `total loss ${decimals(last.total)}`,
    `main loss ${decimals(last.main)}`,
    `aux loss ${decimals(last.aux)}`,
    `validations ${epochs.epoch.length}`,
    `main top-1 ${decimals(last.mainTop1)}`,
    `aux top-1 ${decimals(last.auxTop1)}`,
    `restarts ${restarts.length}`,
    ...localisationParts(run),
  ];
  return {
    text: `${header.name} [${header.label}]: ${parts.join('; ')}`,
    attributes: {
      ...runAttributes(header),
      // Points in the panel, as validations are: epochs with one.
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
      // Epochs after which the chosen images were looked at; with a region are those whose object is known.
      'data-localisations': String(localisation.epoch.length),
      'data-last-localisation-epoch': exact(lastOf(localisation.epoch)),
      'data-last-localisation-images': exact(lastOf(localisation.images)),
      'data-last-localisation-with-region': exact(lastOf(localisation.withRegion)),
      ...measureAttributes(run),
      // Of the highest main top-1 so far.
      'data-best-epoch': exact(bestEpoch(run)),
      'data-checkpoints': numberedCheckpoints(run).join(' '),
    },
  };
}

/** What a screen reader is told about the runs that are under way or have just ended: the essentials only. */
export function announce(runs: readonly PanelRun[]): string {
  return runs
    .map(({ header, steps, epochs }) => {
      const loss = lastOf(steps.main);
      const top1 = lastOf(epochs.mainTop1);
      return [
        `${header.label} ${stateWord(header)}`,
        header.epoch > 0 ? `epoch ${header.epoch} of ${header.totalEpochs}` : undefined,
        loss === undefined ? undefined : `main loss ${loss.toPrecision(3)}`,
        top1 === undefined ? undefined : `main top-1 ${(top1 * 100).toFixed(1)} percent`,
      ]
        .filter((part) => part !== undefined)
        .join(', ');
    })
    .join('. ');
}

/** Of the last record; nothing without one. */
function localisationParts({ localisation }: PanelRun): string[] {
  const count = localisation.epoch.length;
  if (count === 0) return [];
  return [
    `localisations ${count}`,
    ...measureColumns.map((column) => `${measureWords(column)} ${decimals(known(lastOf(localisation[column])))}`),
  ];
}

/** "main pointing". */
const measureWords = (column: MeasureColumn): string => column.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);

/** "data-last-main-pointing": of each measure of localisation. */
function measureAttributes({ localisation }: PanelRun): Record<`data-last-${string}`, string> {
  const nameOf = (column: MeasureColumn) => `data-last-${measureWords(column).replace(' ', '-')}`;
  return Object.fromEntries(
    measureColumns.map((column) => [nameOf(column), exact(known(lastOf(localisation[column])))]),
  );
}

/** NaN in a column of localisation: there was nothing to measure. */
function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function decimals(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(4);
}
