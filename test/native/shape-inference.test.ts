import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import { record } from '../../trainer/backends/tensorflow/graph/capture';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow/tensorflow-backend';
import { batchNormTraining } from '../../trainer/ops/batch-norm-training';

let backend: TensorflowBackend;

beforeAll(async () => {
  backend = (await startBackend('tensorflow')).tensorflow!;
});

interface Inputs {
  image: tf.Tensor4D;
  matrix: tf.Tensor2D;
  row: tf.Tensor1D;
  indices: tf.Tensor1D;
  filter: tf.Tensor4D;
}
const shapes = { image: [2, 7, 6, 5], matrix: [4, 3], row: [3], indices: [4], filter: [3, 3, 5, 4] } as const;

/** Inputs with values, or without. */
function inputs(make: (shape: number[], dtype: 'float32' | 'int32') => tf.Tensor): Inputs {
  const entries = Object.entries(shapes).map(([name, shape]) => [
    name,
    make([...shape], name === 'indices' ? 'int32' : 'float32'),
  ]);
  return Object.fromEntries(entries) as Inputs;
}

const gradientOf = (f: (x: tf.Tensor4D) => tf.Tensor) => (image: tf.Tensor4D) =>
  tf.grad((x: tf.Tensor) => tf.sum(f(x as tf.Tensor4D)))(image);

const ops: Record<string, (i: Inputs) => tf.Tensor> = {
  'add with broadcast': ({ matrix, row }) => tf.add(matrix, row),
  'sub of a number': ({ row }) => tf.sub(1, row),
  mul: ({ matrix }) => tf.mul(matrix, matrix),
  div: ({ matrix, row }) => tf.div(matrix, row),
  maximum: ({ matrix }) => tf.maximum(matrix, 0.5),
  minimum: ({ matrix, row }) => tf.minimum(row, matrix),
  squaredDifference: ({ matrix, row }) => tf.squaredDifference(matrix, row),
  sign: ({ matrix }) => tf.sign(matrix),
  exp: ({ matrix }) => tf.exp(matrix),
  log: ({ matrix }) => tf.log(matrix),
  sqrt: ({ matrix }) => tf.sqrt(matrix),
  rsqrt: ({ matrix }) => tf.rsqrt(matrix),
  square: ({ matrix }) => tf.square(matrix),
  abs: ({ matrix }) => tf.abs(matrix),
  neg: ({ matrix }) => tf.neg(matrix),
  relu: ({ image }) => tf.relu(image),
  softmax: ({ matrix }) => tf.softmax(matrix),
  logSoftmax: ({ matrix }) => tf.logSoftmax(matrix),
  greater: ({ matrix, row }) => tf.greater(matrix, row),
  equal: ({ indices }) => tf.equal(indices, indices),
  'cast of a comparison': ({ matrix }) => tf.cast(tf.lessEqual(matrix, 0), 'float32'),
  'mean over two axes': ({ image }) => tf.mean(image, [1, 2]),
  'sum of all': ({ image }) => tf.sum(image),
  'sum over the last axis': ({ image }) => tf.sum(image, -1, true),
  max: ({ image }) => tf.max(image, 1),
  reshape: ({ image }) => tf.reshape(image, [14, 30]),
  transpose: ({ image }) => tf.transpose(image, [0, 3, 1, 2]),
  slice: ({ image }) => tf.slice(image, [0, 1, 2, 0], [2, -1, 3, 5]),
  stridedSlice: ({ image }) => tf.stridedSlice(image, [0, 1, 0, 0], [2, 7, 6, 5], [1, 2, 4, 1]),
  pad: ({ matrix }) =>
    tf.pad(matrix, [
      [1, 0],
      [2, 3],
    ]),
  tile: ({ matrix }) => tf.tile(matrix, [2, 3]),
  concat: ({ image }) => tf.concat([image, tf.slice(image, [1], [1]), image]),
  gather: ({ image, indices }) => tf.gather(image, indices, 1),
  oneHot: ({ indices }) => tf.oneHot(indices, 6),
  fill: ({ row }) => tf.add(tf.fill([2, 3], 4), row),
  zerosLike: ({ matrix }) => tf.zerosLike(matrix),
  where: ({ matrix, row }) => tf.where(tf.greater(matrix, row), matrix, tf.zerosLike(matrix)),
  matMul: ({ matrix }) => tf.matMul(matrix, matrix, true, false),
  'matMul, the other way': ({ matrix }) => tf.matMul(matrix, matrix, false, true),
  conv2d: ({ image, filter }) => tf.conv2d(image, filter, 1, 1),
  'conv2d with a stride': ({ image, filter }) => tf.conv2d(image, filter, 2, 1),
  'conv2d without padding': ({ image, filter }) => tf.conv2d(image, filter, 1, 'valid'),
  'gradient of conv2d': ({ image, filter }) => gradientOf((x) => tf.conv2d(x, filter, 2, 1))(image),
  'filter gradient of conv2d': ({ image, filter }) =>
    tf.grad((w: tf.Tensor) => tf.sum(tf.conv2d(image, w as tf.Tensor4D, 1, 1)))(filter),
  maxPool: ({ image }) => tf.maxPool(image, 3, 2, 1),
  'gradient of maxPool': ({ image }) => gradientOf((x) => tf.maxPool(x, 3, 2, 1))(image),
  'gradient of relu and mean': ({ image }) => gradientOf((x) => tf.mean(tf.relu(x), [1, 2]))(image),
  'batch norm': ({ image }) => batchNormTraining(image, tf.ones([5]), tf.zeros([5]), 1e-5).unbiasedVariance,
  'gradient of batch norm': ({ image }) =>
    gradientOf((x) => batchNormTraining(x, tf.ones([5]), tf.zeros([5]), 1e-5).y)(image),
};

describe('a recorded op has the type and shape that TensorFlow gives it', () => {
  test.each(Object.keys(ops))('%s', (name) => {
    tf.tidy(() => {
      const expected = ops[name](
        inputs((shape, dtype) => {
          const size = shape.reduce((product, length) => product * length, 1);
          const values = Array.from({ length: size }, (_, i) => (dtype === 'int32' ? i % 4 : Math.sin(i)));
          return tf.tensor(values, shape, dtype);
        }),
      );
      const symbolic = inputs((shape, dtype) => backend.symbolic(shape, dtype));
      let actual: tf.Tensor | undefined;
      record(backend, 'test', new Map(Object.entries(symbolic)), new Map(), () => {
        actual = ops[name](symbolic);
        return { outputs: new Map([['y', actual]]) };
      });
      expect({ shape: actual!.shape, dtype: actual!.dtype }).toEqual({ shape: expected.shape, dtype: expected.dtype });
    });
  });
});
