import type { ChartChoices, ChartId, CurvesChoices, CurvesState } from '../../common/panels/curves/curves-contract';
import { panelProtocolVersion } from '../../common/panels/protocol';
import { xAxes } from './axes/x-axis';
import { chartHeights, chartIds } from './data/chart-definitions';
import { scatterMetricIds } from './data/scatter-points';

/** As far as TensorBoard's slider goes. */
export const maximumSmoothing = 0.999;

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

/** The state of an earlier life of the panel, as far as it can be understood; `choices` for the rest. */
export function restoreState(stored: unknown, choices: CurvesChoices = defaultChoices): CurvesState {
  const empty: CurvesState = {
    ...choices,
    version: panelProtocolVersion,
    runKeys: [],
    hidden: [],
    filter: '',
    styles: {},
    zoom: { y: {} },
  };
  const state = record(stored);
  if (state.version !== panelProtocolVersion) return empty;
  const zoom = record(state.zoom);
  const x = range(zoom.x);
  return {
    ...empty,
    ...restoreChoices(state, choices),
    runKeys: texts(state.runKeys),
    hidden: texts(state.hidden),
    filter: typeof state.filter === 'string' ? state.filter : '',
    styles: Object.fromEntries(
      Object.entries(record(state.styles)).filter(
        (entry): entry is [string, number] => Number.isInteger(entry[1]) && (entry[1] as number) >= 0,
      ),
    ),
    zoom: {
      ...(x === undefined ? {} : { x }),
      y: Object.fromEntries(
        chartIds.flatMap((id) => {
          const y = range(record(zoom.y)[id]);
          return y === undefined ? [] : [[id, y]];
        }),
      ),
    },
  };
}

/** Whether a panel has kept choices of its own. */
export function isState(stored: unknown): boolean {
  return record(stored).version === panelProtocolVersion;
}

/** Choices that somebody kept, as far as they can be understood; `otherwise` for the rest. */
export function restoreChoices(stored: unknown, otherwise: CurvesChoices = defaultChoices): CurvesChoices {
  const kept = record(stored);
  const flag = (name: keyof CurvesChoices): boolean =>
    typeof kept[name] === 'boolean' ? (kept[name] as boolean) : (otherwise[name] as boolean);
  const { smoothing } = kept;
  const scatter = record(kept.scatter);
  const charts = record(kept.charts);
  return {
    smoothing:
      typeof smoothing === 'number' && smoothing >= 0 && smoothing <= maximumSmoothing
        ? smoothing
        : otherwise.smoothing,
    loss: oneOf(kept.loss, ['branches', 'total'], otherwise.loss),
    xAxis: oneOf(
      kept.xAxis,
      xAxes.map(([value]) => value),
      otherwise.xAxis,
    ),
    ignoreOutliers: flag('ignoreOutliers'),
    groupSeeds: flag('groupSeeds'),
    shadeGap: flag('shadeGap'),
    markRestarts: flag('markRestarts'),
    markLearningRate: flag('markLearningRate'),
    markCheckpoints: flag('markCheckpoints'),
    tooltipOrder: oneOf(kept.tooltipOrder, ['nearest', 'highest', 'lowest'], otherwise.tooltipOrder),
    order: completeOrder(kept.order, otherwise.order),
    charts:
      kept.charts === undefined
        ? otherwise.charts
        : Object.fromEntries(
            chartIds.flatMap((id) => (charts[id] === undefined ? [] : [[id, chartChoices(charts[id])]])),
          ),
    scatter: {
      metric: oneOf(scatter.metric, scatterMetricIds, otherwise.scatter.metric),
      field: typeof scatter.field === 'string' ? scatter.field : otherwise.scatter.field,
      logX: typeof scatter.logX === 'boolean' ? scatter.logX : otherwise.scatter.logX,
    },
  };
}

/** What of a state is a choice about looking. */
export function choicesOf(state: CurvesState): CurvesChoices {
  const {
    version: _,
    runKeys: _runKeys,
    hidden: _hidden,
    filter: _filter,
    styles: _styles,
    zoom: _zoom,
    ...choices
  } = state;
  return choices;
}

/** Every chart once: in the order that was kept, then those that it lacks. */
function completeOrder(stored: unknown, otherwise: readonly ChartId[]): ChartId[] {
  if (!Array.isArray(stored)) return [...otherwise];
  const known = stored.filter((id): id is ChartId => (chartIds as readonly unknown[]).includes(id));
  return [...new Set([...known, ...chartIds])];
}

function chartChoices(stored: unknown): ChartChoices {
  const kept = record(stored);
  const choices: ChartChoices = {};
  for (const name of ['hidden', 'pinned', 'wide', 'logX', 'logY', 'fromZero'] as const) {
    if (typeof kept[name] === 'boolean') choices[name] = kept[name];
  }
  const { height } = kept;
  if (typeof height === 'number' && height >= chartHeights.min && height <= chartHeights.max) choices.height = height;
  return choices;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((candidate) => candidate === value) ?? otherwise;
}

function range(value: unknown): [from: number, to: number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [from, to] = value as unknown[];
  const fits = typeof from === 'number' && typeof to === 'number' && Number.isFinite(from) && Number.isFinite(to);
  return fits && to > from ? [from, to] : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
