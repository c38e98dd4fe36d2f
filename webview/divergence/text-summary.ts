import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { stateWord } from '../shared/run-labels';
import { exact, runAttributes, type Summary } from '../shared/summary-items';
import { meanOverLayers, type PanelDivergence, shownRecords } from './divergence-runs';
import { measureNames } from './measures';

/**
 * What the panel shows of a run, in words and as attributes.
 *
 * The text is `NAME [RUN]: state S; branches B; layers N; epochs N; last epoch N; <measure> V for each measure; largest
 * LAYER V by MEASURE; alarms KIND at LAYER after epoch N, …`. Values are means over the layers after the last epoch with a
 * record, with four significant digits, "none" where there is none, "NaN" where one was not finite.
 *
 * The attributes carry the exact numbers; one without a value is "".
 */
export function summarizeDivergence(run: PanelDivergence, measure: DivergenceMeasure): Summary {
  const { header, branches, layers, alarms } = run;
  const epochs = shownRecords(run, 'epochs');
  const last = epochs.at(-1);
  const means = measureNames.map((name) => [name, last && meanOverLayers(last.values[name])] as const);
  const largest = largestLayer(run, measure);
  const parts = [
    `state ${stateWord(header)}`,
    `branches ${branches}`,
    `layers ${layers.length}`,
    `epochs ${epochs.length}`,
    `last epoch ${last?.epoch ?? 'none'}`,
    ...means.map(([name, mean]) => `${name} ${mean === undefined ? 'none' : mean.toPrecision(4)}`),
    largest === undefined ? 'largest none' : `largest ${largest.layer} ${largest.value.toPrecision(4)} by ${measure}`,
    `alarms ${alarms.map(({ kind, layer, epoch }) => `${kind} at ${layer} after epoch ${epoch}`).join(', ') || 'none'}`,
  ];
  return {
    text: `${header.name} [${header.label}]: ${parts.join('; ')}`,
    attributes: {
      ...runAttributes(header),
      'data-branches': branches,
      'data-layers': String(layers.length),
      'data-records': String(run.records.length),
      'data-epochs': String(epochs.length),
      'data-last-epoch': exact(last?.epoch),
      'data-last-step': exact(run.records.at(-1)?.step),
      ...Object.fromEntries(means.map(([name, mean]) => [`data-mean-${kebab(name)}`, exact(mean)])),
      'data-measure': measure,
      'data-largest-layer': largest?.layer ?? '',
      'data-largest-value': exact(largest?.value),
      'data-alarms': alarms.map(({ kind }) => kind).join(' '),
    },
  };
}

/** What a screen reader is told about the runs that have news: the essentials only. */
export function announceDivergence(runs: readonly PanelDivergence[], measure: DivergenceMeasure): string {
  return runs
    .map((run) => {
      const last = shownRecords(run, 'epochs').at(-1);
      const mean = last && meanOverLayers(last.values[measure]);
      return [
        `${run.header.label} ${stateWord(run.header)}`,
        last === undefined ? undefined : `divergence after epoch ${last.epoch}: ${mean!.toPrecision(3)}`,
        alarmCount(run.alarms.length),
      ]
        .filter((part) => part !== undefined)
        .join(', ');
    })
    .join('. ');
}

function alarmCount(count: number): string | undefined {
  if (count === 0) return undefined;
  return count === 1 ? 'one alarm' : `${count} alarms`;
}

function largestLayer(run: PanelDivergence, measure: DivergenceMeasure): { layer: string; value: number } | undefined {
  const values = shownRecords(run, 'epochs').at(-1)?.values[measure];
  let largest: { layer: string; value: number } | undefined;
  for (const [index, value] of (values ?? []).entries()) {
    if (largest === undefined || value > largest.value) largest = { layer: run.layers[index]!, value };
  }
  return largest;
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
