import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readEvaluationPredictions,
  splitPrefix,
  writeEvaluationPredictions,
} from '../../../common/run/evaluation-predictions';
import { type Evaluation, readEvaluation, readEvaluations } from '../../../common/run/evaluations';
import { temporaryFolder } from '../../trainer/data/temporary-folder';

const evaluation: Evaluation = {
  format: 1,
  run: 'run',
  checkpoint: 'best',
  checkpointSha256: 'ab',
  epoch: 2,
  step: 20,
  created: '2025-01-01T00:00:00.000Z',
  backend: 'wasm',
  device: 'cpu',
  precision: 'float32',
  seconds: 1,
  imagesPerSecond: null,
  images: 10,
  imageList: 'abc',
  dataset: { type: 'shapes', path: null, imageSize: 16, classes: 10, limit: null },
  source: null,
  branches: { main: { clean: { top1: 0.5, top5: 1, loss: null, calibrationError: null }, corruptions: {} } },
};

function writeRun(files: Record<string, string>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'evaluations'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'evaluations', name), text);
  return folder;
}

describe('evaluations of a run', () => {
  test('are read, the newest first; what goes on with one is none', () => {
    const newer = { ...evaluation, created: '2025-02-01T00:00:00.000Z' };
    const folder = writeRun({
      'a.json': JSON.stringify(evaluation),
      'b.json': JSON.stringify(newer),
      'c.draft': 'x',
      'a.predictions.bin': 'x',
    });
    expect(readEvaluations(folder)).toEqual({
      evaluations: [
        { name: 'b', file: join(folder, 'evaluations', 'b.json'), evaluation: newer },
        { name: 'a', file: join(folder, 'evaluations', 'a.json'), evaluation },
      ],
      problems: [],
    });
    expect(readEvaluations(temporaryFolder())).toEqual({ evaluations: [], problems: [] });
  });

  test.each([
    ['cut off', '{"format": 1, "run', 'cannot be read'],
    ['something else', '[1, 2]', 'is not an evaluation of a run, or is damaged'],
    ['of a newer version', '{"format": 2}', 'has format 2, which needs a newer MixProp Studio'],
    ['null', 'null', 'is not an evaluation of a run, or is damaged'],
    [
      'damaged within',
      JSON.stringify(evaluation).replace('"top1":0.5', '"top1":"half"'),
      'damaged: branches.main.clean.top1',
    ],
  ])('a file that is %s is named, and the others are read', (_, text, message) => {
    const folder = writeRun({ 'bad.json': text, 'good.json': JSON.stringify(evaluation) });
    const { evaluations, problems } = readEvaluations(folder);
    expect(evaluations.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(join(folder, 'evaluations', 'bad.json'));
    expect(problems[0]).toContain(message);
    expect(() => readEvaluation(join(folder, 'evaluations', 'bad.json'))).toThrow(message);
  });
});

describe('predictions', () => {
  const columns = (count: number, shift: number) => ({
    predicted: Uint16Array.from({ length: count }, (_, i) => 999 * i + shift),
    confidence: Float32Array.from({ length: count }, (_, i) => 1 / (i + 1 + shift)),
  });
  const names = ['cat/0.png', 'cat/1.png', 'dog/0.png'];
  const images = { names, labels: [0, 0, 1] };
  const predictions = {
    classes: ['Katze', 'dog'],
    conditions: [
      {
        name: 'clean',
        severity: null,
        prefix: 'val/',
        ...images,
        branches: { main: columns(3, 0), aux: columns(3, 1) },
      },
      { name: 'fog', severity: 3, prefix: 'fog/3/', ...images, branches: { main: columns(3, 2) } },
      { name: 'fog', severity: 4, prefix: '', names: ['x'], labels: [1], branches: { aux: columns(1, 3) } },
    ],
  };

  test('are what was written', () => {
    const file = join(temporaryFolder(), 'p.bin');
    writeEvaluationPredictions(file, predictions);
    expect(readEvaluationPredictions(file)).toEqual(predictions);
  });

  test('cut off anywhere, or of another kind, are refused by name', () => {
    const file = join(temporaryFolder(), 'p.bin');
    writeEvaluationPredictions(file, predictions);
    for (const length of [380, 200, 25, 3, 0]) {
      truncateSync(file, length);
      expect(() => readEvaluationPredictions(file)).toThrow(`${file} holds no predictions of an evaluation`);
    }
    expect(() => readEvaluationPredictions(join(file, '..', 'none.bin'))).toThrow('none.bin');
  });

  test('paths are split after what they share', () => {
    expect(splitPrefix(['val/cat/0.png', 'val/car/1.png'])).toEqual({
      prefix: 'val/',
      names: ['cat/0.png', 'car/1.png'],
    });
    expect(splitPrefix(['fog.npy#10', 'fog.npy#11'])).toEqual({ prefix: 'fog.npy#', names: ['10', '11'] });
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab/#]*$/), { minLength: 1 }), (paths) => {
        const { prefix, names } = splitPrefix(paths);
        expect(names.map((name) => prefix + name)).toEqual(paths);
      }),
    );
  });
});
