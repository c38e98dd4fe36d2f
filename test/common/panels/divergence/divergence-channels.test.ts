import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  readAllChannels,
  readEpochStatistics,
  readLayerChannels,
} from '../../../../common/panels/divergence/divergence-channels';
import { channelDivergence } from '../../../../common/run/divergence-measures';
import { epochsOfFiles, runPaths } from '../../../../common/run/run-folder';
import { writeBatchNormFile } from './divergence-files';

const newRun = () => {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-channels-'));
  return { runKey: 'run-1', folder };
};

describe('channels of a run', () => {
  test('a layer’s channels of an epoch with their measures', () => {
    const run = newRun();
    const values = writeBatchNormFile(run.folder, 3, ['layer1.0.bn1', 'bn'], 4);
    const channels = readLayerChannels(run, 'bn', 3);
    expect(channels).toMatchObject({ runKey: 'run-1', layer: 'bn', epoch: 3, total: 4, channels: [0, 1, 2, 3] });
    const { main, aux } = values.get('bn')!;
    const expected = channelDivergence(main, aux);
    for (const [index, value] of channels.measures.symmetricKl.entries())
      expect(value).toBeCloseTo(expected.symmetricKl[index]!, 7);
    for (const [index, value] of channels.main.variance.entries())
      expect(value).toBeCloseTo(main.runningVariance[index]!, 6);
    expect(readEpochStatistics(run.folder, 3).layers.map(({ layer }) => layer)).toEqual(['layer1.0.bn1', 'bn']);
    expect(epochsOfFiles(runPaths(run.folder).batchNorm)).toEqual([3]);
  });

  test('of a wide layer as many as wanted, evenly spread', () => {
    const run = newRun();
    writeBatchNormFile(run.folder, 1, ['bn'], 10);
    const [channels] = readAllChannels(run, 1, 4);
    expect(channels).toMatchObject({ total: 10, channels: [0, 2, 5, 7] });
    expect(channels?.aux.mean).toHaveLength(4);
  });

  test('what is not finite is null', () => {
    const run = newRun();
    const values = writeBatchNormFile(run.folder, 1, ['bn'], 2, (value, index) => (index === 1 ? Number.NaN : value));
    expect(values.size).toBe(1);
    expect(readLayerChannels(run, 'bn', 1).main.mean[1]).toBeNull();
    expect(readLayerChannels(run, 'bn', 1).measures.meanShift[1]).toBeNull();
  });

  test('what is missing or damaged says so, and which epochs there are', () => {
    const run = newRun();
    expect(() => readLayerChannels(run, 'bn', 1)).toThrow(/epoch 1 cannot be read.*no such file.*no other such file/);
    writeBatchNormFile(run.folder, 1, ['bn'], 4);
    writeBatchNormFile(run.folder, 2, ['bn'], 4);
    expect(() => readLayerChannels(run, 'bn', 7)).toThrow('Epochs with one: 1 to 2.');
    expect(() => readLayerChannels(run, 'layer9.bn', 1)).toThrow('no layer layer9.bn');
    truncateSync(join(runPaths(run.folder).batchNorm, 'epoch-0002.safetensors'), 100);
    expect(() => readLayerChannels(run, 'bn', 2)).toThrow(/epoch 2 cannot be read.*cut off/);
    mkdirSync(join(runPaths(run.folder).batchNorm, 'epoch-0004.safetensors'));
    expect(() => readLayerChannels(run, 'bn', 4)).toThrow('epoch 4 cannot be read');
    writeFileSync(join(runPaths(run.folder).batchNorm, 'notes.txt'), '');
    expect(epochsOfFiles(runPaths(run.folder).batchNorm)).toEqual([1, 2, 4]);
  });

  test('a file with one branch names the tensor that is missing', () => {
    const run = newRun();
    writeBatchNormFile(run.folder, 1, ['bn'], 2, undefined, ['main']);
    expect(() => readLayerChannels(run, 'bn', 1)).toThrow('bn.aux_bn.0.weight');
  });
});
