import { createHash } from 'node:crypto';
import { fill, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MethodDraws } from '../../../common/experiment/methods/method-draws';
import type { MethodSettings } from '../../../common/experiment/methods/methods';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { startBackend } from '../../../trainer/backends/select';
import { createMethod } from '../../../trainer/methods/create-method';
import { noise } from '../../../trainer/methods/noise';
import { ballAround, pgdStart } from '../../../trainer/methods/pgd';
import { Drawing, type StepDraws } from '../../../trainer/training/draws';
import { testBackend } from '../../test-backend';

// Every bound is one that a right implementation exceeds with 1 seed in 10,000; where a test looks at several things
// the chance is shared between them.
const chance = 1e-4;

beforeAll(async () => {
  await startBackend(testBackend);
});

const normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const classes = 10;

interface RunOptions {
  batchSize?: number;
  images?: number;
  imageSize?: number;
  seed?: number;
}

function drawingOf(method: ExperimentInput['method'], options: RunOptions = {}) {
  const { batchSize = 2, images = batchSize, imageSize = 32, seed = 1 } = options;
  const experiment = experimentSchema.parse({ seed, method, training: { batchSize } });
  const created = createMethod(experiment.method, { normalization, classes });
  return { drawing: new Drawing(experiment, created, { count: images, imageSize }), method: created };
}

/** Draws of steps 1 to `count`. */
function stepsOf(count: number, method: ExperimentInput['method'], options?: RunOptions): StepDraws[] {
  const { drawing } = drawingOf(method, options);
  return Array.from({ length: count }, (_, i) => drawing.step(i + 1));
}

const drawsOf = (...args: Parameters<typeof stepsOf>): MethodDraws[] => stepsOf(...args).map(({ method }) => method);

// ---- Statistics ----

/** Kolmogorov–Smirnov: whether samples follow a continuous distribution. */
function expectDistribution(samples: ArrayLike<number>, distribution: (x: number) => number, shared = 1): void {
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  let distance = 0;
  for (const [i, x] of sorted.entries()) {
    const expected = distribution(x);
    distance = Math.max(distance, (i + 1) / n - expected, expected - i / n);
  }
  expect(distance * Math.sqrt(n)).toBeLessThan(Math.sqrt(-Math.log(chance / shared / 2) / 2));
}

/** Pearson's χ²: whether all cells are equally likely. */
function expectUniformCounts(cells: Iterable<number | string>, cellCount: number, shared = 1): void {
  const counts = new Map<number | string, number>();
  let n = 0;
  for (const cell of cells) {
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    n++;
  }
  expect(counts.size).toBe(cellCount);
  const mean = n / cellCount;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
  // Wilson and Hilferty: the cube root is nearly normal.
  const freedom = cellCount - 1;
  const spread = 2 / (9 * freedom);
  expect(chiSquare).toBeLessThan(freedom * (1 - spread + normalQuantile(chance / shared) * Math.sqrt(spread)) ** 3);
}

/** Whether the mean of independent values is as expected. @param deviation standard deviation of one value */
function expectMean(values: ArrayLike<number>, mean: number, deviation: number, shared = 1): void {
  const sum = Array.from(values).reduce((total, value) => total + value, 0);
  const z = (sum - values.length * mean) / (deviation * Math.sqrt(values.length));
  expect(Math.abs(z)).toBeLessThan(normalQuantile(chance / shared / 2));
}

/** Whether pairs of values are uncorrelated. */
function expectUncorrelated(a: ArrayLike<number>, b: ArrayLike<number>, shared = 1): void {
  const n = Math.min(a.length, b.length);
  const [x, y] = [a, b].map((values) => Float64Array.from({ length: n }, (_, i) => values[i]));
  for (const values of [x, y]) {
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    for (let i = 0; i < n; i++) values[i] -= mean;
  }
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  const correlation = dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  expect(Math.abs(correlation) * Math.sqrt(n)).toBeLessThan(normalQuantile(chance / shared / 2));
}

/** Whether a value says nothing about the one `lag` places on, for each lag. */
function expectNoEcho(values: ArrayLike<number>, lags: readonly number[]): void {
  const all = Float64Array.from(values);
  for (const lag of lags) expectUncorrelated(all.subarray(0, -lag), all.subarray(lag), lags.length);
}

const uniform = (x: number) => Math.min(1, Math.max(0, x));

/** The standard normal distribution; Abramowitz and Stegun 7.1.26, to 1e-7. */
function normal(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const [a, b, c, d, e] = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  const tail = 0.5 * t * (a + t * (b + t * (c + t * (d + t * e)))) * Math.exp((-x * x) / 2);
  return x > 0 ? 1 - tail : tail;
}

/** What a standard normal value exceeds with the probability. */
function normalQuantile(probability: number): number {
  let [low, high] = [0, 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normal(-middle) > probability) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The distribution of λ ~ Beta(α, α), or of what is left of it when λ is kept with a probability; by numerical integration
 * over λ = sin²θ, which has no pole.
 */
function beta(alpha: number, kept: (lambda: number) => number = () => 1): (lambda: number) => number {
  const steps = 20_000;
  const cumulative = [0];
  for (let i = 0; i < steps; i++) {
    const [sine, cosine] = [Math.sin, Math.cos].map((f) => f(((i + 0.5) / steps) * (Math.PI / 2)));
    cumulative.push(cumulative[i] + (sine * cosine) ** (2 * alpha - 1) * kept(sine ** 2));
  }
  return (lambda) => {
    const place = (Math.asin(Math.sqrt(lambda)) / (Math.PI / 2)) * steps;
    const below = Math.min(steps - 1, Math.floor(place));
    const between = cumulative[below + 1] - cumulative[below];
    return (cumulative[below] + (place - below) * between) / cumulative[steps];
  };
}

// ---- What is drawn ----

describe('mixing', () => {
  const mixup: [string, ExperimentInput['method'] & object][] = [
    ['mixprop', { type: 'mixprop' }],
    ['mixup', { type: 'mixup', fraction: 1 }],
  ];
  const cutmix: typeof mixup = [
    ['mixprop with CutMix', { type: 'mixprop', auxiliary: 'cutmix' }],
    ['CutMix', { type: 'cutmix', fraction: 1 }],
  ];

  test.each(
    mixup.flatMap(([name, method]) => [0.2, 1, 5].map((alpha) => [name, alpha, { ...method, alpha }] as const)),
  )('%s: λ ~ Beta(α, α) with α = %d, step by step without an echo', (_, alpha, method) => {
    const lambdas = drawsOf(20_000, method).map(({ lambda }) => lambda!);
    expectDistribution(lambdas, beta(alpha), 2);
    expectUncorrelated(lambdas.slice(0, -1), lambdas.slice(1), 2);
  });

  test.each([...mixup, ...cutmix])(
    '%s: permutations are uniform, self-pairs allowed, and say nothing about λ',
    (_, method) => {
      const draws = drawsOf(24_000, method, { batchSize: 4 });
      expectUniformCounts(
        draws.map(({ permutation }) => permutation!.join()),
        24,
        2,
      );
      expectUncorrelated(
        draws.map(({ lambda }) => lambda!),
        draws.map(({ permutation }) => permutation![0]),
        2,
      );
      const large = drawsOf(2000, method, { batchSize: 128 });
      const fixedPoints = large.map(({ permutation }) => permutation!.filter((partner, i) => partner === i).length);
      expectMean(fixedPoints, 1, 1);
    },
  );

  test('the part that is mixed has a permutation of its own', () => {
    const draws = drawsOf(24_000, { type: 'mixup', fraction: 0.5 }, { batchSize: 8 });
    expect(draws.every(({ mixed }) => mixed === 4)).toBe(true);
    expectUniformCounts(
      draws.map(({ permutation }) => permutation!.join()),
      24,
    );
  });
});

describe('CutMix', () => {
  // So large that pixels don't show. Boxes that end inside the image show their sides and centres.
  const imageSize = 1_000_000;
  const whole = (draws: readonly MethodDraws[]) =>
    draws.flatMap(({ box }) => {
      const { top, left, bottom, right } = box!;
      if (top <= 0 || left <= 0 || bottom >= imageSize || right >= imageSize) return [];
      expect(bottom - top).toBe(right - left);
      const side = bottom - top;
      return { side: side / imageSize, row: top / (imageSize - side), column: left / (imageSize - side) };
    });

  test.each([0.2, 1, 5])('α = %d: λ before its correction is Beta, sides are √(1−λ), centres uniform', (alpha) => {
    const boxes = whole(drawsOf(30_000, { type: 'mixprop', auxiliary: 'cutmix', alpha }, { imageSize }));
    expect(boxes.length).toBeGreaterThan(2000);
    // A box of side s lies inside along each axis with probability 1 − s.
    const distribution = beta(alpha, (lambda) => (1 - Math.sqrt(1 - lambda)) ** 2);
    expectDistribution(
      boxes.map(({ side }) => 1 - side ** 2),
      distribution,
      5,
    );
    const [sides, rows, columns] = (['side', 'row', 'column'] as const).map((key) => boxes.map((box) => box[key]));
    expectDistribution(rows, uniform, 5);
    expectDistribution(columns, uniform, 5);
    expectUncorrelated(rows, columns, 5);
    expectUncorrelated(sides, rows, 5);
  });

  test('centres are uniform up to the edges: as many boxes are cut off as should be', () => {
    // α = 1: the side has density 2s, and s/2 of the centres are too near to an edge: E[s/2] = 1/3.
    const draws = drawsOf(20_000, { type: 'mixprop', auxiliary: 'cutmix' }, { imageSize });
    const isCut = {
      top: draws.map(({ box }) => Number(box!.top === 0)),
      left: draws.map(({ box }) => Number(box!.left === 0)),
      bottom: draws.map(({ box }) => Number(box!.bottom === imageSize)),
      right: draws.map(({ box }) => Number(box!.right === imageSize)),
    };
    for (const cut of Object.values(isCut)) expectMean(cut, 1 / 3, Math.sqrt(2) / 3, 4);
  });

  test('the corrected λ is the share of pixels that are left', () => {
    for (const size of [1, 7, 32]) {
      const { drawing, method } = drawingOf({ type: 'mixprop', auxiliary: 'cutmix' }, { imageSize: size });
      for (let step = 1; step <= 100; step++) {
        const { method: draws } = drawing.step(step);
        const tensors = method.tensors(draws, Int32Array.of(0, 1), size);
        const mask = tensors.inBox.dataSync<'float32'>();
        expect(mask.every((value) => value === 0 || value === 1)).toBe(true);
        expect(draws.lambda).toBeCloseTo(1 - mask.reduce((sum, value) => sum + value, 0) / size ** 2, 12);
        expect(tensors.lambda.dataSync()[0]).toBe(Math.fround(draws.lambda!));
      }
    }
  });
});

describe('crops and order', () => {
  test('crop offsets are uniform from 0 to 8, half of the images are flipped, each independent of the others', () => {
    const crops = stepsOf(500, { type: 'vanilla' }, { batchSize: 64 }).map((step) => step.crops!);
    const all = (key: 'top' | 'left' | 'flip') => crops.flatMap((crop) => [...crop[key]]);
    const [top, left, flip] = [all('top'), all('left'), all('flip')];
    expectUniformCounts(
      top.map((row, i) => `${row} ${left[i]} ${flip[i]}`),
      9 * 9 * 2,
      5,
    );
    expectMean(flip, 0.5, 0.5, 5);
    for (const offsets of [top, left]) {
      expectUniformCounts(
        offsets.slice(1).map((offset, i) => `${offset} ${offsets[i]}`),
        81,
        5,
      );
    }
    // The same place of the next batch.
    expectUncorrelated(top.slice(0, -64), top.slice(64), 5);
  });

  test('every epoch is a permutation of the images, all equally likely', () => {
    const orders = stepsOf(24_000, { type: 'vanilla' }, { batchSize: 4 }).map(({ indices }) => indices.join());
    expectUniformCounts(orders, 24, 2);
    expectUniformCounts(
      orders.slice(1).map((order, i) => `${order[0]}${orders[i][0]}`),
      16,
      2,
    );
  });
});

describe('attacks', () => {
  test.each([10, 3, 2])('targets of %d classes are uniform over the other classes', (count) => {
    const { method: settings } = experimentSchema.parse({ method: { type: 'advprop', attack: { targeted: true } } });
    const method = createMethod(settings, { normalization, classes: count });
    const drawing = new Drawing(experimentSchema.parse({ training: { batchSize: 4 } }), method, {
      count: 4,
      imageSize: 1,
    });
    const labels = Int32Array.of(0, 1, count - 1, 1);
    const offsets: number[] = [];
    const targets: string[] = [];
    for (let step = 1; step <= 6000; step++) {
      const { method: draws } = drawing.step(step);
      offsets.push(...draws.targetOffsets!);
      if (step > 2000) continue;
      const tensors = method.tensors(draws, labels, 1);
      targets.push(...[...tensors.targets.dataSync()].map((target, image) => `${image} ${target}`));
      for (const tensor of Object.values(tensors)) tensor.dispose();
    }
    expect(Math.min(...offsets)).toBe(1);
    expect(Math.max(...offsets)).toBe(count - 1);
    for (const [image, label] of labels.entries()) expect(targets).not.toContain(`${image} ${label}`);
    expect(new Set(targets).size).toBe(4 * (count - 1));
    if (count === 2) return;
    expectUniformCounts(offsets, count - 1, 2);
    expectUniformCounts(
      offsets.slice(1).map((offset, i) => `${offset} ${offsets[i]}`),
      (count - 1) ** 2,
      2,
    );
  });

  test.each(
    (['advprop', 'fast-advprop'] as const).flatMap((type) =>
      [0, 0.2, 0.5, 0.8, 1].map((randomStart) => ({ type, attack: { randomStart } })),
    ),
  )('$type: starts are random with probability $attack.randomStart, batch by batch', (method) => {
    const { randomStart } = method.attack;
    const draws = drawsOf(20_000, method);
    const starts = draws.map(({ startSeed }) => Number(startSeed !== undefined));
    if (randomStart === 0 || randomStart === 1) {
      expect(starts.every((start) => start === randomStart)).toBe(true);
    } else {
      expectMean(starts, randomStart, Math.sqrt(randomStart * (1 - randomStart)), 3);
      expectUncorrelated(starts.slice(0, -1), starts.slice(1), 3);
    }
    if (randomStart === 0) return;
    const seeds = draws.flatMap(({ startSeed }) => startSeed ?? []);
    expectDistribution(
      seeds.map((seed) => seed / 2 ** 32),
      uniform,
      3,
    );
  });

  test('a start that is not random is the clean image', () => {
    const { drawing, method } = drawingOf({ type: 'advprop', attack: { randomStart: 0 } });
    const { start } = method.tensors(drawing.step(1).method, Int32Array.of(0, 1), 4);
    expect(start.dataSync().every((value) => value === 0)).toBe(true);
  });

  test.each([1, 3])('PGD with ε = %d starts anywhere in the ball, every value for itself', (epsilonPixels) => {
    const [batchSize, imageSize] = [8, 32];
    const { drawing, method } = drawingOf({ type: 'advprop', attack: { epsilonPixels } }, { batchSize, imageSize });
    const tensors = method.tensors(drawing.step(1).method, new Int32Array(batchSize), imageSize);
    // Grey: no value comes near to black or white.
    const x = fill([batchSize, imageSize, imageSize, 3], 0) as Tensor4D;
    const started = pgdStart(
      x,
      tensors.start,
      epsilonPixels,
      ballAround(x, epsilonPixels, normalization),
      normalization,
    );
    const inPixels = [...started.dataSync()].map((value, i) => value * 255 * normalization.std[i % 3]);
    const places = inPixels.map((value) => (value / epsilonPixels + 1) / 2);
    expect(Math.min(...places)).toBeGreaterThan(-1e-6);
    expect(Math.max(...places)).toBeLessThan(1 + 1e-6);
    // All of the ball: of 24,576 values one lies within 1/2000 of either edge but for 1 seed in 100,000.
    expect(Math.min(...places)).toBeLessThan(5e-4);
    expect(Math.max(...places)).toBeGreaterThan(1 - 5e-4);
    for (let channel = 0; channel < 3; channel++) {
      expectDistribution(
        places.filter((_, i) => i % 3 === channel),
        uniform,
        3,
      );
    }
    // Neighbours: channel, column, row, image.
    expectNoEcho(places, [1, 2, 3, 3 * imageSize, 3 * imageSize ** 2]);
  });

  test('a coordinate is uniform over the steps too, and nothing comes back in the next step', () => {
    const size = 2;
    const { drawing, method } = drawingOf({ type: 'fast-advprop', fraction: 0.5 });
    const steps = Array.from({ length: 4000 }, (_, i) => {
      const { start } = method.tensors(drawing.step(i + 1).method, Int32Array.of(0, 1), size);
      const values = start.dataSync().slice();
      start.dispose();
      return values;
    });
    const coordinates = size ** 2 * 3;
    expect(steps[0].length).toBe(coordinates);
    for (let i = 0; i < coordinates; i++) {
      const values = steps.map((step) => (step[i] + 1) / 2);
      expectDistribution(values, uniform, 2 * coordinates);
      expectUncorrelated(values.slice(0, -1), values.slice(1), 2 * coordinates);
    }
  });
});

test.each([1, 10])('noise is normal with a standard deviation of %d pixels, every value for itself', (noisePixels) => {
  const [batchSize, imageSize] = [8, 32];
  const { drawing, method } = drawingOf({ type: 'mixprop', auxiliary: 'noise', noisePixels }, { batchSize, imageSize });
  const tensors = method.tensors(drawing.step(1).method, new Int32Array(batchSize), imageSize);
  const noisy = noise(noisePixels, normalization).images(
    fill([batchSize, imageSize, imageSize, 3], 0) as Tensor4D,
    tensors,
  );
  const deviations = [...noisy.dataSync()].map((value, i) => (value * 255 * normalization.std[i % 3]) / noisePixels);
  for (let channel = 0; channel < 3; channel++) {
    expectDistribution(
      deviations.filter((_, i) => i % 3 === channel),
      normal,
      4,
    );
  }
  // Squares have the mean 1 and the variance 2.
  expectMean(
    deviations.map((value) => value ** 2),
    1,
    Math.SQRT2,
    4,
  );
  expectNoEcho(deviations, [1, 2, 3, 3 * imageSize, 3 * imageSize ** 2]);
});

// ---- What draws depend on ----

const everyMethod: Record<string, ExperimentInput['method']> = {
  vanilla: { type: 'vanilla' },
  mixup: { type: 'mixup', alpha: 0.2 },
  cutmix: { type: 'cutmix' },
  advprop: { type: 'advprop', attack: { randomStart: 0.5, targeted: true } },
  'fast-advprop': { type: 'fast-advprop', attack: { randomStart: 0.5 } },
  'mixprop with mixup': { type: 'mixprop' },
  'mixprop with cutmix': { type: 'mixprop', auxiliary: 'cutmix', alpha: 5 },
  'mixprop with noise': { type: 'mixprop', auxiliary: 'noise' },
};

describe.each(Object.entries(everyMethod))('draws of %s', (_, settings) => {
  test('depend on the step alone: not on earlier steps', () => {
    const options = { batchSize: 8, images: 20 };
    const inOrder = stepsOf(30, settings, options);
    for (const step of [1, 2, 3, 7, 30]) {
      expect(drawingOf(settings, options).drawing.step(step)).toEqual(inOrder[step - 1]);
    }
    const { drawing } = drawingOf(settings, options);
    expect([30, 3, 30, 1].map((step) => drawing.step(step))).toEqual([29, 2, 29, 0].map((i) => inOrder[i]));
  });

  test('depend on no image: another order of other images leaves them as they are', () => {
    const few = stepsOf(20, settings, { batchSize: 8, images: 80 });
    const many = stepsOf(20, settings, { batchSize: 8, images: 800 });
    for (const [i, step] of few.entries()) {
      expect(many[i].indices).not.toEqual(step.indices);
      expect(many[i].method).toEqual(step.method);
      expect(many[i].crops).toEqual(step.crops);
    }
  });

  test('depend on the seed', () => {
    const [one, two] = [1, 2].map((seed) => stepsOf(5, settings, { batchSize: 8, images: 80, seed }));
    expect(one.map(({ indices }) => indices)).not.toEqual(two.map(({ indices }) => indices));
    expect(one.map(({ crops }) => crops)).not.toEqual(two.map(({ crops }) => crops));
    if ((settings as MethodSettings).type === 'vanilla') return;
    expect(one.map(({ method }) => method)).not.toEqual(two.map(({ method }) => method));
  });
});

test('λ, crops and permutations say nothing about which images they meet', () => {
  const steps = stepsOf(8000, { type: 'mixprop' }, { batchSize: 4, images: 4000 });
  const first = steps.map(({ indices }) => indices[0]);
  expectUncorrelated(
    steps.map(({ method }) => method.lambda!),
    first,
    3,
  );
  expectUncorrelated(
    steps.map(({ crops }) => crops!.top[0]),
    first,
    3,
  );
  expectUncorrelated(
    steps.map(({ method }) => method.permutation![0]),
    first,
    3,
  );
});

describe('the same seed gives the same draws on every backend, to the bit', () => {
  test.each(Object.entries(everyMethod))('%s', (name, settings) => {
    const { drawing, method } = drawingOf(settings, { batchSize: 8, images: 20, imageSize: 8, seed: 2026 });
    const hash = createHash('sha256');
    for (let step = 1; step <= 50; step++) {
      const draws = drawing.step(step);
      hash.update(JSON.stringify([[...draws.indices], draws.crops], inFloat32));
      hash.update(JSON.stringify(draws.method, inFloat32));
      const tensors = method.tensors(
        draws.method,
        draws.indices.map((index) => index % classes),
        8,
      );
      for (const [key, tensor] of Object.entries(tensors)) {
        hash.update(`${key} ${tensor.dtype} ${tensor.shape}`);
        hash.update(littleEndian(tensor));
        tensor.dispose();
      }
    }
    expect(hash.digest('hex').slice(0, 16)).toBe(frozen[name]);
  });
});

/**
 * Fractions as the tensors of a step hold them: their last bits as doubles may depend on the version of Node, whose sines
 * and logarithms they are.
 */
const inFloat32 = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.fround(value) : value;

function littleEndian(tensor: Tensor): Buffer {
  const values = tensor.dataSync();
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) {
    if (tensor.dtype === 'int32') bytes.writeInt32LE(value, 4 * i);
    else bytes.writeFloatLE(value, 4 * i);
  }
  return bytes;
}

const frozen: Record<string, string> = {
  vanilla: 'b9cc761dc2b64946',
  mixup: '07ef8af0575b65aa',
  cutmix: 'edc900cffac74465',
  advprop: '0a4dce4ba89b8fe2',
  'fast-advprop': 'c63ceb492ea44b37',
  'mixprop with mixup': 'd0db839f6e6ea7fd',
  'mixprop with cutmix': '0e3d553cf211cc34',
  'mixprop with noise': 'f89881eb24117dc5',
};
