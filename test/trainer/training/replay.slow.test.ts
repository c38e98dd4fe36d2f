import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import type { RunEvent } from '../../../common/run/events';
import { readRunExperiment } from '../../../common/run/recorded-run';
import { type StartedBackend, startBackend } from '../../../trainer/backends/select';
import { openDataset } from '../../../trainer/data/open/open-dataset';
import { replayStep } from '../../../trainer/training/replay';
import { resumeRun, startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';

const runs = mkdtempSync(join(tmpdir(), 'mixprop-replay-'));
afterAll(() => rmSync(runs, { recursive: true }));

let backend: StartedBackend;
beforeAll(async () => {
  backend = await startBackend(testBackend);
});

const small: ExperimentInput = {
  dataset: { type: 'shapes', imageSize: 16, trainingImages: 50, validationImages: 20 },
  model: { width: 4 },
  training: { epochs: 3, batchSize: 20 },
  record: { draws: true },
  checkpoint: { every: 1 },
};

function start(id: string, input: ExperimentInput, stopAfter?: number) {
  const stop = new AbortController();
  return startRun({
    experiment: experimentSchema.parse({ ...small, ...input }),
    baseFolder: runs,
    runsFolder: runs,
    id,
    backend: testBackend,
    warnings: [],
    stop,
    onEvent: (event: RunEvent) => event.type === 'step' && event.step === stopAfter && stop.abort(),
  });
}

async function replay(id: string, step: number) {
  const folder = join(runs, id);
  const experiment = readRunExperiment(folder);
  const dataset = await openDataset(experiment.dataset, { baseFolder: runs, cacheFolder: runs });
  const signal = new AbortController().signal;
  return replayStep({ folder, experiment, dataset, backend, step, signal });
}

const changeEvents = (id: string, change: (line: string) => string) => {
  const file = join(runs, id, 'events.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').split('\n').map(change).join('\n'));
};

describe('a replayed step has the loss on record, to the bit', () => {
  test.each([
    { type: 'vanilla' },
    { type: 'mixup' },
    { type: 'cutmix' },
    { type: 'mixprop' },
    { type: 'mixprop', auxiliary: 'noise' },
    { type: 'advprop', attack: { epsilonPixels: 2, steps: 3, targeted: true } },
    { type: 'fast-advprop' },
  ] as const)('%o', async (method) => {
    const id = `${method.type}-${'auxiliary' in method ? method.auxiliary : ''}`;
    await start(id, { method });
    // The smaller last batch of the second epoch: two steps before it are run again.
    const replayed = await replay(id, 6);
    expect(replayed.loss).toEqual(replayed.recorded.loss);
    expect(replayed.firstDifference).toBeUndefined();
    expect(replayed.drawsFrom).toBe('record');
    expect(replayed.checkpoint).toEqual({
      file: join(runs, id, 'checkpoints', 'epoch-0001.safetensors'),
      step: 3,
    });
    expect(replayed.batch.labels).toHaveLength(10);
    expect(replayed.observed.batches.some(({ name }) => name.includes('clean'))).toBe(true);
    expect(replayed.warnings).toEqual([]);
  });

  test('after a stop in mid-epoch and a resume', async () => {
    await start('stopped', {}, 4);
    await resumeRun(join(runs, 'stopped'), { stop: new AbortController() });
    for (const step of [1, 4, 5, 9]) expect((await replay('stopped', step)).firstDifference).toBeUndefined();
  });

  test('without recorded draws, from the seed and the first checkpoint', async () => {
    await start('unrecorded', { record: { draws: false } });
    const replayed = await replay('unrecorded', 5);
    expect(replayed.firstDifference).toBeUndefined();
    expect(replayed.drawsFrom).toBe('seed');
    expect(replayed.checkpoint.step).toBe(0);
  });
});

describe('a step that cannot be replayed, or differs', () => {
  test('another loss on record is the first difference', async () => {
    await start('altered', {});
    changeEvents('altered', (line) =>
      /"type":"step","step":5,/.test(line) ? line.replace(/"total":[\d.]+/, '"total":1.5') : line,
    );
    const { firstDifference } = await replay('altered', 6);
    expect(firstDifference?.step).toBe(5);
    expect(firstDifference?.recorded.total).toBe(1.5);
  });

  test('draws on record count, and are said to differ from the seed', async () => {
    await start('drawn', {});
    changeEvents('drawn', (line) =>
      /"type":"draws","step":4,/.test(line) ? line.replace(/"lambda":[\d.e-]+/, '"lambda":0.125') : line,
    );
    const replayed = await replay('drawn', 4);
    expect(replayed.draws.method.lambda).toBe(0.125);
    expect(replayed.warnings).toEqual(['the draws on record of step 4 are not those of the seed: the record counts']);
    expect(replayed.firstDifference?.step).toBe(4);
  });

  test('a step that the run has not', async () => {
    await expect(replay('drawn', 10)).rejects.toThrow('drawn has no step 10 on record: it has 9 steps');
  });

  test('draws that name an image that is not there', async () => {
    await start('elsewhere', {});
    changeEvents('elsewhere', (line) =>
      /"type":"draws","step":4,/.test(line) ? line.replace(/"indices":\[\d+/, '"indices":[77') : line,
    );
    await expect(replay('elsewhere', 4)).rejects.toThrow('name image 77, which the data set does not have');
  });

  test('no checkpoint to begin with', async () => {
    await start('bare', {});
    const checkpoints = join(runs, 'bare', 'checkpoints');
    renameSync(join(checkpoints, 'epoch-0000.safetensors'), join(checkpoints, 'gone'));
    await expect(replay('bare', 2)).rejects.toThrow('has no checkpoint before step 2');
  });
});
