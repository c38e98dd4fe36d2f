import type { DivergenceMeasure } from '../../common/run/divergence-measures';

/** What the panel says of a measure. m is main, a aux; σ² is the running variance + ε. */
export interface Measure {
  label: string;
  formula: string;
  /** Empty for a plain number. */
  unit: string;
  meaning: string;
}

export const measures: Readonly<Record<DivergenceMeasure, Measure>> = {
  symmetricKl: {
    label: 'Symmetric KL',
    formula: '½ (KL(m‖a) + KL(a‖m)) of the Gaussians N(μ, σ²)',
    unit: 'nats',
    meaning: 'How badly a channel’s distribution in one branch stands in for the other’s; means and variances count.',
  },
  wasserstein2: {
    label: 'Wasserstein-2',
    formula: '√((μₘ − μₐ)² + (σₘ − σₐ)²)',
    unit: 'activation',
    meaning: 'How far one Gaussian has to be moved to become the other, in the layer’s own units.',
  },
  meanShift: {
    label: 'Mean shift',
    formula: '|μₐ − μₘ| / σₘ',
    unit: 'σₘ',
    meaning: 'How far the aux mean lies from the main mean, in standard deviations of main.',
  },
  logVarianceRatio: {
    label: 'Log variance ratio',
    formula: '|ln(σₐ² / σₘ²)|',
    unit: 'ln',
    meaning: 'By which factor the variances differ, in either direction: 0.69 is a factor of 2.',
  },
  gammaGap: {
    label: 'γ gap',
    formula: '|γₐ − γₘ|',
    unit: '',
    meaning: 'How far the learned scales are apart.',
  },
  betaGap: {
    label: 'β gap',
    formula: '|βₐ − βₘ|',
    unit: '',
    meaning: 'How far the learned offsets are apart.',
  },
};

export const measureNames = Object.keys(measures) as DivergenceMeasure[];

/** A value with three digits: "0.0123", "12.3", "1.2e-5". */
export function formatMeasure(value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return 'not finite';
  const magnitude = Math.abs(value);
  if (magnitude === 0) return '0';
  if (magnitude < 1e-3 || magnitude >= 1e4) return value.toExponential(1).replace('.0e', 'e');
  return String(Number(value.toPrecision(3)));
}

/** With its unit: "0.0123 nats". */
export function formatWithUnit(value: number | undefined, measure: DivergenceMeasure): string {
  const { unit } = measures[measure];
  return unit === '' ? formatMeasure(value) : `${formatMeasure(value)} ${unit}`;
}

/** The unit as it is read in a sentence; empty for a plain number. */
export function unitInWords(measure: DivergenceMeasure): string {
  const { unit } = measures[measure];
  return { ln: 'natural logarithms', activation: 'units of the activation' }[unit] ?? unit;
}
