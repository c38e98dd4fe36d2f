import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DatasetError } from '../../../common/errors/dataset-error';
import { UsageError } from '../../../common/errors/usage-error';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { askTrainer } from '../../../common/live/live-client';
import { layerDivergence } from '../../../common/run/divergence-measures';
import { effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import type { RunEvent } from '../../../common/run/events';
import { acquireRunLock, RunLockedError } from '../../../common/run/run-lock';
import { branchTensors } from '../../../common/weights/branch-tensors';
import { readSafetensors, writeSafetensors } from '../../../common/weights/safetensors';
import { buildNetwork } from '../../../trainer/models/build-network';
import { CheckpointError, writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';
import { resumeRun, startRun } from '../../../trainer/training/session';
import { TrainingError } from '../../../trainer/training/training-error';
import { testBackend } from '../../test-backend';

const runs = mkdtempSync(join(tmpdir(), 'mixprop-session-'));
afterAll(() => rmSync(runs, { recursive: true }));

const small: ExperimentInput = {
  dataset: { type: 'shapes', imageSize: 16, trainingImages: 50, validationImages: 20 },
  model: { width: 4 },
  method: { type: 'mixprop' },
  training: { epochs: 2, batchSize: 16 },
  schedule: { milestones: [1] },
  record: { draws: true },
};

function start(id: string, input: ExperimentInput, onEvent?: (event: RunEvent) => void, stop = new AbortController()) {
  const experiment = experimentSchema.parse(input);
  return startRun({
    experiment,
    baseFolder: runs,
    runsFolder: runs,
    id,
    backend: testBackend,
    warnings: [],
    stop,
    onEvent,
  });
}

/** What two runs of the same experiment must have in common. */
function sequence(id: string): string[] {
  return effectiveEvents(readAllEvents(join(runs, id)))
    .filter(({ type }) => type === 'step' || type === 'draws' || type === 'epoch' || type === 'divergence')
    .map((event) => JSON.stringify({ ...event, seq: 0, time: 0, imagesPerSecond: 0, seconds: 0 }));
}

const lastStatus = (id: string) => readAllEvents(join(runs, id)).findLast((event) => event.type === 'status');
const checkpoint = (id: string, name: string) => readFileSync(join(runs, id, 'checkpoints', name));
/** The tensors of a checkpoint; its metadata hold seconds. */
const tensorBytes = (file: Buffer) => file.subarray(8 + Number(file.readBigUInt64LE()));

describe('a run', () => {
  beforeAll(async () => {
    expect(await start('whole', small)).toBe('finished');
  });

  test('has the files and records that the documentation promises', () => {
    for (const file of [
      'experiment.json',
      'environment.json',
      'data.json',
      'events.jsonl',
      'checkpoints/epoch-0000.safetensors',
      'checkpoints/best.safetensors',
      'bn/epoch-0002.safetensors',
    ]) {
      expect(existsSync(join(runs, 'whole', file)), file).toBe(true);
    }
    for (const gone of ['lock.json', 'trainer.json']) expect(existsSync(join(runs, 'whole', gone)), gone).toBe(false);
    const events = readAllEvents(join(runs, 'whole'));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(8);
    const epochs = events.filter((event) => event.type === 'epoch');
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
    ]);
    expect(epochs[0].validation?.aux).toBeDefined();
    expect(lastStatus('whole')?.state).toBe('finished');
  });

  test('records how far the branches are apart, as the file of the epoch has them', () => {
    const divergences = readAllEvents(join(runs, 'whole')).filter((event) => event.type === 'divergence');
    expect(divergences.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
    ]);
    const { tensors } = readSafetensors(join(runs, 'whole', 'bn', 'epoch-0002.safetensors'));
    const values = new Map([...tensors].map(([name, tensor]) => [name, tensor.values]));
    expect(divergences[1].layers).toHaveLength(17);
    for (const { layer, ...measures } of divergences[1].layers) {
      const [main, aux] = (['main', 'aux'] as const).map((branch) => branchTensors(layer, branch, values));
      expect(measures).toEqual(layerDivergence(main, aux));
      expect(measures.wasserstein2).toBeGreaterThan(0);
    }
  });

  test('stopped three times and resumed equals the run that was never interrupted, to the bit', async () => {
    // In the middle of the first epoch, in its validation (after its last step), and in the second epoch.
    const stopAt = [2, 4, 6];
    const stopping = () => {
      const stop = new AbortController();
      const step = stopAt.shift();
      return { stop, onEvent: (event: RunEvent) => event.type === 'step' && event.step === step && stop.abort() };
    };
    const first = stopping();
    expect(await start('parts', small, first.onEvent, first.stop)).toBe('stopped');
    expect(await resumeRun(join(runs, 'parts'), stopping())).toBe('stopped');
    expect(await resumeRun(join(runs, 'parts'), stopping())).toBe('stopped');
    expect(lastStatus('parts')?.state).toBe('stopped');
    expect(await resumeRun(join(runs, 'parts'), { stop: new AbortController() })).toBe('finished');
    expect(sequence('parts')).toEqual(sequence('whole'));
    for (const name of ['last.safetensors', 'best.safetensors']) {
      expect(tensorBytes(checkpoint('parts', name)).equals(tensorBytes(checkpoint('whole', name))), name).toBe(true);
    }
  });

  test('paused in the middle of an epoch holds with a checkpoint, and equals the run that never paused, to the bit', async () => {
    const folder = join(runs, 'paused');
    const held: { step: number; files: string[] }[] = [];
    const ended = start('paused', small, (event) => {
      if (event.type === 'step' && event.step === 1) void askTrainer(folder, (trainer) => trainer.request('pause', {}));
      if (event.type === 'status' && event.state === 'paused') {
        const steps = readAllEvents(folder).filter(({ type }) => type === 'step').length;
        held.push({ step: steps, files: readdirSync(join(folder, 'checkpoints')) });
        void delay(100).then(() => {
          held.push({ step: readAllEvents(folder).filter(({ type }) => type === 'step').length, files: [] });
          return askTrainer(folder, (trainer) => trainer.request('resume', {}));
        });
      }
    });
    expect(await ended).toBe('finished');
    const [before, after] = held;
    expect(after.step).toBe(before.step);
    expect(before.files).toContain('last.safetensors');
    const states = readAllEvents(folder).flatMap((event) => (event.type === 'status' ? [event.state] : []));
    expect(states).toEqual(['queued', 'running', 'paused', 'running', 'finished']);
    expect(sequence('paused')).toEqual(sequence('whole'));
    expect(tensorBytes(checkpoint('paused', 'last.safetensors'))).toEqual(
      tensorBytes(checkpoint('whole', 'last.safetensors')),
    );
  });

  test('a paused run stops on request, and goes on from there', async () => {
    const folder = join(runs, 'paused-stopped');
    const end = await start('paused-stopped', small, (event) => {
      if (event.type === 'step' && event.step === 1) void askTrainer(folder, (trainer) => trainer.request('pause', {}));
      if (event.type === 'status' && event.state === 'paused')
        void askTrainer(folder, (trainer) => trainer.request('stop', {}));
    });
    expect(end).toBe('stopped');
    expect(await resumeRun(folder, { stop: new AbortController() })).toBe('finished');
    expect(sequence('paused-stopped')).toEqual(sequence('whole'));
  });

  test('extended by epochs equals a run that had them from the start, to the bit', async () => {
    const short = { ...small, training: { epochs: 1, batchSize: 16 } };
    expect(await start('extended', short)).toBe('finished');
    const folder = join(runs, 'extended');
    const { training, schedule } = experimentSchema.parse(small);
    expect(await resumeRun(folder, { stop: new AbortController(), changed: { training, schedule } })).toBe('finished');
    expect(sequence('extended')).toEqual(sequence('whole'));
    expect(tensorBytes(checkpoint('extended', 'last.safetensors'))).toEqual(
      tensorBytes(checkpoint('whole', 'last.safetensors')),
    );
    expect(readFileSync(join(folder, 'experiment.json'), 'utf8')).toBe(
      readFileSync(join(runs, 'whole', 'experiment.json'), 'utf8'),
    );
  });

  test('a finished run that cannot be extended stays finished', async () => {
    const short = { ...small, training: { epochs: 1, batchSize: 16 } };
    await start('unextended', short);
    const folder = join(runs, 'unextended');
    const experiment = readFileSync(join(folder, 'experiment.json'), 'utf8');
    writeFileSync(join(folder, 'checkpoints', 'last.safetensors'), 'damaged');
    const { training, schedule } = experimentSchema.parse(small);
    const extended = resumeRun(folder, { stop: new AbortController(), changed: { training, schedule } });
    await expect(extended).rejects.toThrow('last.safetensors');
    expect(lastStatus('unextended')).toMatchObject({
      state: 'finished',
      reason: expect.stringContaining('last.safetensors'),
    });
    expect(readFileSync(join(folder, 'experiment.json'), 'utf8')).toBe(experiment);
  });

  test('early stopping finishes the run and says why, and decides the same when the run was stopped in between', async () => {
    const stopWhen = { patience: 1, minimumChange: 1 };
    const early: ExperimentInput = { ...small, training: { epochs: 5, batchSize: 16, stopWhen } };
    expect(await start('early', early)).toBe('finished');
    expect(lastStatus('early')?.reason).toContain('early stopping: main.top1');
    expect(sequence('early').filter((line) => line.includes('"type":"epoch"'))).toHaveLength(2);
    const stop = new AbortController();
    await start('early-parts', early, (event) => event.type === 'step' && event.step === 6 && stop.abort(), stop);
    expect(await resumeRun(join(runs, 'early-parts'), { stop: new AbortController() })).toBe('finished');
    expect(sequence('early-parts')).toEqual(sequence('early'));
  });

  test('resumed on another device says that it is not the same to the bit', async () => {
    const stop = new AbortController();
    const short = { ...small, training: { epochs: 1, batchSize: 16 } };
    await start('moved', short, (event) => event.type === 'step' && event.step === 2 && stop.abort(), stop);
    const file = join(runs, 'moved', 'environment.json');
    const recorded = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...recorded, device: 'an abacus' }));
    await resumeRun(join(runs, 'moved'), { stop: new AbortController() });
    const warnings = readAllEvents(join(runs, 'moved')).flatMap((event) =>
      event.type === 'warning' ? [event.message] : [],
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('was made with an abacus');
    expect(warnings[0]).toContain(recorded.device);
  });

  test('stopped in a validation, killed right after it, and resumed again has each epoch once', async () => {
    const stop = new AbortController();
    await start('pending', small, (event) => event.type === 'step' && event.step === 4 && stop.abort(), stop);
    const last = join(runs, 'pending', 'checkpoints', 'last.safetensors');
    const beforeEpoch = readFileSync(last);
    const again = new AbortController();
    await resumeRun(join(runs, 'pending'), { stop: again, onEvent: ({ type }) => type === 'epoch' && again.abort() });
    // As if the trainer had been killed between the epoch's record and its checkpoint.
    writeFileSync(last, beforeEpoch);
    expect(await resumeRun(join(runs, 'pending'), { stop: new AbortController() })).toBe('finished');
    expect(sequence('pending')).toEqual(sequence('whole'));
  });

  test('without momentum and weight decay, and with the divergence within an epoch, can be saved and resumed', async () => {
    const plain = { ...small, optimizer: { momentum: 0, weightDecay: 0 }, record: { divergenceEvery: 3 } };
    expect(await start('plain', plain)).toBe('finished');
    const divergences = readAllEvents(join(runs, 'plain')).filter((event) => event.type === 'divergence');
    expect(divergences.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 3],
      [1, 4],
      [2, 6],
      [2, 8],
    ]);
    const stop = new AbortController();
    await start('plain-parts', plain, (event) => event.type === 'step' && event.step === 3 && stop.abort(), stop);
    await resumeRun(join(runs, 'plain-parts'), { stop: new AbortController() });
    expect(sequence('plain-parts')).toEqual(sequence('plain'));
  });

  test('is not resumed on other images', async () => {
    const stop = new AbortController();
    await start('other-images', small, (event) => event.type === 'step' && event.step === 2 && stop.abort(), stop);
    const file = join(runs, 'other-images', 'experiment.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"trainingImages": 50', '"trainingImages": 60'));
    const resumed = resumeRun(join(runs, 'other-images'), { stop: new AbortController() });
    await expect(resumed).rejects.toThrow(
      /other images than other-images was trained with \(training images: 60 instead of 50, .* would have other steps/,
    );
  });

  test('starts from the weights of another run', async () => {
    const weights = join(runs, 'renamed.safetensors');
    const best = readSafetensors(join(runs, 'whole', 'checkpoints', 'best.safetensors'));
    const classes = (best.metadata.classes ?? '').replace('"arrow"', '"dart"');
    writeSafetensors(weights, { ...best, metadata: { ...best.metadata, classes } });
    await start('from-weights', {
      ...small,
      model: { width: 4, initialWeights: weights },
      training: { epochs: 1, batchSize: 16 },
    });
    const begin = tensorBytes(checkpoint('from-weights', 'epoch-0000.safetensors'));
    expect(begin.equals(tensorBytes(readFileSync(weights)))).toBe(true);
    const warnings = readAllEvents(join(runs, 'from-weights')).flatMap((event) =>
      event.type === 'warning' ? [event.message] : [],
    );
    expect(warnings).toEqual([expect.stringContaining('than the data set has (without dart; with arrow)')]);
  });
});

describe('a fresh head', () => {
  const weights = join(runs, 'foreign.safetensors');
  const tuned: ExperimentInput = {
    ...small,
    seed: 5,
    model: { width: 4, initialWeights: weights, head: 'fresh' },
    training: { epochs: 1, batchSize: 16 },
  };

  /** Weights of a network of seven classes, under names with a prefix. */
  beforeEach(() => {
    const { specs } = buildNetwork(experimentSchema.parse(small).model, 7, ['main']);
    const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
    const position = { trainingImages: 1, step: 0, epoch: 0, partialEpoch };
    writeCheckpoint(weights, specs, { values: initialState(specs, 99), position });
    const { tensors, metadata } = readSafetensors(weights);
    const prefixed = new Map([...tensors].map(([name, tensor]) => [`module.${name}`, tensor]));
    writeSafetensors(weights, { tensors: prefixed, metadata });
  });

  test('starts as that of a run of the same seed, the rest to the bit from the file; stopped and resumed it is the same run', async () => {
    await start('scratch', { ...tuned, model: { width: 4 }, training: { epochs: 1, batchSize: 50 } });
    await start('tuned', tuned);
    const file = (id: string) => readSafetensors(join(runs, id, 'checkpoints', 'epoch-0000.safetensors')).tensors;
    const [begin, scratch, foreign] = [file('tuned'), file('scratch'), readSafetensors(weights).tensors];
    for (const [name, { values }] of begin) {
      const isHead = name.startsWith('linear.');
      const from = isHead ? scratch.get(name) : foreign.get(`module.${name.replace('.aux_bn.0', '')}`);
      expect([name, values]).toEqual([name, from!.values]);
    }
    const warnings = readAllEvents(join(runs, 'tuned')).flatMap((event) =>
      event.type === 'warning' ? [event.message] : [],
    );
    expect(warnings).toContainEqual(
      expect.stringContaining('model.initialWeights: the prefix "module." was taken off'),
    );

    const stop = new AbortController();
    await start('tuned-again', tuned, (event) => event.type === 'step' && event.step === 2 && stop.abort(), stop);
    rmSync(weights);
    expect(await resumeRun(join(runs, 'tuned-again'), { stop: new AbortController() })).toBe('finished');
    expect(sequence('tuned-again')).toEqual(sequence('tuned'));
  });

  test('is the remedy that is named where the file has other classes', async () => {
    const model = { width: 4, initialWeights: weights };
    await expect(start('seven', { ...small, model })).rejects.toThrow('set model.head to "fresh"');
  });
});

describe('a run that cannot be', () => {
  test('a name that exists is refused, and the other run is untouched', async () => {
    mkdirSync(join(runs, 'taken'));
    writeFileSync(join(runs, 'taken', 'experiment.json'), '{}');
    await expect(start('taken', small)).rejects.toThrow(UsageError);
    expect(readFileSync(join(runs, 'taken', 'experiment.json'), 'utf8')).toBe('{}');
  });

  test('a data set that cannot be read leaves nothing behind', async () => {
    mkdirSync(join(runs, 'empty-data'));
    const dataset = { type: 'image-folder' as const, path: join(runs, 'empty-data') };
    await expect(start('no-data', { ...small, dataset })).rejects.toThrow(DatasetError);
    expect(existsSync(join(runs, 'no-data'))).toBe(false);
  });

  test('initial weights of another network leave nothing behind', async () => {
    const weights = join(runs, 'whole', 'checkpoints', 'best.safetensors');
    await expect(start('wrong-weights', { ...small, model: { width: 8, initialWeights: weights } })).rejects.toThrow(
      CheckpointError,
    );
    expect(existsSync(join(runs, 'wrong-weights'))).toBe(false);
  });

  test('weights that overflow in the last step of an epoch are not saved', async () => {
    const overflow = {
      ...small,
      method: { type: 'vanilla' as const },
      optimizer: { learningRate: 1e39 },
      training: { epochs: 2, batchSize: 50 },
    };
    await expect(start('overflow', overflow)).rejects.toThrow(TrainingError);
    expect(lastStatus('overflow')?.state).toBe('failed');
    expect(existsSync(join(runs, 'overflow', 'checkpoints', 'best.safetensors'))).toBe(false);
  });

  test('a last batch that cannot be normalised is refused before the first step', async () => {
    const single = {
      ...small,
      model: { architecture: 'resnet18' as const, width: 4 },
      training: { epochs: 1, batchSize: 49 },
    };
    await expect(start('single', single)).rejects.toThrow('leave a last batch of one image');
    expect(existsSync(join(runs, 'single'))).toBe(false);
  });

  test('a second trainer on one run folder is refused', async () => {
    const lock = acquireRunLock(join(runs, 'whole'));
    await expect(resumeRun(join(runs, 'whole'), { stop: new AbortController() })).rejects.toThrow(RunLockedError);
    lock.release();
  });

  test('a loss that is no number ends the run as failed, with the remedy', async () => {
    const diverging = { ...small, optimizer: { learningRate: 1e30 } };
    await expect(start('diverging', diverging)).rejects.toThrow(TrainingError);
    const status = lastStatus('diverging');
    expect(status?.state).toBe('failed');
    expect(status?.reason).toContain('lower optimizer.learningRate');
  });
});
