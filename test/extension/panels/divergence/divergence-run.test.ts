import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import { runPaths } from '../../../../common/run/run-folder';
import { FollowedDivergence } from '../../../../extension/panels/divergence/divergence-run';
import { writeBatchNormFile } from '../../../common/panels/divergence/divergence-files';

const experiment = experimentSchema.parse({ name: 'run', dataset: { type: 'shapes' }, training: { epochs: 4 } });
const measures = { symmetricKl: 1, wasserstein2: 2, meanShift: 3, logVarianceRatio: 4, gammaGap: 5, betaGap: 6 };
const nameOf = (folder: string) => ({ runKey: folder, runId: 'run', label: 'run' });
const open: FollowedDivergence[] = [];

afterEach(() => {
  for (const run of open.splice(0)) run.dispose();
});

/** A run folder that is being written, of one step an epoch. */
function newRun() {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-followed-'));
  let seq = 0;
  const write = (body: object) =>
    appendFileSync(runPaths(folder).events, `${JSON.stringify({ seq: ++seq, time: seq, ...body })}\n`);
  write({ type: 'status', state: 'running', totalSteps: 4, totalEpochs: 4 });
  const writeEpoch = (epoch: number) => {
    const train = { loss: { total: 1, main: 1 } };
    write({ type: 'epoch', epoch, step: epoch, learningRate: 1, train, seconds: { training: 1, validation: 1 } });
    write({ type: 'divergence', epoch, step: epoch, layers: [{ layer: 'bn', ...measures }] });
    writeBatchNormFile(folder, epoch, ['bn'], 3);
  };
  const follow = () => {
    const onMore = vi.fn();
    const run = new FollowedDivergence(nameOf(folder), experiment, { onMore, onRestart: vi.fn() });
    open.push(run);
    return { run, onMore };
  };
  return { folder, write, writeEpoch, follow };
}

test('what is in the folder is there once it is replayed, and more comes along', async () => {
  const { folder, writeEpoch, follow } = newRun();
  writeEpoch(1);
  const { run } = follow();
  await run.replayed;
  expect(run.model.hydrate()).toMatchObject({ layers: ['bn'], records: [{ epoch: 1, endsEpoch: true }], alarms: [] });
  expect(run.channels('bn', 1)).toMatchObject({ runKey: folder, total: 3 });
  writeEpoch(2);
  await expect.poll(() => run.model.lastEpoch).toBe(2);
  expect(run.model.take()?.records).toMatchObject([{ epoch: 2 }]);
  expect(() => run.channels('bn', 3)).toThrow('Epochs with one: 1 to 2.');
});

test('of a run whose folder is gone stays what was shown', async () => {
  const { folder, writeEpoch, follow } = newRun();
  writeEpoch(1);
  const { run } = follow();
  await run.replayed;
  const channels = run.channels('bn', 1);
  rmSync(folder, { recursive: true });
  await expect.poll(() => run.isGone).toBe(true);
  expect(run.model.hydrate().records).toHaveLength(1);
  expect(run.channels('bn', 1)).toEqual(channels);
});

test('aux that stands still is told', async () => {
  const { folder, writeEpoch, follow } = newRun();
  writeEpoch(1);
  writeEpoch(2);
  const { batchNorm } = runPaths(folder);
  copyFileSync(join(batchNorm, 'epoch-0001.safetensors'), join(batchNorm, 'epoch-0002.safetensors'));
  const { run } = follow();
  await run.replayed;
  expect(run.model.hydrate().alarms).toMatchObject([{ kind: 'aux-unchanged', layer: 'bn', epoch: 2 }]);
});

test('a damaged file leaves the records as they are and is not read without end', async () => {
  const { folder, write, writeEpoch, follow } = newRun();
  writeEpoch(1);
  writeFileSync(join(runPaths(folder).batchNorm, 'epoch-0001.safetensors'), 'damaged');
  const { run } = follow();
  await run.replayed;
  write({ type: 'status', state: 'running', totalSteps: 4, totalEpochs: 4 });
  expect(run.model.hydrate()).toMatchObject({ records: [{ epoch: 1 }], alarms: [] });
  expect(() => run.channels('bn', 1)).toThrow('cannot be read');
});
