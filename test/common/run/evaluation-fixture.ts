import type { BranchEvaluation, ConditionMeasures, Evaluation } from '../../../common/run/evaluations';

/** Measures of a top-1 error, a fraction. */
export const measuresOf = (error: number): ConditionMeasures => ({
  top1: 1 - error,
  top5: 1 - error / 2,
  loss: 4 * error,
  calibrationError: error / 4,
});

const branchOf = (error: number): BranchEvaluation => ({
  clean: measuresOf(error),
  corruptions: {
    fog: { 1: measuresOf(error + 0.1), 3: measuresOf(error + 0.3) },
    gaussian_noise: { 1: measuresOf(error + 0.2), 3: measuresOf(error + 0.4) },
  },
  summary: { unnormalised: 100 * error + 25, corruptions: 2, severities: 2, baseline: null },
});

/** An evaluation of a MixProp run on two corruptions at two severities. */
export function someEvaluation(change: Partial<Evaluation> = {}): Evaluation {
  return {
    format: 1,
    run: 'run',
    checkpoint: 'best',
    checkpointSha256: 'abc',
    epoch: 4,
    step: 20,
    created: '2026-03-01T10:00:00.000Z',
    backend: 'wasm',
    device: 'cpu',
    precision: 'float32',
    seconds: 1,
    imagesPerSecond: 100,
    images: 100,
    imageList: '0123456789abcdef',
    dataset: { type: 'shapes', path: null, imageSize: 16, classes: 10, limit: null },
    source: { kind: 'made', strength: 'cifar', seed: 0 },
    branches: { main: branchOf(0.1), aux: branchOf(0.2) },
    ...change,
  };
}
