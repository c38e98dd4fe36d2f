import type { ChartChoices, ChartId, CurvesChoices, CurvesState } from '../../common/panels/curves/curves-contract';
import { isText, type KeptState, oneOf, record, restoreKept, texts, within } from '../shared/restore-state';
import { xAxes } from './axes/x-axis';
import { chartHeights, chartIds } from './data/chart-definitions';
import { scatterMetricIds } from './data/scatter-points';

/** As far as TensorBoard's slider goes. */
export const maxSmoothing = 0.999;

export const defaultChoices: CurvesChoices = {
  // Steps are many and noisy: TensorBoard's 0.6, made for fewer points, would leave most of the noise.
  smoothing: 0.9,
  loss: 'branches',
  xAxis: 'step',
  ignoreOutliers: false,
  groupSeeds: false,
  shadeGap: true,
  markRestarts: true,
  markLearningRate: true,
  markCheckpoints: true,
  tooltipOrder: 'nearest',
  order: [...chartIds],
  charts: { 'images-per-second': { hidden: true } },
  scatter: { metric: 'bestMainTop1', field: '', logX: false },
};

/** The state that the panel kept before a reload, as far as it can be understood; defaults for the rest. */
export const restoreState = (stored: unknown): CurvesState =>
  restoreKept<Omit<CurvesState, keyof KeptState>>(
    stored,
    { ...defaultChoices, hidden: [], filter: '', zoom: { y: {} } },
    (fields) => {
      const { x, y } = record(fields.zoom);
      return {
        ...restoreChoices(fields),
        hidden: texts(fields.hidden),
        filter: isText(fields.filter) ? fields.filter : '',
        zoom: { x: range(x), y: perChart(y, range) },
      };
    },
  );

/** View settings that were kept, as far as they can be understood; defaults for the rest. */
export function restoreChoices(stored: unknown): CurvesChoices {
  const initial = defaultChoices;
  const kept = record(stored);
  const flag = (name: keyof CurvesChoices): boolean =>
    typeof kept[name] === 'boolean' ? (kept[name] as boolean) : (initial[name] as boolean);
  const scatter = record(kept.scatter);
  return {
    smoothing: within(kept.smoothing, 0, maxSmoothing) ?? initial.smoothing,
    loss: oneOf(kept.loss, ['branches', 'total'], initial.loss),
    xAxis: oneOf(kept.xAxis, xAxes, initial.xAxis),
    ignoreOutliers: flag('ignoreOutliers'),
    groupSeeds: flag('groupSeeds'),
    shadeGap: flag('shadeGap'),
    markRestarts: flag('markRestarts'),
    markLearningRate: flag('markLearningRate'),
    markCheckpoints: flag('markCheckpoints'),
    tooltipOrder: oneOf(kept.tooltipOrder, ['nearest', 'highest', 'lowest'], initial.tooltipOrder),
    order: completeOrder(kept.order, initial.order),
    charts: kept.charts === undefined ? initial.charts : perChart(kept.charts, chartChoices),
    scatter: {
      metric: oneOf(scatter.metric, scatterMetricIds, initial.scatter.metric),
      field: isText(scatter.field) ? scatter.field : initial.scatter.field,
      logX: typeof scatter.logX === 'boolean' ? scatter.logX : initial.scatter.logX,
    },
  };
}

/** The view settings of a state. */
export function choicesOf(state: CurvesState): CurvesChoices {
  const { version: _, runKeys: _r, hidden: _h, filter: _f, styles: _s, zoom: _z, ...choices } = state;
  return choices;
}

/** Every chart once: in the order that was kept, then those that it lacks. */
function completeOrder(stored: unknown, otherwise: readonly ChartId[]): ChartId[] {
  if (!Array.isArray(stored)) return [...otherwise];
  const known = stored.filter((id): id is ChartId => (chartIds as readonly unknown[]).includes(id));
  return [...new Set([...known, ...chartIds])];
}

/** What was kept for the charts that there are. */
function perChart<T>(stored: unknown, restore: (value: unknown) => T | undefined): Partial<Record<ChartId, T>> {
  const kept = record(stored);
  const entries = chartIds.filter((id) => kept[id] !== undefined).map((id) => [id, restore(kept[id])] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function chartChoices(stored: unknown): ChartChoices {
  const kept = record(stored);
  const choices: ChartChoices = {};
  for (const name of ['hidden', 'pinned', 'wide', 'logX', 'logY', 'fromZero'] as const) {
    if (typeof kept[name] === 'boolean') choices[name] = kept[name];
  }
  const height = within(kept.height, chartHeights.min, chartHeights.max);
  return height === undefined ? choices : { ...choices, height };
}

function range(value: unknown): [from: number, to: number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [from, to] = value as unknown[];
  const fits = typeof from === 'number' && typeof to === 'number' && Number.isFinite(from) && Number.isFinite(to);
  return fits && to > from ? [from, to] : undefined;
}
