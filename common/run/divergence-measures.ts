import type { BranchTensors } from '../weights/branch-tensors';

/**
 * How far the two branches of a normalisation layer are apart. With m main, a aux, σ² = running variance + ε:
 *
 * - symmetricKl: ½(KL(m‖a) + KL(a‖m)) of the Gaussians N(μ, σ²), in nats
 * - wasserstein2: √((μ_m−μ_a)² + (σ_m−σ_a)²)
 * - meanShift: |μ_a−μ_m| / σ_m
 * - logVarianceRatio: |ln(σ_a²/σ_m²)|
 * - gammaGap, betaGap: |γ_a−γ_m|, |β_a−β_m|
 */
export const divergenceMeasures = [
  'symmetricKl',
  'wasserstein2',
  'meanShift',
  'logVarianceRatio',
  'gammaGap',
  'betaGap',
] as const;

export type DivergenceMeasure = (typeof divergenceMeasures)[number];

/** Batch normalisation's ε: what σ² has beside the running variance. */
const epsilon = 1e-5;

/** Every measure of every channel, [C] each. */
export function channelDivergence(main: BranchTensors, aux: BranchTensors): Record<DivergenceMeasure, Float64Array> {
  const channels = main.runningMean.length;
  const result = Object.fromEntries(
    divergenceMeasures.map((measure) => [measure, new Float64Array(channels)]),
  ) as Record<DivergenceMeasure, Float64Array>;
  for (let i = 0; i < channels; i++) {
    const [mainVariance, auxVariance] = [main.runningVariance[i] + epsilon, aux.runningVariance[i] + epsilon];
    const shift = aux.runningMean[i] - main.runningMean[i];
    // The logarithms of both directions cancel: ¼[(σ_m² + d²)/σ_a² + (σ_a² + d²)/σ_m²] − ½, written so that equal branches give 0.
    const spread = auxVariance - mainVariance;
    const product = mainVariance * auxVariance;
    result.symmetricKl[i] = (spread ** 2 + shift ** 2 * (mainVariance + auxVariance)) / (4 * product);
    result.wasserstein2[i] = Math.hypot(shift, Math.sqrt(mainVariance) - Math.sqrt(auxVariance));
    result.meanShift[i] = Math.abs(shift) / Math.sqrt(mainVariance);
    result.logVarianceRatio[i] = Math.abs(Math.log(auxVariance / mainVariance));
    result.gammaGap[i] = Math.abs(aux.weight[i] - main.weight[i]);
    result.betaGap[i] = Math.abs(aux.bias[i] - main.bias[i]);
  }
  return result;
}

/** A layer's value of each measure: the mean over its channels. */
export function layerDivergence(main: BranchTensors, aux: BranchTensors): Record<DivergenceMeasure, number> {
  const channels = channelDivergence(main, aux);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Object.fromEntries(divergenceMeasures.map((measure) => [measure, mean(channels[measure])])) as Record<
    DivergenceMeasure,
    number
  >;
}
