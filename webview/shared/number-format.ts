const missing = '–';

/** A loss for reading, five characters or so wide: "1.234", "0.0123", "12.35"; scientific where that says too little. */
export function formatLoss(value: number | undefined): string {
  if (value === undefined) return missing;
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) return value.toExponential(2);
  return magnitude < 1 ? value.toFixed(4) : value.toPrecision(magnitude < 1e4 ? 4 : 5);
}

/** A loss on an axis: no more digits than it needs. */
export function formatLossTick(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const magnitude = Math.abs(rounded);
  return magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5) ? rounded.toExponential() : String(rounded);
}

/** A fraction as a percentage with one decimal: "41.2 %". */
export function formatPercent(fraction: number | undefined): string {
  if (fraction === undefined) return missing;
  return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(1)} %` : String(fraction);
}

/** A learning rate without trailing zeros: "0.1", "0.0005", "1e-5". */
export function formatLearningRate(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) > 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

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
