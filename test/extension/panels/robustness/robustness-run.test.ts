import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { writeEvaluationPredictions } from '../../../../common/run/evaluation-predictions';
import { writePictures } from '../../../../common/run/explain-pictures';
import { runPaths } from '../../../../common/run/run-folder';
import { readRunInfo } from '../../../../common/run/run-info';
import { makePictures } from '../../../../extension/panels/robustness/robustness-pictures';
import { FollowedRobustness } from '../../../../extension/panels/robustness/robustness-run';
import { someEvaluation } from '../../../common/run/evaluation-fixture';
import { writeRun } from '../../../trainer/report/report-fixture';

const temporary = () => mkdtempSync(join(tmpdir(), 'mixprop-robustness-'));
const nameOf = (folder: string) => ({ runKey: folder, runId: 'run', label: 'run' });
const followed: FollowedRobustness[] = [];
afterEach(() => {
  for (const run of followed.splice(0)) run.dispose();
});

async function follow(folder: string) {
  let news = 0;
  const run = new FollowedRobustness(nameOf(folder), readRunInfo(folder).experiment!, () => {
    news++;
  });
  followed.push(run);
  await run.replayed;
  return { run, newsSoFar: () => news };
}

const cell = { runKey: '/runs/run', evaluation: 'best', branch: 'main', corruption: 'fog', severity: 3 };

function writeEvaluated(folder: string, change: Parameters<typeof someEvaluation>[0] = {}): void {
  const place = runPaths(folder).evaluations;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'best.json'), JSON.stringify(someEvaluation(change)));
}

describe('a run in the robustness panel', () => {
  test('is shown without evaluations, and anew when there is one, or a damaged one', async () => {
    const folder = writeRun(temporary(), 'run');
    const { run, newsSoFar } = await follow(folder);
    expect(run.contents).toMatchObject({ header: { runKey: folder, state: 'finished' }, evaluations: [] });
    expect(run.take()).toBeUndefined();
    writeEvaluated(folder);
    await expect.poll(newsSoFar).toBe(2);
    expect(run.take()?.evaluations.map(({ name }) => name)).toEqual(['best']);
    expect(run.take()).toBeUndefined();
    writeFileSync(join(runPaths(folder).evaluations, 'torn.json'), '{');
    await expect.poll(() => run.take()?.problems).toMatchObject([expect.stringContaining('torn.json')]);
  });

  test('stays as it was read when its folder is gone, and is read anew when another is there', async () => {
    const folder = writeRun(temporary(), 'run');
    writeEvaluated(folder);
    const { run } = await follow(folder);
    rmSync(folder, { recursive: true });
    await expect.poll(() => run.isGone).toBe(true);
    expect(run.contents).toMatchObject({ header: { state: 'finished' }, evaluations: [{ name: 'best' }] });
    // A panel that was hidden meanwhile is told with the contents.
    Object.assign(run.name, { label: 'run (b)', isGone: true });
    expect(run.contents?.header).toMatchObject({ label: 'run (b)', isGone: true });
    writeRun(join(folder, '..'), 'run', { name: 'other' });
    await expect.poll(() => run.take()).toMatchObject({ header: { name: 'other' }, evaluations: [] });
    expect(run.isGone).toBe(false);
  });

  test('tells which images are lost, or why it cannot', async () => {
    const folder = writeRun(temporary(), 'run');
    writeEvaluated(folder, { predictions: 'best.predictions.bin' });
    const file = join(runPaths(folder).evaluations, 'best.predictions.bin');
    const condition = (name: string, severity: number | null, predicted: number[]) => ({
      name,
      severity,
      prefix: '',
      names: ['a', 'b'],
      labels: [0, 1],
      branches: { main: { predicted: Uint16Array.from(predicted), confidence: Float32Array.from([0.5, 0.75]) } },
    });
    const conditions = [condition('clean', null, [0, 1]), condition('fog', 3, [0, 0])];
    writeEvaluationPredictions(file, { classes: ['cat', 'dog'], conditions });
    const { run } = await follow(folder);
    expect(run.take()).toBeDefined();
    expect(run.flips(cell, 5)).toMatchObject({ lost: 1, shown: [{ path: 'b', label: 'dog', predicted: 'cat' }] });
    expect(() => run.flips({ ...cell, severity: 4 }, 5)).toThrow(/evaluate the run again/);
    expect(() => run.flips({ ...cell, evaluation: 'other' }, 5)).toThrow(/no longer has an evaluation other/);
    rmSync(file);
    writeEvaluated(folder, { predictions: 'best.predictions.bin', created: '2027-01-01T00:00:00.000Z' });
    await expect.poll(() => run.take() !== undefined).toBe(true);
    expect(() => run.flips(cell, 5)).toThrow(/best\.predictions\.bin/);
  });

  test('without predictions says so', async () => {
    const folder = writeRun(temporary(), 'run');
    writeEvaluated(folder);
    const { run } = await follow(folder);
    expect(() => run.flips(cell, 5)).toThrow(/holds no predictions: evaluate the run again/);
  });
});

describe('pictures of lost images', () => {
  const image = (path: string) => ({
    path,
    corruptedPath: `fog/3/${path}`,
    label: 'cat',
    predicted: 'dog',
    confidence: 1,
    cleanConfidence: 1,
  });
  const root = () => {
    const folder = temporary();
    mkdirSync(join(folder, 'data', 'val', 'cat'), { recursive: true });
    writeFileSync(join(folder, 'data', 'val', 'cat', 'a.JPEG'), 'clean a');
    return folder;
  };
  const evaluation = someEvaluation({
    dataset: { type: 'image-folder', path: 'data', imageSize: 64, classes: 2, limit: null },
    source: { kind: 'made', strength: 'tiny', seed: 5 },
  });

  test('are made from copies that keep their paths, with the evaluation’s settings', async () => {
    const runFolder = root();
    let asked: readonly string[] = [];
    const made = await makePictures(
      { cell, images: [image('val/cat/a.JPEG')], evaluation, runFolder },
      async (line) => {
        asked = line;
        const [input, output] = [line[1]!, line.at(-1)!];
        expect(readFileSync(join(input, 'val', 'cat', 'a.JPEG'), 'utf8')).toBe('clean a');
        mkdirSync(join(output, 'val', 'cat'), { recursive: true });
        writeFileSync(join(output, 'val', 'cat', 'a.png'), 'corrupted a');
        return undefined;
      },
    );
    expect(asked.join(' ')).toContain(
      '--corruption fog --severity 3 --strength tiny --seed 5 --image-size 64 --format png --out',
    );
    expect(() => readFileSync(asked[1]!)).toThrow(/ENOENT/);
    const text = (base64: string) => Buffer.from(base64, 'base64').toString();
    expect(made.problem).toBeUndefined();
    expect(made.pictures.map(({ clean, corrupted }) => [text(clean), text(corrupted)])).toEqual([
      ['clean a', 'corrupted a'],
    ]);
  });

  test('are read where corrupted images are files', async () => {
    const runFolder = root();
    const files = join(runFolder, 'c', 'fog', '3', 'val', 'cat');
    mkdirSync(files, { recursive: true });
    writeFileSync(join(files, 'a.JPEG'), 'corrupted a');
    const source = { kind: 'folder', path: join(runFolder, 'c') } as const;
    const wanted = {
      cell,
      images: [image('val/cat/a.JPEG')],
      evaluation: { ...evaluation, source },
      runFolder,
    };
    const made = await makePictures(wanted, () => expect.fail('nothing is to be made'));
    expect(made).toMatchObject({ pictures: [{ path: 'val/cat/a.JPEG' }] });
  });

  test('what is missing is said, and the rest is there', async () => {
    const runFolder = root();
    const corrupt = async (line: readonly string[]) => {
      mkdirSync(join(line.at(-1)!, 'val', 'cat'), { recursive: true });
      writeFileSync(join(line.at(-1)!, 'val', 'cat', 'a.png'), 'x');
      return undefined;
    };
    const images = (...paths: string[]) => ({
      cell,
      images: paths.map(image),
      evaluation,
      runFolder,
    });
    expect(await makePictures(images('val/cat/gone.JPEG'), corrupt)).toMatchObject({
      pictures: [],
      problem: expect.stringMatching(/gone\.JPEG/),
    });
    expect(await makePictures(images('../../etc/passwd'), corrupt)).toMatchObject({
      pictures: [],
      problem: expect.stringMatching(/is not in/),
    });
    const failing = async (line: readonly string[]) => {
      await corrupt(line);
      return 'the disk is full';
    };
    expect(await makePictures(images('val/cat/a.JPEG'), failing)).toMatchObject({
      pictures: [{ path: 'val/cat/a.JPEG' }],
      problem: 'the disk is full',
    });
  });

  describe('of images that are no files', () => {
    const drawn = (change: Parameters<typeof someEvaluation>[0] = {}) => ({
      cell,
      images: [image('validation/cat/000001')],
      evaluation: someEvaluation(change),
      runFolder: '/runs/a',
    });

    test('are drawn by the command that explains, clean and corrupted', async () => {
      const asked: string[] = [];
      const made = await makePictures(drawn(), async (line) => {
        const place = line.at(-1)!;
        asked.push(line.slice(0, -1).join(' '));
        const png = line.includes('--corruption') ? 'corrupted' : 'clean';
        writePictures(place, { imageSize: 16, pictures: [{ path: 'validation/cat/000001', png }], problems: [] });
        return undefined;
      });
      expect(asked).toEqual([
        'explain /runs/a --checkpoint best --images=validation/cat/000001 --maps',
        'explain /runs/a --checkpoint best --images=validation/cat/000001 --corruption fog --severity 3 --maps',
      ]);
      expect(made).toEqual({ pictures: [{ path: 'validation/cat/000001', clean: 'clean', corrupted: 'corrupted' }] });
    });

    test('are not where they would look otherwise than when they were evaluated, or where that fails', async () => {
      for (const source of [
        { kind: 'made', strength: 'cifar', seed: 1 },
        { kind: 'made', strength: 'tiny', seed: 0 },
        { kind: 'folder', path: '/data/CIFAR-10-C' },
      ] as const) {
        expect(await makePictures(drawn({ source }), () => expect.fail('nothing is to be made'))).toMatchObject({
          pictures: [],
          problem: expect.stringContaining('no files'),
        });
      }
      const failed = await makePictures(drawn(), async () => 'there is no checkpoint');
      expect(failed).toEqual({ pictures: [], problem: 'there is no checkpoint' });
    });
  });
});
