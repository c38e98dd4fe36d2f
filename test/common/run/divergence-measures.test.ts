import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  channelDivergence,
  type DivergenceMeasure,
  divergenceMeasures,
  layerDivergence,
} from '../../../common/run/divergence-measures';
import type { BranchTensors } from '../../../common/weights/branch-tensors';
import { branchTensors } from '../../../common/weights/branch-tensors';
import { readSafetensors } from '../../../common/weights/safetensors';

const folder = join(__dirname, '../../golden/divergence');
const { layers } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  layers: Record<string, Record<DivergenceMeasure, { channels: number[]; layer: number }>>;
};
const { tensors } = readSafetensors(join(folder, 'layers.safetensors'));
const values = new Map([...tensors].map(([name, tensor]) => [name, tensor.values]));

describe.each(Object.keys(layers))('NumPy and the divergence of the layer %s agree on', (layer) => {
  const [main, aux] = (['main', 'aux'] as const).map((branch) => branchTensors(layer, branch, values));
  const channels = channelDivergence(main, aux);
  const means = layerDivergence(main, aux);

  test.each(divergenceMeasures)('%s', (measure) => {
    const expected = layers[layer][measure];
    const scale = Math.max(...expected.channels);
    for (const [i, value] of expected.channels.entries()) {
      expect(Math.abs(channels[measure][i] - value)).toBeLessThanOrEqual(1e-6 * Math.max(value, 1e-6 * scale));
    }
    expect(Math.abs(means[measure] - expected.layer)).toBeLessThanOrEqual(1e-6 * expected.layer);
  });
});

const channel = fc.record({
  weight: fc.double({ min: -2, max: 2, noNaN: true }),
  bias: fc.double({ min: -2, max: 2, noNaN: true }),
  runningMean: fc.double({ min: -100, max: 100, noNaN: true }),
  runningVariance: fc.double({ min: 0, max: 1e4, noNaN: true }),
});
const layerOf = (value: { [K in keyof BranchTensors]: number }): BranchTensors => ({
  weight: [value.weight],
  bias: [value.bias],
  runningMean: [value.runningMean],
  runningVariance: [value.runningVariance],
});

test('is 0 between equal branches, finite and never negative otherwise, and but for the mean shift symmetric', () => {
  fc.assert(
    fc.property(channel, channel, (first, second) => {
      const [main, aux] = [layerOf(first), layerOf(second)];
      for (const value of Object.values(layerDivergence(main, main))) expect(value).toBe(0);
      const [there, back] = [layerDivergence(main, aux), layerDivergence(aux, main)];
      for (const measure of divergenceMeasures) {
        expect(there[measure]).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(there[measure])).toBe(true);
        if (measure !== 'meanShift') expect(back[measure]).toBeCloseTo(there[measure], 6);
      }
    }),
  );
});
