import type { SettingValue } from '../../../common/experiment/flat-settings';
import type { ScatterMetric } from '../../../common/panels/curves/curves-contract';
import { highest, last } from './columns';
import type { PanelRun } from './panel-runs';
import { loss, share, type ValueFormat } from './value-formats';

/** A number by which runs are compared. */
interface ScatterMetricDefinition extends ValueFormat {
  name: string;
  /** Undefined where the run has none yet. */
  valueOf: (run: PanelRun) => number | undefined;
}

export const scatterMetrics: Record<ScatterMetric, ScatterMetricDefinition> = {
  bestMainTop1: { ...share, name: 'Best main top-1', valueOf: ({ epochs }) => highest(epochs.mainTop1)?.value },
  lastMainTop1: { ...share, name: 'Last main top-1', valueOf: ({ epochs }) => last(epochs.mainTop1) },
  bestAuxTop1: { ...share, name: 'Best aux top-1', valueOf: ({ epochs }) => highest(epochs.auxTop1)?.value },
  lastAuxTop1: { ...share, name: 'Last aux top-1', valueOf: ({ epochs }) => last(epochs.auxTop1) },
  lastMainLoss: { ...loss, name: 'Last main loss', valueOf: ({ steps }) => last(steps.main) },
  lastAuxLoss: { ...loss, name: 'Last aux loss', valueOf: ({ steps }) => last(steps.aux) },
};

export const scatterMetricIds = Object.keys(scatterMetrics) as readonly ScatterMetric[];

export interface ScatterPoint {
  runKey: string;
  /** A number, or the index of the category. */
  x: number;
  y: number;
  setting: SettingValue;
}

export interface Scatter {
  points: ScatterPoint[];
  /** Names along an axis of categories; undefined for an axis of numbers. */
  categories: string[] | undefined;
  /** All numbers are above 0. */
  allowsLog: boolean;
}

/** Paths of the fields that differ between the runs, without the name. */
export function differingFields(runs: readonly PanelRun[]): string[] {
  const paths = new Set(runs.flatMap(({ header }) => Object.keys(header.settings ?? {})));
  paths.delete('name');
  return [...paths]
    .filter((path) => new Set(runs.map(({ header }) => JSON.stringify(header.settings?.[path]))).size > 1)
    .sort();
}

/** Each run's metric over a field of its experiment. Runs that have no finite value yet are left out. */
export function scatterPoints(runs: readonly PanelRun[], metric: ScatterMetric, field: string): Scatter {
  const found = runs.flatMap((run) => {
    const y = scatterMetrics[metric].valueOf(run);
    const setting = run.header.settings?.[field];
    return y === undefined || !Number.isFinite(y) ? [] : [{ runKey: run.header.runKey, y, setting: setting ?? null }];
  });
  if (found.every(({ setting }) => typeof setting === 'number')) {
    const points = found.map((point) => ({ ...point, x: point.setting as number }));
    return { points, categories: undefined, allowsLog: points.length > 0 && points.every(({ x }) => x > 0) };
  }
  const categories = [...new Set(found.map(({ setting }) => categoryName(setting)))].sort();
  const points = found.map((point) => ({ ...point, x: categories.indexOf(categoryName(point.setting)) }));
  return { points, categories, allowsLog: false };
}

const categoryName = (value: SettingValue): string => (value === null ? 'none' : String(value));
