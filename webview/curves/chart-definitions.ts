import type { ChartId, CurvesChoices } from '../protocol';
import { formatLearningRate, formatLoss, formatLossTick, formatPercent } from '../shared/number-format';

export const chartIds: readonly ChartId[] = [
  'loss',
  'top1',
  'validation-loss',
  'learning-rate',
  'scatter',
  'images-per-second',
];

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
}

const loss = { formatValue: formatLoss, formatTick: formatLossTick, fromZero: false, minimumSpan: 0.1 };
const formatPercentTick = (value: number) => `${Number((value * 100).toPrecision(4))} %`;
const formatSpeed = (value: number) => String(Number(value.toPrecision(3)));

export const chartDefinitions: Record<Exclude<ChartId, 'scatter'>, ChartDefinition> = {
  loss: { ...loss, title: (choices) => (choices.loss === 'total' ? 'Training loss, total' : 'Training loss') },
  top1: {
    title: () => 'Validation top-1',
    formatValue: formatPercent,
    formatTick: formatPercentTick,
    fromZero: false,
    minimumSpan: 0.1,
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
};

/** What a chart is called where charts are chosen. */
export function chartName(id: ChartId): string {
  return id === 'scatter' ? 'Metric against a setting' : chartDefinitions[id].title({ loss: 'branches' });
}
