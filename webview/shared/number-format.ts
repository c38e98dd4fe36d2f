const missing = '–';

/** A loss for reading, about five characters wide: "1.234", "0.0123", "12.35"; scientific where that says too little. */
export function formatLoss(value: number | undefined): string {
  if (value === undefined) return missing;
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) return value.toExponential(2);
  return magnitude < 1 ? value.toFixed(4) : value.toPrecision(magnitude < 1e4 ? 4 : 5);
}

/** A loss on an axis, with only the digits that it needs. */
export const formatLossTick = (value: number): string => formatShort(value, 6, 1e-3, 1e5);

/** A number with at most `digits` significant digits; scientific unless its size is 0, or at least `min` and below `max`. */
export function formatShort(value: number, digits: number, min: number, max: number): string {
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  return size !== 0 && (size < min || size >= max) ? rounded.toExponential() : String(rounded);
}

/** A fraction as a percentage with one decimal: "41.2 %". */
export function formatPercent(fraction: number | undefined): string {
  if (fraction === undefined) return missing;
  return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(1)} %` : String(fraction);
}

/** A learning rate without trailing zeros: "0.1", "0.0005", "1e-5". */
export const formatLearningRate = (value: number): string => formatShort(value, 3, 1e-4, Number.POSITIVE_INFINITY);

/** A count with separators: "12,345". */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A step on an axis: "800", "12k", "1.5M". */
export function formatStepTick(value: number): string {
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(4))}M`;
  if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toPrecision(4))}k`;
  return String(Math.round(value * 1e3) / 1e3);
}
