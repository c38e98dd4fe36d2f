import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import type { RunEvent } from '../../../common/run/events';
import { readRunExperiment } from '../../../common/run/recorded-run';
import { startBackend } from '../../../trainer/backends/select';
import { openDataset } from '../../../trainer/data/open/open-dataset';
import { replayStep } from '../../../trainer/training/replay';
import { resumeRun, startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';
import { pixelsOf, writeImage } from '../data/images/image-files';

// Runs whose images are read by worker threads, ahead of the steps.

const folder = mkdtempSync(join(tmpdir(), 'mixprop-loading-'));
const data = join(folder, 'data');
const runs = join(folder, 'runs');
const previousCache = process.env.MIXPROP_CACHE;
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (previousCache === undefined) delete process.env.MIXPROP_CACHE;
  else process.env.MIXPROP_CACHE = previousCache;
});
beforeAll(async () => {
  process.env.MIXPROP_CACHE = join(folder, 'cache');
  for (const split of ['train', 'val']) {
    for (const [c, name] of ['cat', 'dog'].entries()) {
      for (let i = 0; i < 12; i++) {
        const [width, height] = [20 + 3 * i, 44 - 2 * i];
        await writeImage(join(data, split, name, `${10 + i}.jpg`), pixelsOf(2 * i + c, width, height), width, height);
      }
    }
  }
});

const input = (changes: ExperimentInput = {}): ExperimentInput => ({
  dataset: { type: 'image-folder', path: data, imageSize: 16 },
  model: { width: 4 },
  method: { type: 'mixprop' },
  training: { epochs: 2, batchSize: 7 },
  augmentation: { type: 'resized-crop-flip' },
  loading: { memoryMiB: 0, cacheGiB: 0, workers: 2 },
  record: { draws: true, routing: true },
  checkpoint: { every: 1 },
  ...changes,
});

function start(id: string, changes: ExperimentInput = {}, stopAfter?: number) {
  const stop = new AbortController();
  return startRun({
    experiment: experimentSchema.parse(input(changes)),
    baseFolder: folder,
    runsFolder: runs,
    id,
    backend: testBackend,
    warnings: [],
    stop,
    onEvent: (event: RunEvent) => event.type === 'step' && event.step === stopAfter && stop.abort(),
  });
}

function sequence(id: string): string[] {
  return effectiveEvents(readAllEvents(join(runs, id)))
    .filter(({ type }) => type === 'step' || type === 'draws' || type === 'epoch')
    .map((event) => JSON.stringify({ ...event, seq: 0, time: 0, imagesPerSecond: 0, seconds: 0 }));
}

describe('a run that reads images as it goes', () => {
  beforeAll(async () => {
    expect(await start('whole')).toBe('finished');
  });

  test('has boxes on record, and how long it waited', () => {
    const events = readAllEvents(join(runs, 'whole'));
    const draws = events.flatMap((event) => (event.type === 'draws' ? [event] : []));
    expect(draws).toHaveLength(8);
    for (const { crop, indices } of draws) {
      expect(crop?.height).toHaveLength(indices.length);
      expect(crop?.width?.every((width) => width >= 1 && width <= 53)).toBe(true);
    }
    for (const event of events) {
      if (event.type !== 'epoch') continue;
      const { training, loading } = event.seconds;
      expect(loading).toBeGreaterThanOrEqual(0);
      expect(loading).toBeLessThanOrEqual(training);
    }
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings.some((message) => message.includes('they are decoded again whenever they are needed'))).toBe(true);
  });

  test.each([
    ['in memory', { memoryMiB: 100 }],
    ['from the cache', { memoryMiB: 0, cacheGiB: 1, workers: 1 }],
    ['with four workers', { memoryMiB: 0, cacheGiB: 0, workers: 4 }],
  ])('is the same to the bit %s', async (name, loading) => {
    await start(name.replaceAll(' ', '-'), { loading });
    expect(sequence(name.replaceAll(' ', '-'))).toEqual(sequence('whole'));
  });

  test('stopped in mid-epoch and resumed is the same to the bit', async () => {
    expect(await start('parts', {}, 2)).toBe('stopped');
    const stop = new AbortController();
    const onEvent = (event: RunEvent) => event.type === 'step' && event.step === 7 && stop.abort();
    expect(await resumeRun(join(runs, 'parts'), { stop, onEvent })).toBe('stopped');
    expect(await resumeRun(join(runs, 'parts'), { stop: new AbortController() })).toBe('finished');
    expect(sequence('parts')).toEqual(sequence('whole'));
  });

  test('is replayed to the bit, from the record and from the seed', async () => {
    await start('unrecorded', { record: {} });
    for (const [id, drawsFrom] of [
      ['whole', 'record'],
      ['unrecorded', 'seed'],
    ]) {
      const run = join(runs, id);
      const experiment = readRunExperiment(run);
      const { augmentation, loading } = experiment;
      const options = { baseFolder: folder, cacheFolder: join(folder, 'cache'), augmentation, loading };
      const dataset = await openDataset(experiment.dataset, { ...options, onWarning: () => {} });
      const backend = await startBackend(testBackend);
      const signal = new AbortController().signal;
      const replayed = await replayStep({ folder: run, experiment, dataset, backend, step: 6, signal });
      expect(replayed.drawsFrom).toBe(drawsFrom);
      expect(replayed.firstDifference).toBeUndefined();
      expect(replayed.warnings).toEqual([]);
      expect(replayed.batch.pixels).toHaveLength(7 * 16 * 16 * 3);
    }
  });
});
