import { appendFileSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import { LiveServer } from '../../../../common/live/live-server';
import type { LookParams } from '../../../../common/live/protocol';
import { computedFolder } from '../../../../common/panels/cam/cam-files';
import { EventLog } from '../../../../common/run/event-log';
import { nowFilePath } from '../../../../common/run/explain-file';
import { writePictures } from '../../../../common/run/explain-pictures';
import { runPaths } from '../../../../common/run/run-folder';
import { acquireRunLock } from '../../../../common/run/run-lock';
import { FollowedCam } from '../../../../extension/panels/cam/cam-run';
import { writeMaps } from '../../../common/run/explain-files';

const experiment = experimentSchema.parse({ name: 'run', dataset: { type: 'shapes' }, training: { epochs: 4 } });
const nameOf = (folder: string) => ({ runKey: folder, runId: 'run', label: 'run' });
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
    const run = new FollowedCam(nameOf(folder), experiment, { onMore, onRestart: vi.fn() });
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
  expect(run.run).toMatchObject({ images: [{ path: 'one' }, { path: 'two' }], epochs: [1], checkpoints: [1] });
  expect(run.maps(1, undefined)).toMatchObject([{ epoch: 1, classes: ['a', 'b'] }]);
  expect(run.pictures(undefined)).toMatchObject({
    runKey: folder,
    imageSize: 4,
    pictures: [{ path: 'one' }, { path: 'two' }],
  });
  writeEpoch(2);
  await expect.poll(() => run.run.epochs).toEqual([1, 2]);
});

test('of a run whose folder is gone stays what was shown, until it is back', async () => {
  const { folder, writeEpoch, follow } = newRun();
  writeEpoch(1);
  const { run } = follow();
  await run.replayed;
  const { epochs, images } = run.run;
  const [maps, pictures] = [run.maps(1, undefined), run.pictures(undefined)];
  renameSync(folder, `${folder}-away`);
  await expect.poll(() => run.isGone).toBe(true);
  expect(run.run).toMatchObject({ epochs, images, isLive: false, header: { state: 'failed' } });
  expect([run.maps(1, undefined), run.pictures(undefined)]).toEqual([maps, pictures]);
  expect(() => run.maps(2, undefined)).toThrow('no maps after epoch 2');
  renameSync(`${folder}-away`, folder);
  writeEpoch(2);
  await expect.poll(() => run.run.epochs).toEqual([1, 2]);
  expect(run.isGone).toBe(false);
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

test('an image is named as unreadable as long as it was so the last time', async () => {
  const { folder, writeEpoch, follow } = newRun();
  writeEpoch(1);
  const problem = (image: string) => ({ image, message: 'is not there' });
  const store = (place: string, paths: string[], problems: string[]) =>
    writePictures(place, {
      imageSize: 4,
      pictures: paths.map((path) => ({ path, png: 'AAAA' })),
      problems: problems.map(problem),
    });
  const { run } = follow();
  await run.replayed;
  store(runPaths(folder).explain, ['one'], ['late', 'never']);
  expect(run.pictures(undefined)?.problems).toEqual([problem('late'), problem('never')]);
  store(computedFolder(folder, undefined), ['late'], ['one']);
  expect(run.pictures(undefined)?.problems).toEqual([problem('never'), problem('one')]);
  const fog = { corruption: 'fog', severity: 3 };
  expect(run.pictures(fog)).toBeUndefined();
  store(computedFolder(folder, fog), ['one'], ['late']);
  expect(run.pictures(fog)).toMatchObject({ input: fog, pictures: [{ path: 'one' }], problems: [problem('late')] });
});

test('images that are chosen during the run bring their pictures, and rows before their first epoch', async () => {
  const { folder, write, writeEpoch, follow } = newRun();
  writeEpoch(1);
  const { run } = follow();
  await run.replayed;
  expect([run.run.images.length, run.choices]).toEqual([2, 0]);
  writePictures(runPaths(folder).explain, {
    imageSize: 4,
    pictures: ['one', 'two', 'three'].map((path) => ({ path, png: 'AAAA' })),
    problems: [],
  });
  write({ type: 'images', step: 1, epoch: 1, images: ['three'] });
  await expect.poll(() => run.choices).toBe(1);
  expect(run.run.images.map(({ path }) => path)).toEqual(['one', 'two', 'three']);
});

describe('the moment of a run in training', () => {
  test('is asked of its trainer, whose file is read', async () => {
    const { folder, follow } = newRun();
    const log = EventLog.open(folder);
    const asked: unknown[] = [];
    const onLook = async (params: LookParams) => {
      asked.push(params);
      mkdirSync(dirname(nowFilePath(folder)), { recursive: true });
      writeMaps(dirname(nowFilePath(folder)), 3);
      renameSync(join(dirname(nowFilePath(folder)), 'epoch-0003.safetensors'), nowFilePath(folder));
      return { step: 30, epoch: 3, images: 2, problems: [{ image: 'gone', message: 'is not there' }] };
    };
    const lock = acquireRunLock(folder);
    const server = await LiveServer.start({ folder, onStop: () => undefined, onLook });
    const { run } = follow();
    await expect.poll(() => run.run.isLive).toBe(true);
    expect(run.run.unreachable).toBeUndefined();
    expect(await run.look(['one', 'two', 'gone'])).toMatchObject({
      ...{ runKey: folder, step: 30, epoch: 3, images: [{ path: 'one' }, { path: 'two' }] },
      problems: [{ image: 'gone', message: 'is not there' }],
    });
    expect(asked).toEqual([{ images: ['one', 'two', 'gone'] }]);
    log.append({ type: 'status', state: 'stopped' });
    await server.close();
    log.close();
    lock.release();
    await expect.poll(() => run.run).toMatchObject({ isLive: false, header: { state: 'stopped' } });
    await expect(run.look(['one'])).rejects.toThrow('no trainer runs on');
  });

  test('cannot be asked where the trainer has no socket, and the reason is there', async () => {
    const { folder, follow } = newRun();
    const lock = acquireRunLock(folder);
    const { run } = follow();
    await run.replayed;
    expect(run.run).toMatchObject({ isLive: false, unreachable: 'its trainer has no live connection' });
    lock.release();
  });
});
