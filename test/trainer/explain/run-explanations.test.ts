import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { connectToTrainer } from '../../../common/live/live-client';
import type { ExplainParams, ExplainResult } from '../../../common/live/protocol';
import { effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import type { RunEvent } from '../../../common/run/events';
import { explainFilePath, readExplainFile, storedMap } from '../../../common/run/explain-file';
import { openDataset } from '../../../trainer/data/open/open-dataset';
import { EagerExecutor } from '../../../trainer/execution/eager-executor';
import { prepareNetwork } from '../../../trainer/execution/prepare-network';
import { readChosenImages } from '../../../trainer/explain/chosen-images';
import { explainBranch, explanationOf, shownGrids } from '../../../trainer/explain/explain-images';
import { readWeights } from '../../../trainer/models/checkpoint';
import { resumeRun, startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';

const runs = mkdtempSync(join(tmpdir(), 'mixprop-explanations-'));
afterAll(() => rmSync(runs, { recursive: true }));

const small: ExperimentInput = {
  dataset: { type: 'shapes', imageSize: 16, trainingImages: 60, validationImages: 20 },
  model: { width: 4 },
  method: { type: 'mixprop' },
  training: { epochs: 3, batchSize: 20 },
  explain: { images: [0, 'validation/circle/000001', 'gone.png', 5], every: 2 },
  checkpoint: { every: 1 },
};

function start(id: string, input: ExperimentInput, onEvent?: (event: RunEvent) => void, stop = new AbortController()) {
  const experiment = experimentSchema.parse(input);
  const folders = { baseFolder: runs, runsFolder: runs };
  return startRun({ experiment, ...folders, id, backend: testBackend, warnings: [], stop, onEvent });
}

/** What the checkpoint of an epoch says of validation images. */
async function explainedByCheckpoint(id: string, epoch: number, choices: (string | number)[]) {
  const experiment = experimentSchema.parse(small);
  const dataset = await openDataset(experiment.dataset, { baseFolder: runs, cacheFolder: runs });
  const { network, method } = prepareNetwork(experiment, dataset.classes.length);
  const file = join(runs, id, 'checkpoints', `epoch-000${epoch}.safetensors`);
  const values = readWeights(file, network.specs);
  const executor = new EagerExecutor(network, method, experiment.optimizer, values);
  const { normalization } = experiment.dataset;
  const { images } = await readChosenImages(choices, { dataset, settings: experiment.dataset, baseFolder: runs });
  const explained = method.branches.map((branch) =>
    explainBranch(executor, images, branch, { classes: dataset.classes, imageSize: 16, normalization }),
  );
  executor.dispose();
  return explained.flatMap((through) =>
    shownGrids(through, 'predicted').map((grid, image) => explanationOf(through, image, grid)),
  );
}

describe('a run with chosen images', () => {
  let events: RunEvent[];
  beforeAll(async () => {
    expect(await start('whole', small)).toBe('finished');
    events = readAllEvents(join(runs, 'whole'));
  });

  test('names the images that it cannot show', () => {
    const warnings = events.filter((event) => event.type === 'warning').map(({ message }) => message);
    expect(warnings).toContainEqual(expect.stringMatching(/^explain\.images: gone\.png is no image of the data set/));
  });

  test('records each image and branch after every second epoch, and after the last', () => {
    const records = events.filter((event) => event.type === 'explain');
    expect(records.map(({ epoch, step, branch, index }) => [epoch, step, branch, index])).toEqual(
      [2, 3].flatMap((epoch) =>
        ['main', 'aux'].flatMap((branch) => [0, 1, 5].map((index) => [epoch, 3 * epoch, branch, index])),
      ),
    );
    expect(records[1].image).toBe('validation/circle/000001');
  });

  test('records what the checkpoint of the epoch says', async () => {
    const records = events.filter((event) => event.type === 'explain' && event.epoch === 2);
    const again = await explainedByCheckpoint('whole', 2, [0, 1, 5]);
    expect(records).toHaveLength(again.length);
    for (const [i, { grid, confidence, ...others }] of again.entries()) {
      expect(records[i]).toMatchObject(others);
      const record = records[i] as Extract<RunEvent, { type: 'explain' }>;
      expect(record.confidence).toBeCloseTo(confidence, 3);
      for (const [y, row] of grid.entries()) {
        for (const [x, value] of row.entries()) expect(record.grid[y][x]).toBeCloseTo(value, 3);
      }
    }
  });

  test('keeps the maps of all classes, whose means are the logits without bias', () => {
    expect(existsSync(explainFilePath(join(runs, 'whole'), 1))).toBe(false);
    const file = readExplainFile(explainFilePath(join(runs, 'whole'), 3));
    expect(file).toMatchObject({ epoch: 3, step: 9, height: 2, width: 2 });
    expect(file.classes).toHaveLength(10);
    const record = events.findLast((event) => event.type === 'explain')!;
    if (record.type !== 'explain') throw new Error('no record');
    const image = file.images.findIndex(({ path }) => path === record.image);
    const map = storedMap(file, record.branch, image, file.classes.indexOf(record.class))!;
    expect([...map]).toEqual(record.grid.flat().map((value) => expect.closeTo(value, 4)));
  });

  test('records how well the maps find the shapes', () => {
    const found = events.filter((event) => event.type === 'localisation');
    expect(found.map(({ epoch }) => epoch)).toEqual([2, 3]);
    for (const { main, aux, agreement, withRegion, images } of found) {
      expect(withRegion).toBe(images);
      for (const branch of [main, aux!]) {
        expect(branch.pointing).toBeGreaterThanOrEqual(0);
        expect(branch.energy).toBeGreaterThan(0);
        expect(branch.energy).toBeLessThan(1);
      }
      expect(Math.abs(agreement!)).toBeLessThanOrEqual(1);
    }
  });

  test('stopped and resumed has the same records', async () => {
    const stop = new AbortController();
    const onEvent = (event: RunEvent) => event.type === 'step' && event.step === 8 && stop.abort();
    expect(await start('parts', small, onEvent, stop)).toBe('stopped');
    expect(await resumeRun(join(runs, 'parts'), { stop: new AbortController() })).toBe('finished');
    const sequence = (id: string) =>
      effectiveEvents(readAllEvents(join(runs, id)))
        .filter(({ type }) => type === 'explain' || type === 'localisation')
        .map((event) => ({ ...event, seq: 0, time: 0 }));
    expect(sequence('parts')).toEqual(sequence('whole'));
  });
});

test('a run without chosen images records and stores nothing of them', async () => {
  await start('none', { ...small, explain: {}, training: { epochs: 1, batchSize: 20 } });
  expect(readAllEvents(join(runs, 'none')).some(({ type }) => type === 'explain' || type === 'localisation')).toBe(
    false,
  );
  expect(existsSync(join(runs, 'none', 'explain'))).toBe(false);
});

describe('a run in training', () => {
  /** Asks one after the other when the first step is done; each answer, and the step after which it was there. */
  async function ask(
    id: string,
    questions: ExplainParams[],
  ): Promise<{ answer: ExplainResult | Error; step: number }[]> {
    const stop = new AbortController();
    const answers: { answer: ExplainResult | Error; step: number }[] = [];
    let asked: Promise<void> | undefined;
    let step = 0;
    const request = async () => {
      const connection = await connectToTrainer(join(runs, id));
      for (const question of questions) {
        answers.push({ answer: await connection.request('explain', question).catch((error: Error) => error), step });
      }
      connection.dispose();
      stop.abort();
    };
    const onEvent = (event: RunEvent) => {
      if (event.type !== 'step') return;
      step = event.step;
      asked ??= request();
    };
    const input = { ...small, explain: {}, training: { epochs: 100, batchSize: 20 } };
    expect(await start(id, input, onEvent, stop)).toBe('stopped');
    await asked;
    return answers;
  }

  test('answers with the network as it is, between two steps', async () => {
    const questions: ExplainParams[] = [
      { images: [1, 'gone.png'], class: 'ring' },
      { images: [1], branches: ['aux'], stage: 2 },
    ];
    const [{ answer, step }, { answer: stage }] = await ask('live', questions);
    if (answer instanceof Error) throw answer;
    if (stage instanceof Error) throw stage;
    expect(answer.step).toBeGreaterThan(0);
    expect(step - answer.step).toBeLessThanOrEqual(2);
    expect(answer.explanations.map(({ branch, index, class: shown }) => [branch, index, shown])).toEqual([
      ['main', 1, 'ring'],
      ['aux', 1, 'ring'],
    ]);
    expect(answer.explanations[0].grid).toHaveLength(2);
    expect(answer.problems).toMatchObject([{ image: 'gone.png' }]);
    // Grad-CAM of stage 2, whose maps are 8 × 8.
    expect(stage.explanations).toHaveLength(1);
    expect(stage.explanations[0].grid).toHaveLength(8);
    expect(Math.min(...stage.explanations[0].grid.flat())).toBeGreaterThanOrEqual(0);
  });

  test('refuses what it cannot answer and trains on', async () => {
    const refused: [unknown, string][] = [
      [{ images: [0], class: 'rinng' }, 'the network has no class "rinng": did you mean "ring"?'],
      [{ images: [0], stage: 5 }, 'there is no stage 5: the networks have stages 1 to 4'],
      [{ images: [] }, 'images must be 1 to 200 paths or indices'],
      [{ images: [-1] }, 'images must be 1 to 200 paths or indices'],
      [{ images: [0], branches: ['third'] }, 'branches must be main, aux or both'],
    ];
    const answers = await ask(
      'live-refused',
      refused.map(([question]) => question as ExplainParams),
    );
    expect(answers.map(({ answer }) => (answer as Error).message)).toEqual(refused.map(([, message]) => message));
  });
});
