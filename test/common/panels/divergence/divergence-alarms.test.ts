import { describe, expect, test } from 'vitest';
import {
  type EpochDivergence,
  type EpochStatistics,
  measureAlarms,
  statisticsAlarms,
} from '../../../../common/panels/divergence/divergence-alarms';
import type { BranchTensors } from '../../../../common/weights/branch-tensors';

const layer = (name: string, symmetricKl: number) => ({
  layer: name,
  symmetricKl,
  wasserstein2: symmetricKl,
  meanShift: symmetricKl,
  logVarianceRatio: symmetricKl,
  gammaGap: 0.1,
  betaGap: 0.1,
});
const epochs = (...values: number[][]): EpochDivergence[] =>
  values.map((layers, index) => ({ epoch: index + 1, layers: layers.map((kl, row) => layer(`bn${row + 1}`, kl)) }));

describe('alarms of the measures', () => {
  test('a healthy run has none, and neither has one without epochs', () => {
    expect(measureAlarms([])).toEqual([]);
    expect(measureAlarms(epochs([0.01, 0.2], [0.05, 0.3], [0.08, 0.3], [0.2, 0.5], [0.9, 0.5]))).toEqual([]);
  });

  test('equal branches are told with the first layer and epoch', () => {
    const [alarm, ...others] = measureAlarms(epochs([0.1, 0.2], [0.1, 0], [0.1, 0]));
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({ kind: 'branches-equal', layer: 'bn2', epoch: 2 });
    expect(alarm?.message).toContain('1 of 2 layers');
  });

  test('an explosion is a layer’s own: ten times its median, and at least a nat', () => {
    const calm = [
      [1e-4, 1],
      [1e-4, 1],
      [1e-4, 1],
    ];
    expect(measureAlarms(epochs(...calm, [0.5, 9]))).toEqual([]);
    expect(measureAlarms(epochs(...calm, [0.5, 11]))).toMatchObject([{ kind: 'exploding', layer: 'bn2', epoch: 4 }]);
    expect(measureAlarms(epochs(...calm, [1.5, 1]))).toMatchObject([{ kind: 'exploding', layer: 'bn1', epoch: 4 }]);
    expect(measureAlarms(epochs([0.1, 1], [0.1, 100]))).toEqual([]);
  });

  test('a value that is not finite explodes at once', () => {
    const [alarm] = measureAlarms(epochs([0.1, Number.NaN]));
    expect(alarm).toMatchObject({ kind: 'exploding', layer: 'bn2', epoch: 1 });
    expect(alarm?.message).toContain('not finite');
  });
});

const branch = (mean: number[], variance: number[]): BranchTensors => ({
  weight: mean.map(() => 1),
  bias: mean.map(() => 0),
  runningMean: mean,
  runningVariance: variance,
});
const statistics = (epoch: number, aux: BranchTensors, main = branch([1, 2], [1, 2])): EpochStatistics => ({
  epoch,
  layers: [{ layer: 'bn1', main, aux }],
});

describe('alarms of the channels', () => {
  test('aux that was fed is fine', () => {
    const first = statistics(1, branch([1, 2], [1, 2]));
    expect(statisticsAlarms(first, first)).toEqual([]);
    expect(statisticsAlarms(first, statistics(3, branch([1, 2.5], [1, 2])))).toEqual([]);
  });

  test('aux that was never fed keeps mean 0 and variance 1, or what the weights it started from had', () => {
    const fresh = statistics(1, branch([0, 0], [1, 1]));
    expect(statisticsAlarms(fresh, fresh)).toMatchObject([{ kind: 'aux-unchanged', layer: 'bn1', epoch: 1 }]);
    const loaded = branch([0.3, -1], [2, 0.5]);
    const [alarm] = statisticsAlarms(statistics(1, loaded), statistics(4, loaded));
    expect(alarm).toMatchObject({ kind: 'aux-unchanged', epoch: 4 });
    expect(alarm?.message).toContain('since epoch 1');
    expect(alarm?.cause).toContain('No batch goes through aux');
  });

  test('a channel whose variance vanished, by branch', () => {
    const last = statistics(2, branch([1, 2], [1, 9e-6]), branch([1, 2], [0, 1e-6]));
    const alarms = statisticsAlarms(statistics(1, branch([0, 0], [1, 1])), last);
    expect(alarms.map(({ kind }) => kind)).toEqual(['vanishing-variance', 'vanishing-variance']);
    expect(alarms[0]?.message).toBe(
      '2 channels in the only layer have a main variance below ε = 1e-5 after epoch 2 (the smallest: 0.0).',
    );
    expect(alarms[1]?.message).toContain('One channel in the only layer has an aux variance');
  });
});
