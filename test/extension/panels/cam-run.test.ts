import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { FollowedCam } from '../../../extension/panels/cam-run';
import { experimentSchema } from '../../../trainer/experiment/schema';
import { computedFolder } from '../../../trainer/run/cam-files';
import { runPaths } from '../../../trainer/run/run-folder';
import { writeMaps } from '../../trainer/run/explain-files';

const experiment = experimentSchema.parse({ name: 'run', dataset: { type: 'shapes' }, training: { epochs: 4 } });
const open: FollowedCam[] = [];

afterEach(() => {
  for (const run of open.splice(0)) run.dispose();
});

/** A run folder that is being written, of one step an epoch. */
function newRun() {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-followed-cam-'));
  let seq = 0;
  const write = (body: object) =>
    appendFileSync(runPaths(folder).events, `${JSON.stringify({ seq: ++seq, time: seq, ...body })}\n`);
  write({ type: 'status', state: 'running', totalSteps: 4, totalEpochs: 4 });
  const writeEpoch = (epoch: number) => {
    const loss = { total: 1, main: 1 };
    write({ type: 'step', step: epoch, epoch, learningRate: 1, loss, imagesPerSecond: 1 });
    write({
      type: 'epoch',
      epoch,
      step: epoch,
      learningRate: 1,
      train: { loss },
      seconds: { training: 1, validation: 1 },
    });
    for (const image of ['one', 'two']) {
      const record = { type: 'explain', epoch, step: epoch, image, branch: 'main', class: 'a', predicted: 'a' };
      write({ ...record, confidence: 0.5, grid: [[1, 2]] });
    }
    writeMaps(runPaths(folder).explain, epoch);
  };
  const follow = () => {
    const onMore = vi.fn();
    const run = new FollowedCam('run', folder, experiment, { onMore, onRestart: vi.fn() });
    open.push(run);
    return { run, onMore };
  };
  return { folder, write, writeEpoch, follow };
}

test('what is in the folder is there once it is replayed, and more comes along', async () => {
  const { writeEpoch, follow } = newRun();
  writeEpoch(1);
  const { run } = follow();
  await run.replayed;
  expect(run.run).toMatchObject({ images: [{ path: 'one' }, { path: 'two' }], epochs: [1], checkpoints: [] });
  expect(run.maps(1, undefined)).toMatchObject([{ epoch: 1, classes: ['a', 'b'] }]);
  expect(run.pictures(undefined)).toMatchObject([
    { runId: 'run', imageSize: 4, pictures: [{ path: 'one' }, { path: 'two' }] },
  ]);
  writeEpoch(2);
  await vi.waitFor(() => expect(run.run.epochs).toEqual([1, 2]), { timeout: 5000 });
});

test('checkpoints without maps are offered, best and last by their epochs', async () => {
  const { folder, write, follow } = newRun();
  const { checkpoints } = runPaths(folder);
  mkdirSync(checkpoints);
  writeFileSync(join(checkpoints, 'epoch-0000.safetensors'), '');
  for (const [epoch, top1] of [
    [1, 0.5],
    [2, 0.3],
  ] as const) {
    const loss = { total: 1, main: 1 };
    const validation = { main: { loss: 1, top1, top5: 1 } };
    write({ type: 'step', step: epoch, epoch, learningRate: 1, loss, imagesPerSecond: 1 });
    write({
      type: 'epoch',
      epoch,
      step: epoch,
      learningRate: 1,
      train: { loss },
      validation,
      seconds: { training: 1, validation: 1 },
    });
  }
  const { run } = follow();
  await run.replayed;
  expect([...run.checkpoints].sort()).toEqual([
    [0, '0'],
    [1, 'best'],
    [2, 'last'],
  ]);
  expect(run.run.checkpoints).toEqual([0, 1, 2]);
});

test('images that were computed later join those of the run', async () => {
  const { folder, writeEpoch, follow } = newRun();
  writeEpoch(1);
  const { run } = follow();
  await run.replayed;
  expect(run.run.images).toHaveLength(2);
  writeMaps(computedFolder(folder, undefined), 1, ['two', 'three']);
  expect(run.run.images).toHaveLength(2);
  run.recompute();
  expect(run.run.images.map(({ path, label }) => [path, label])).toEqual([
    ['one', undefined],
    ['two', undefined],
    ['three', 'b'],
  ]);
});
