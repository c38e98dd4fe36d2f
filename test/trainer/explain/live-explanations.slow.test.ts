import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { askTrainer, type LiveConnection } from '../../../common/live/live-client';
import { effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import type { RunEvent } from '../../../common/run/events';
import { explainFilePath, nowFilePath, readExplainFile } from '../../../common/run/explain-file';
import { readPictures } from '../../../common/run/explain-pictures';
import { runPaths } from '../../../common/run/run-folder';
import { openDataset } from '../../../trainer/data/open/open-dataset';
import { EagerExecutor } from '../../../trainer/execution/eager-executor';
import { prepareNetwork } from '../../../trainer/execution/prepare-network';
import { readChosenImages } from '../../../trainer/explain/chosen-images';
import { explainBranch } from '../../../trainer/explain/explain-images';
import { readWeights } from '../../../trainer/models/checkpoint';
import { resumeRun, startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';
import { until } from '../../until';

const runs = mkdtempSync(join(tmpdir(), 'mixprop-live-explanations-'));
afterAll(() => rmSync(runs, { recursive: true }));

/** Of two steps an epoch. */
const small: ExperimentInput = {
  dataset: { type: 'shapes', imageSize: 16, trainingImages: 20, validationImages: 60 },
  model: { width: 4 },
  method: { type: 'mixprop' },
  training: { epochs: 100, batchSize: 10 },
  evaluation: { every: 1000 },
};
/** Of one step an epoch, and a checkpoint of every state. */
const everyState: ExperimentInput = {
  ...small,
  training: { epochs: 100, batchSize: 20 },
  checkpoint: { every: 1 },
};

const folderOf = (id: string) => join(runs, id);

interface Watching {
  onEvent?: (event: RunEvent) => void;
  stop?: AbortController;
}

function start(id: string, input: ExperimentInput, { onEvent, stop = new AbortController() }: Watching = {}) {
  const experiment = experimentSchema.parse(input);
  const folders = { baseFolder: runs, runsFolder: runs };
  return startRun({ experiment, ...folders, id, backend: testBackend, warnings: [], stop, onEvent });
}

/** Asks a run when a step is done; the run goes on to `lastStep`, or is stopped after the answer. */
async function asked<T>(
  id: string,
  input: ExperimentInput,
  ask: (connection: LiveConnection, stepNow: () => number) => Promise<T>,
  { atStep = 1, stopAfter = true } = {},
): Promise<T> {
  const stop = new AbortController();
  let answer: Promise<T> | undefined;
  let step = 0;
  const onEvent = (event: RunEvent) => {
    if (event.type !== 'step') return;
    step = event.step;
    if (step < atStep || answer !== undefined) return;
    answer = askTrainer(folderOf(id), (connection) => ask(connection, () => step));
    const end = () => {
      if (stopAfter) stop.abort();
    };
    answer.then(end, end);
  };
  await start(id, input, { onEvent, stop });
  if (answer === undefined) throw new Error(`the run ended before step ${atStep}`);
  return answer;
}

/** What the checkpoint of an epoch says of validation images, through every branch. */
async function explainedByCheckpoint(id: string, epoch: number, choices: number[]) {
  const experiment = experimentSchema.parse(small);
  const dataset = await openDataset(experiment.dataset, { baseFolder: runs, cacheFolder: runs });
  const { network, method } = prepareNetwork(experiment, dataset.classes.length);
  const file = join(folderOf(id), 'checkpoints', `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  const executor = new EagerExecutor(network, method, experiment.optimizer, readWeights(file, network.specs));
  const { normalization } = experiment.dataset;
  const { images } = await readChosenImages(choices, { dataset, settings: experiment.dataset, baseFolder: runs });
  const explained = method.branches.map((branch) =>
    explainBranch(executor, images, branch, { classes: dataset.classes, imageSize: 16, normalization }),
  );
  executor.dispose();
  return explained;
}

const recordsOf = (id: string) => effectiveEvents(readAllEvents(folderOf(id)));
const explained = (id: string) => {
  const epochs = new Map<number, Set<number | string>>();
  for (const event of recordsOf(id)) {
    if (event.type !== 'explain') continue;
    epochs.set(event.epoch, (epochs.get(event.epoch) ?? new Set()).add(event.index ?? event.image));
  }
  return new Map([...epochs].map(([epoch, images]) => [epoch, [...images]]));
};

/** Everything that training does, without what clocks say. */
const trained = (id: string) =>
  recordsOf(id).flatMap((event): object[] => {
    if (event.type === 'draws') return [{ ...event, seq: 0, time: 0 }];
    return event.type === 'step' ? [{ ...event, seq: 0, time: 0, imagesPerSecond: 0 }] : [];
  });

describe('the maps of this moment', { timeout: 60_000 }, () => {
  test('are of one state of the network, though they take several pauses', async () => {
    const images = Array.from({ length: 60 }, (_, i) => i);
    const { answer, stepAfter } = await asked('now', everyState, async (connection, stepNow) => {
      return { answer: await connection.request('look', { images }), stepAfter: stepNow() };
    });
    expect(answer).toMatchObject({ images: 60, problems: [] });
    // 60 images in eights, through two branches: more than one pause.
    expect(stepAfter).toBeGreaterThan(answer.step);
    const file = readExplainFile(nowFilePath(folderOf('now')));
    expect(file).toMatchObject({ step: answer.step, epoch: answer.epoch });
    expect(file.images.map(({ index }) => index)).toEqual(images);
    const [main, aux] = await explainedByCheckpoint('now', answer.step, images);
    for (const [branch, { logits }] of [
      ['main', main],
      ['aux', aux],
    ] as const) {
      const stored = file.branches[branch]!;
      expect(stored.kept).toHaveLength(60 * 10);
      for (const [i, logit] of logits.entries()) expect(stored.logits[i]).toBeCloseTo(logit, 3);
    }
    // Another state says something else: the comparison could fail.
    const [later] = await explainedByCheckpoint('now', answer.step + 1, images);
    expect(Math.max(...main.logits.map((logit, i) => Math.abs(logit - later.logits[i])))).toBeGreaterThan(0.01);
  });

  test('are of the chosen images where none are named', async () => {
    const input = { ...small, explain: { images: [3, 4], every: 100 } };
    const answer = await asked('now-chosen', input, (connection) => connection.request('look', {}));
    expect(answer.images).toBe(2);
    expect(readExplainFile(nowFilePath(folderOf('now-chosen'))).images.map(({ index }) => index)).toEqual([3, 4]);
  });

  test('come with the images that cannot be read, and not without any', async () => {
    const [some, none, unchosen] = await asked('now-problems', small, (connection) =>
      Promise.all([
        connection.request('look', { images: ['gone.png', 5] }),
        connection.request('look', { images: ['gone.png'] }).catch((error: Error) => error),
        connection.request('look', {}).catch((error: Error) => error),
      ]),
    );
    expect(some).toMatchObject({ images: 1, problems: [{ image: 'gone.png' }] });
    expect((none as Error).message).toMatch(/^gone\.png: is no image of the data set/);
    expect((unchosen as Error).message).toBe('the run has no chosen images: choose some first');
  });

  test('Grad-CAM of many images is answered in several pauses too', async () => {
    const images = [0, 1, 2, 3];
    const { explanations, step } = await asked('now-stage', small, (connection) =>
      connection.request('explain', { images, stage: 2, class: 'true' }),
    );
    expect(step).toBeGreaterThan(0);
    expect(explanations.map(({ branch, index }) => [branch, index])).toEqual(
      ['main', 'aux'].flatMap((branch) => images.map((index) => [branch, index])),
    );
    expect(explanations.every(({ grid }) => grid.length === 8)).toBe(true);
  });
});

describe('images that are chosen during a run', { timeout: 60_000 }, () => {
  test('are recorded from the next epoch on, and their pictures join those before', async () => {
    const input = { ...small, training: { epochs: 12, batchSize: 10 }, explain: { images: [0, 1], every: 3 } };
    const choices = [1, 'gone.png', 'validation/circle/000001', 7];
    const answer = await asked(
      'changed',
      input,
      (connection) => connection.request('chooseImages', { images: choices }),
      {
        atStep: 2,
        stopAfter: false,
      },
    );
    const { fromEpoch } = answer;
    expect(answer).toMatchObject({ images: 3, problems: [{ image: 'gone.png' }] });
    expect(fromEpoch % 3).toBe(0);
    const found = explained('changed');
    expect([...found.keys()]).toEqual([3, 6, 9, 12]);
    for (const [epoch, images] of found) {
      // The images before, or those after: index 1 and "validation/circle/000001" are the same image, chosen twice.
      expect(images).toEqual(epoch < fromEpoch ? [0, 1] : [1, 7]);
    }
    const [record] = recordsOf('changed').filter((event) => event.type === 'images');
    expect(record).toMatchObject({ images: choices });
    const { pictures, problems } = readPictures(runPaths(folderOf('changed')).explain);
    expect(new Set(pictures.map(({ index }) => index))).toEqual(new Set([0, 1, 7]));
    expect(problems).toMatchObject([{ image: 'gone.png' }]);
    const last = readExplainFile(explainFilePath(folderOf('changed'), 12));
    expect(last.images.map(({ index }) => index)).toEqual([1, 1, 7]);
  });

  test('an experiment without images gets them, and none at all can be chosen', async () => {
    const input = { ...small, training: { epochs: 16, batchSize: 10 } };
    const onEpochs: number[] = [];
    await asked(
      'first',
      input,
      async (connection) => {
        onEpochs.push((await connection.request('chooseImages', { images: [2] })).fromEpoch);
        onEpochs.push((await connection.request('chooseImages', { images: [] })).fromEpoch);
      },
      { stopAfter: false },
    );
    const [from, to] = onEpochs as [number, number];
    const expected = Array.from({ length: to - from }, (_, i) => from + i);
    expect([...explained('first').keys()]).toEqual(expected);
  });

  test('are refused where nothing can be recorded, and the run goes on with those before', async () => {
    const input = { ...small, training: { epochs: 4, batchSize: 10 }, explain: { images: [0] } };
    const refused = await asked(
      'refused',
      input,
      (connection) =>
        Promise.all(
          [['gone.png'], [-1 as number], Array.from({ length: 1001 }, () => 0)].map((images) =>
            connection.request('chooseImages', { images }).catch((error: Error) => error.message),
          ),
        ),
      { stopAfter: false },
    );
    expect(refused).toEqual([
      expect.stringMatching(/^none of the images can be read; gone\.png: is no image of the data set/),
      'images must be at most 1000 paths or indices',
      'images must be at most 1000 paths or indices',
    ]);
    expect([...explained('refused').values()]).toEqual(Array.from({ length: 4 }, () => [0]));
    const never = { ...small, explain: { every: null } };
    const message = await asked('never', never, (connection) =>
      connection.request('chooseImages', { images: [0] }).catch((error: Error) => error.message),
    );
    expect(message).toBe('the run records no maps: its experiment has "explain.every": null');
    expect(existsSync(runPaths(folderOf('never')).explain)).toBe(false);
  });

  test('neither they nor looks change what is trained, to the bit', async () => {
    const input = { ...small, training: { epochs: 8, batchSize: 10 }, record: { draws: true } };
    await start('alone', input);
    const { step } = await asked(
      'disturbed',
      input,
      async (connection) => {
        const { step } = await connection.request('look', { images: [0, 1, 2] });
        await connection.request('chooseImages', { images: [4, 5] });
        await connection.request('explain', { images: [6], stage: 3 });
        return { step };
      },
      { stopAfter: false },
    );
    expect(step).toBeLessThan(16);
    expect(explained('disturbed').size).toBeGreaterThan(0);
    expect(trained('disturbed')).toHaveLength(32);
    expect(trained('disturbed')).toEqual(trained('alone'));
  });

  test('a stopped run goes on with them', async () => {
    const input = { ...small, training: { epochs: 9, batchSize: 10 }, explain: { images: [0, 1], every: 3 } };
    await asked('resumed', input, (connection) => connection.request('chooseImages', { images: [8, 9] }));
    expect(recordsOf('resumed').at(-1)).toMatchObject({ type: 'status', state: 'stopped' });
    expect(await resumeRun(folderOf('resumed'), { stop: new AbortController() })).toBe('finished');
    expect(explained('resumed').get(9)).toEqual([8, 9]);
    const { pictures } = readPictures(runPaths(folderOf('resumed')).explain);
    expect(pictures.map(({ index }) => index)).toEqual([0, 1, 8, 9]);
  });
});

describe('a trainer process', { timeout: 60_000 }, () => {
  let trainer: ChildProcess | undefined;

  afterEach(() => {
    trainer?.kill('SIGKILL');
  });

  const launch = (...args: string[]) => {
    const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
    const environment = { ...process.env, MIXPROP_RUNTIMES: join(runs, 'no-runtimes') };
    trainer = spawn(process.execPath, [program, ...args], { cwd: runs, stdio: 'ignore', env: environment });
    return trainer;
  };
  test('that is killed and resumed records the images that were chosen while it ran', async () => {
    const experiment = join(runs, 'killed.mixprop.json');
    const input = { ...small, training: { epochs: 400, batchSize: 10 } };
    writeFileSync(experiment, JSON.stringify(input));
    const id = 'killed';
    launch('train', experiment, '--runs', runs, '--name', id, '--backend', 'wasm');
    await until(() => existsSync(folderOf(id)) && recordsOf(id).some(({ type }) => type === 'step'));
    const [{ step }, { fromEpoch }] = await askTrainer(folderOf(id), (connection) =>
      Promise.all([connection.request('look', { images: [0] }), connection.request('chooseImages', { images: [11] })]),
    );
    expect(readExplainFile(nowFilePath(folderOf(id))).step).toBe(step);
    await until(() => explained(id).has(fromEpoch));
    const killed = once(trainer!, 'exit');
    trainer!.kill('SIGKILL');
    await killed;
    const before = recordsOf(id).at(-1)!.seq;
    launch('resume', folderOf(id));
    await until(() => recordsOf(id).some((event) => event.type === 'explain' && event.seq > before + 20));
    const resumed = recordsOf(id).filter((event) => event.type === 'explain' && event.seq > before);
    expect(new Set(resumed.map((event) => event.type === 'explain' && event.index))).toEqual(new Set([11]));
  });
});
