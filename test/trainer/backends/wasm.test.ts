import { engine, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../../../trainer/backends/select';
import { threadRange } from '../../../trainer/backends/wasm/kernel-pool';
import { batchNormTraining } from '../../../trainer/ops/batch-norm-training';
import { Generator } from '../../../trainer/random/generator';

beforeAll(async () => {
  await startBackend('wasm');
});

const normals = (generator: Generator, count: number) => Float32Array.from({ length: count }, () => generator.normal());

test('threads share a range without gap or overlap, at multiples of the block', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 9 }),
      (end, align, threads) => {
        const ranges = Array.from({ length: threads }, (_, thread) => threadRange(end, align, thread, threads));
        expect(ranges[0][0]).toBe(0);
        expect(ranges[threads - 1][1]).toBe(end);
        for (let i = 1; i < threads; i++) {
          expect(ranges[i][0]).toBe(ranges[i - 1][1]);
          expect(ranges[i][0] % align === 0 || ranges[i][0] === end).toBe(true);
        }
      },
    ),
  );
});

test('large shared work equals the same work in small pieces', () => {
  const generator = new Generator(1, 'test');
  const shape: [number, number, number, number] = [16, 32, 32, 16];
  const x = tensor4d(normals(generator, 16 * 32 * 32 * 16), shape);
  const run = () => {
    const { y } = batchNormTraining(x, tensor1d(new Float32Array(16).fill(1)), tensor1d(new Float32Array(16)), 1e-5);
    return y.dataSync<'float32'>().slice();
  };
  const first = run();
  for (let i = 0; i < 20; i++) expect(Buffer.from(run().buffer).equals(Buffer.from(first.buffer))).toBe(true);
  expect(engine().backendName).toBe('wasm');
});
