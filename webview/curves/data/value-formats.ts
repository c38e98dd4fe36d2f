import { formatLearningRate, formatLoss, formatLossTick, formatPercent } from '../../shared/number-format';

/** How the values of a metric are written. */
export interface ValueFormat {
  /** In the tooltip. */
  formatValue: (value: number) => string;
  /** On the y axis. */
  formatTick: (value: number) => string;
}

export const loss: ValueFormat = { formatValue: formatLoss, formatTick: formatLossTick };
export const share: ValueFormat = {
  formatValue: formatPercent,
  formatTick: (value) => `${Number((value * 100).toPrecision(4))} %`,
};
export const learningRate: ValueFormat = { formatValue: formatLearningRate, formatTick: formatLearningRate };

/** With `count` significant digits. */
export function digits(count: number): ValueFormat {
  const format = (value: number) => String(Number(value.toPrecision(count)));
  return { formatValue: format, formatTick: format };
}

/** With `count` decimals in the tooltip, fewer on the axis. */
export function decimals(count: number): ValueFormat {
  return { ...digits(4), formatValue: (value) => value.toFixed(count) };
}
