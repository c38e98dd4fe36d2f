import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Branch } from '../../../common/weights/branch';
import { openEvaluationFolder } from '../../../trainer/data/corrupted/evaluation-images';
import { corruptImage } from '../../../trainer/data/corruptions/corrupt-image';
import { imageSeed } from '../../../trainer/data/corruptions/image-seed';
import type { ImageSet } from '../../../trainer/data/dataset';
import type { ChannelNormalization } from '../../../trainer/data/loading/augment';
import { corruptedBatches } from '../../../trainer/evaluation/corrupted-batches';
import {
  type Condition,
  type ConditionOptions,
  evaluateConditions,
} from '../../../trainer/evaluation/evaluate-conditions';
import { EvaluationDraft } from '../../../trainer/evaluation/evaluation-draft';
import type { Executor } from '../../../trainer/execution/executor';
import { pixelsOf, writeImage } from '../data/images/image-files';
import { temporaryFolder } from '../data/temporary-folder';

const size = 16;
const imageLength = size * size * 3;
const identity: ChannelNormalization = { mean: [0, 0, 0], std: [1, 1, 1] };
const settings = { strength: 'cifar', seed: 7, frostFolder: null } as const;

/** Images in memory, of 4 classes in turn. */
function memorySet(count: number): ImageSet & { pixels: Uint8Array } {
  const pixels = new Uint8Array(count * imageLength);
  for (let i = 0; i < count; i++) pixels.set(pixelsOf(i, size, size), i * imageLength);
  return {
    count,
    imageSize: size,
    pixels,
    labels: Int32Array.from({ length: count }, (_, i) => i % 4),
    path: (index) => `val/${index}`,
  };
}

const all = ({ count }: ImageSet) => Int32Array.from({ length: count }, (_, i) => i);

/** A network whose logits are sums of pixels, other ones through aux. Calls are counted. */
function sumExecutor(): Executor & { calls: number } {
  const executor = {
    calls: 0,
    logits(pixels: Float32Array, count: number, _: number, branch: Branch): Float32Array {
      executor.calls++;
      const logits = new Float32Array(4 * count);
      const shift = branch === 'aux' ? 1 : 0;
      for (let i = 0; i < pixels.length; i++) logits[4 * Math.floor(i / imageLength) + ((i + shift) % 4)] += pixels[i];
      return logits;
    },
  };
  return executor as unknown as Executor & { calls: number };
}

const options = (change: Partial<ConditionOptions> = {}): ConditionOptions => ({
  branches: ['main', 'aux'],
  batchSize: 4,
  normalization: identity,
  corruption: settings,
  loading: { workers: 2 },
  signal: new AbortController().signal,
  ...change,
});

function conditionsOf(images: ImageSet): Condition[] {
  const clean = { name: 'clean', severity: null, images, indices: all(images) };
  return [
    clean,
    ...(['fog', 'gaussian_noise', 'jpeg_compression'] as const).map((name) => ({
      ...clean,
      name,
      severity: 3,
      make: { name, severity: 3 } as const,
    })),
  ];
}

describe('batches of corrupted images', () => {
  test('are those of corruptImage with the seed of the path, whatever the number of threads', async () => {
    const images = memorySet(7);
    const requests = [
      { indices: Int32Array.of(0, 1, 2, 3), name: 'glass_blur', severity: 2 },
      { indices: Int32Array.of(6, 4), name: 'glass_blur', severity: 2 },
      { indices: Int32Array.of(5), name: 'jpeg_compression', severity: 5 },
    ] as const;
    for (const workers of [1, 3]) {
      let batches = 0;
      const options = { normalization: identity, workers };
      for await (const { request, pixels } of corruptedBatches(images, requests, settings, options)) {
        expect(request).toBe(requests[batches++]);
        const { name, severity } = request;
        for (const [i, index] of request.indices.entries()) {
          const one = { name, severity, strength: 'cifar', seed: imageSeed(7, `val/${index}`) } as const;
          const expected = await corruptImage(pixelsOf(index, size, size), size, size, one);
          const actual = Uint8Array.from(pixels.subarray(i * imageLength, (i + 1) * imageLength), (x) =>
            Math.round(255 * x),
          );
          expect(Buffer.compare(actual, expected)).toBe(0);
        }
      }
      expect(batches).toBe(3);
    }
  });

  test('are the same from files, and name the file that is broken', async () => {
    const root = temporaryFolder();
    for (const name of ['a', 'b'])
      for (const i of [0, 1]) await writeImage(join(root, name, `${i}.png`), pixelsOf(i, size, size), size, size);
    const images = openEvaluationFolder(root, { baseFolder: '/', classes: ['a', 'b'], imageSize: size });
    const first = async () => {
      const request = { indices: Int32Array.of(0, 3), name: 'snow', severity: 1 } as const;
      for await (const { pixels } of corruptedBatches(images, [request], settings, { normalization: identity }))
        return [...pixels];
      return [];
    };
    const memory = { ...memorySet(2), path: (index: number) => (index === 0 ? 'a/0.png' : 'b/1.png') };
    const request = { indices: Int32Array.of(0, 1), name: 'snow', severity: 1 } as const;
    let expected: number[] = [];
    for await (const { pixels } of corruptedBatches(memory, [request], settings, { normalization: identity }))
      expected = [...pixels];
    expect(await first()).toEqual(expected);
    writeFileSync(join(root, 'b', '1.png'), 'broken');
    await expect(first()).rejects.toThrow(join(root, 'b', '1.png'));
  });

  test('are made no further ahead than a few batches', async () => {
    let taken = 0;
    function* requests() {
      for (; taken < 100; ) {
        taken++;
        yield { indices: Int32Array.of(0), name: 'contrast', severity: 1 } as const;
      }
    }
    for await (const _ of corruptedBatches(memorySet(1), requests(), settings, { normalization: identity })) break;
    expect(taken).toBeGreaterThan(1);
    expect(taken).toBeLessThan(8);
  });
});

describe('evaluating under conditions', () => {
  test('each batch goes through both branches, and corrupted images are not the clean ones', async () => {
    const executor = sumExecutor();
    const images = memorySet(10);
    const seen: string[] = [];
    const columns = await evaluateConditions(
      executor,
      conditionsOf(images),
      options({
        onBatch: async ({ condition, first, count, logits }) => {
          seen.push(`${condition.name} ${first} ${count} ${Object.keys(logits).join()}`);
          return 0;
        },
      }),
    );
    expect(executor.calls).toBe(2 * 4 * 3);
    expect(seen.slice(2, 5)).toEqual(['clean 8 2 main,aux', 'fog 0 4 main,aux', 'fog 4 4 main,aux']);
    const losses = columns.map(({ main }) => main!.loss.join());
    expect(new Set(losses).size).toBe(4);
    expect(columns[0].main!.predicted).not.toEqual(columns[0].aux!.predicted);
  });

  test('stopped anywhere and taken up, it ends with the same bits, and nothing finished is done twice', async () => {
    const conditions = conditionsOf(memorySet(10));
    const whole = await evaluateConditions(sumExecutor(), conditions, options());
    const total = 12;
    for (const stopAfter of [1, 3, 8]) {
      const file = join(temporaryFolder(), 'draft');
      const stop = new AbortController();
      let batches = 0;
      const partial = evaluateConditions(
        sumExecutor(),
        conditions,
        options({
          signal: stop.signal,
          draft: new EvaluationDraft(file, 'key'),
          onBatch: async () => {
            if (++batches === stopAfter) stop.abort();
            return 10 * batches;
          },
        }),
      );
      await expect(partial).rejects.toThrow();
      // A crash in the middle of a line.
      appendFileSync(file, '{"condition":1,"fir');
      const executor = sumExecutor();
      let resumedWith: number[] = [];
      const columns = await evaluateConditions(
        executor,
        conditions,
        options({
          draft: new EvaluationDraft(file, 'key'),
          onResume: (images, bytes) => {
            resumedWith = [images, bytes];
          },
        }),
      );
      expect(columns).toEqual(whole);
      expect(executor.calls).toBe(2 * (total - stopAfter));
      const finished = Math.floor(stopAfter / 3) * 10 + (stopAfter % 3) * 4;
      expect(resumedWith).toEqual([finished, 10 * stopAfter]);
    }
  });

  test('a draft of another evaluation, or a damaged part of one, is done again', async () => {
    // A line a condition: none because time has passed.
    vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const conditions = conditionsOf(memorySet(6));
    const whole = await evaluateConditions(sumExecutor(), conditions, options());
    const file = join(temporaryFolder(), 'draft');
    const draft = () => new EvaluationDraft(file, 'key');
    await evaluateConditions(sumExecutor(), conditions, options({ draft: draft() }));
    const text = readFileSync(file, 'utf8');
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(1 + 4);
    const again = async (key = 'key') => {
      const executor = sumExecutor();
      const columns = await evaluateConditions(
        executor,
        conditions,
        options({ draft: new EvaluationDraft(file, key) }),
      );
      expect(columns).toEqual(whole);
      return executor.calls;
    };
    expect(await again()).toBe(0);
    expect(await again('another checkpoint')).toBe(16);
    writeFileSync(
      file,
      [lines[0], lines[1], lines[2].replace('"loss":"', '"loss":"AAAA'), ...lines.slice(3)].join('\n'),
    );
    expect(await again()).toBe(12);
    writeFileSync(file, text);
    truncateSync(file, text.length - 30);
    expect(await again()).toBe(4);
    draft().remove();
    expect(existsSync(file)).toBe(false);
  });
});
