import type { RobustnessMeasureName, RobustnessMeasures } from '../../common/panels/robustness/robustness-contract';

interface Measure {
  label: string;
  /** For someone who does not know the measure. */
  meaning: string;
  /** Of the numbers that are shown. */
  unit: '%' | 'nats';
  /** In the unit. */
  of: (measured: RobustnessMeasures) => number;
  /** Whether more of it is worse. */
  worse: 'higher' | 'lower';
}

const percent = (value: number | null): number => (value === null ? Number.NaN : value * 100);

export const measures: Record<RobustnessMeasureName, Measure> = {
  error: {
    label: 'Top-1 error',
    meaning: 'Share of the images that are not told right.',
    unit: '%',
    of: ({ top1 }) => 100 - percent(top1),
    worse: 'higher',
  },
  top1: {
    label: 'Top-1 accuracy',
    meaning: 'Share of the images that are told right.',
    unit: '%',
    of: ({ top1 }) => percent(top1),
    worse: 'lower',
  },
  top5: {
    label: 'Top-5 accuracy',
    meaning: 'Share of the images whose class is among the five likeliest.',
    unit: '%',
    of: ({ top5 }) => percent(top5),
    worse: 'lower',
  },
  loss: {
    label: 'Loss',
    meaning: 'Mean negative log-likelihood of the true class.',
    unit: 'nats',
    of: ({ loss }) => loss ?? Number.NaN,
    worse: 'higher',
  },
  calibrationError: {
    label: 'Calibration error',
    meaning: 'Expected gap between confidence and accuracy, over 15 bins of equal width.',
    unit: '%',
    of: ({ calibrationError }) => percent(calibrationError),
    worse: 'higher',
  },
};

export const measureNames = Object.keys(measures) as RobustnessMeasureName[];

/** A value as a cell has it, without unit: "43.2", "1.23". */
export function formatValue(value: number | undefined, unit: Measure['unit']): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return 'NaN';
  const magnitude = Math.abs(value);
  if (unit === '%') return magnitude >= 99.95 ? value.toFixed(0) : value.toFixed(1);
  return magnitude >= 100 ? value.toFixed(0) : value.toFixed(magnitude >= 10 ? 1 : 2);
}

/** A difference with its sign: "+3.2", "−0.4"; nothing before one that is shown as zero. */
export function formatDifference(value: number | undefined, unit: Measure['unit']): string {
  if (value === undefined || !Number.isFinite(value)) return formatValue(value, unit);
  const text = formatValue(Math.abs(value), unit);
  if (Number(text) === 0) return text;
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** "%" after a value, "percentage points" after a difference of percentages. */
export function unitInWords(unit: Measure['unit'], isDifference: boolean): string {
  return unit === '%' && isDifference ? 'percentage points' : unit;
}
