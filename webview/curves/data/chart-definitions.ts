import type { ChartId, CurvesChoices } from '../../../common/panels/curves/curves-contract';
import { formatLearningRate, formatLoss, formatLossTick, formatPercent } from '../../shared/number-format';
import { localisationMeasures } from './localisation-measures';

export const chartIds: readonly ChartId[] = [
  'loss',
  'top1',
  'validation-loss',
  'learning-rate',
  ...localisationMeasures,
  'scatter',
  'images-per-second',
];

/** Heights that a chart can be given, in CSS pixels. */
export const chartHeights = { min: 120, max: 1600 } as const;

/** What is fixed about a chart. */
export interface ChartDefinition {
  title: (choices: Pick<CurvesChoices, 'loss'>) => string;
  /** A value in the tooltip. */
  formatValue: (value: number) => string;
  /** A value on the y axis. */
  formatTick: (value: number) => string;
  /** The y axis begins at 0 unless somebody chose otherwise. */
  fromZero: boolean;
  /** The y axis covers at least so much. */
  minimumSpan: number;
  /** Where values end: the y axis shows nothing above, unless there is something. */
  greatest?: number;
  /** Lines rise as a run learns: room for labels is below them. */
  rises?: boolean;
}

const loss = { formatValue: formatLoss, formatTick: formatLossTick, fromZero: false, minimumSpan: 0.1 };
const formatPercentTick = (value: number) => `${Number((value * 100).toPrecision(4))} %`;
const formatSpeed = (value: number) => String(Number(value.toPrecision(3)));
const formatPlainTick = (value: number) => String(Number(value.toPrecision(4)));
const share = {
  formatValue: formatPercent,
  formatTick: formatPercentTick,
  fromZero: false,
  minimumSpan: 0.1,
  greatest: 1,
};

export const chartDefinitions: Record<Exclude<ChartId, 'scatter'>, ChartDefinition> = {
  loss: { ...loss, title: (choices) => (choices.loss === 'total' ? 'Training loss, total' : 'Training loss') },
  top1: {
    title: () => 'Validation top-1',
    formatValue: formatPercent,
    formatTick: formatPercentTick,
    fromZero: false,
    minimumSpan: 0.1,
    rises: true,
  },
  'validation-loss': { ...loss, title: () => 'Validation loss' },
  'learning-rate': {
    title: () => 'Learning rate',
    formatValue: formatLearningRate,
    formatTick: formatLearningRate,
    fromZero: true,
    minimumSpan: 0,
  },
  'images-per-second': {
    title: () => 'Images per second',
    formatValue: formatSpeed,
    formatTick: formatSpeed,
    fromZero: true,
    minimumSpan: 0,
  },
  pointing: { ...share, title: () => 'Pointing game', rises: true },
  energy: { ...share, title: () => 'Energy on the object', rises: true },
  area: { ...share, title: () => 'Area in focus' },
  regions: {
    title: () => 'Focus regions',
    formatValue: (value) => value.toFixed(2),
    formatTick: formatPlainTick,
    fromZero: false,
    minimumSpan: 0.5,
  },
  agreement: {
    title: () => 'Agreement of main and aux',
    formatValue: (value) => value.toFixed(3),
    formatTick: formatPlainTick,
    fromZero: false,
    minimumSpan: 0.1,
    greatest: 1,
  },
};

/** What a chart is called where charts are chosen. */
export function chartName(id: ChartId): string {
  return id === 'scatter' ? 'Metric against a setting' : chartDefinitions[id].title({ loss: 'branches' });
}
