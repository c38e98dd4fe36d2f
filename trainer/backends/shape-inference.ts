import { backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { sgdUpdateKernel } from '../ops/sgd-update';

/** One output of an op. */
export interface OutputInfo {
  dtype: DataType;
  shape: number[];
}

/** An op whose outputs are asked for. */
export interface OpCall {
  attributes: readonly TFEOpAttr[];
  inputs: readonly TensorInfo[];
  /** The values of an input that says a shape or axes; they are constants. */
  constant(input: number): number[];
}

type Inference = (call: OpCall) => OutputInfo[];

/**
 * Types and shapes of an op's outputs, as TensorFlow would make them; undefined for an op that is not known here. Ops are
 * those that tfjs-node's kernels and ours execute.
 */
export function inferOutputs(op: string, call: OpCall): OutputInfo[] | undefined {
  return inferences[op]?.(call);
}

const sameAs = (input: number): Inference => {
  return ({ inputs }) => [{ dtype: inputs[input].dtype, shape: [...inputs[input].shape] }];
};
const broadcast: Inference = ({ inputs: [a, b] }) => [
  { dtype: a.dtype, shape: backend_util.assertAndGetBroadcastShape(a.shape, b.shape) },
];
const comparison: Inference = (call) => broadcast(call).map(({ shape }) => ({ dtype: 'bool', shape }));
const shaped = (shapeInput: number, likeInput: number): Inference => {
  return ({ inputs, constant }) => [{ dtype: inputs[likeInput].dtype, shape: constant(shapeInput) }];
};

const reduction: Inference = ({ attributes, inputs: [x], constant }) => {
  const keep = attribute<boolean>(attributes, 'keep_dims');
  const axes = new Set(constant(1).map((axis) => (axis < 0 ? axis + x.shape.length : axis)));
  const shape = x.shape.flatMap((size, axis) => (axes.has(axis) ? (keep ? [1] : []) : [size]));
  return [{ dtype: x.dtype, shape }];
};

const convolution: Inference = ({ attributes, inputs: [x, filter] }) => {
  const [kernelHeight, kernelWidth, , channels] = filter.shape;
  return [{ dtype: x.dtype, shape: windowed(attributes, x.shape, kernelHeight, kernelWidth, channels) }];
};
const pool: Inference = ({ attributes, inputs: [x] }) => {
  const [, height, width] = attribute<number[]>(attributes, 'ksize');
  return [{ dtype: x.dtype, shape: windowed(attributes, x.shape, height, width, x.shape[3]) }];
};

const batchNorm: Inference = ({ inputs: [x, scale] }) => {
  const statistic: OutputInfo = { dtype: 'float32', shape: [...scale.shape] };
  const reserve: OutputInfo = { dtype: 'float32', shape: [0] };
  return [{ dtype: x.dtype, shape: [...x.shape] }, statistic, statistic, statistic, statistic, reserve];
};
const batchNormGradient: Inference = ({ inputs: [dy, , scale] }) => {
  const parameter: OutputInfo = { dtype: 'float32', shape: [...scale.shape] };
  const none: OutputInfo = { dtype: 'float32', shape: [0] };
  return [{ dtype: dy.dtype, shape: [...dy.shape] }, parameter, parameter, none, none];
};

const matrixProduct: Inference = ({ attributes, inputs: [a, b] }) => {
  const [rows, inner] = a.shape.slice(-2);
  const [otherInner, columns] = b.shape.slice(-2);
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const height = attribute<boolean>(attributes, 'adj_x') ? inner : rows;
  const width = attribute<boolean>(attributes, 'adj_y') ? otherInner : columns;
  return [{ dtype: a.dtype, shape: [...batch, height, width] }];
};

const concatenation: Inference = ({ inputs, constant }) => {
  const parts = inputs.slice(0, -1);
  const [axis] = constant(parts.length);
  const length = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
  const [{ dtype, shape }] = parts;
  return [{ dtype, shape: [...shape.slice(0, axis), length, ...shape.slice(axis + 1)] }];
};

const gather: Inference = ({ attributes, inputs: [x, indices], constant }) => {
  const batchDims = attribute<number>(attributes, 'batch_dims');
  const [axis] = constant(2);
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  return [{ dtype: x.dtype, shape }];
};

const filterGradientOfOurs: Inference = ({ attributes, inputs: [x, dy] }) => {
  const kernel = attribute<number>(attributes, 'kernel');
  return [{ dtype: x.dtype, shape: [kernel, kernel, x.shape[3], dy.shape[3]] }];
};

const winograd: Inference = ({ attributes, inputs }) => {
  const filter = inputs[inputs.length - 1];
  const channels = filter.shape[attribute<boolean>(attributes, 'turned') ? 2 : 3];
  return inputs.slice(0, -1).map(({ dtype, shape }) => ({ dtype, shape: [...shape.slice(0, 3), channels] }));
};

const stridedSlice: Inference = ({ attributes, inputs: [x], constant }) => {
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
  if (masks.some((mask) => attribute<number>(attributes, mask) !== 0)) throw new Error('masked slices are not known');
  const [begin, end, strides] = [constant(1), constant(2), constant(3)];
  return [{ dtype: x.dtype, shape: x.shape.map((_, i) => Math.ceil((end[i] - begin[i]) / strides[i])) }];
};

const unary = [
  ...['Abs', 'Exp', 'Log', 'Neg', 'Relu', 'Rsqrt', 'Sigmoid', 'Sign', 'Softmax', 'Sqrt', 'Square', 'Tanh'],
  ...['Floor', 'Round', 'Reciprocal', 'ZerosLike', 'OnesLike'],
];
const binary = ['Add', 'Div', 'Maximum', 'Minimum', 'Mul', 'Pow', 'RealDiv', 'SquaredDifference', 'Sub'];
const comparisons = ['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual', 'LogicalAnd', 'LogicalOr'];
const reductions = ['Max', 'Mean', 'Min', 'Prod', 'Sum'];

const inferences: Readonly<Record<string, Inference>> = {
  ...Object.fromEntries(unary.map((op) => [op, sameAs(0)])),
  ...Object.fromEntries(binary.map((op) => [op, broadcast])),
  ...Object.fromEntries(comparisons.map((op) => [op, comparison])),
  ...Object.fromEntries(reductions.map((op) => [op, reduction])),
  AddN: sameAs(0),
  BatchMatMulV2: matrixProduct,
  Cast: ({ attributes, inputs: [x] }) => [
    { dtype: typeNames[attribute<number>(attributes, 'DstT')], shape: [...x.shape] },
  ],
  ConcatV2: concatenation,
  Conv2D: convolution,
  Conv2DBackpropFilter: shaped(1, 0),
  Conv2DBackpropInput: shaped(0, 2),
  Fill: shaped(0, 1),
  FusedBatchNormGradV3: batchNormGradient,
  FusedBatchNormV3: batchNorm,
  GatherV2: gather,
  MaxPool: pool,
  MaxPoolGrad: sameAs(0),
  MixpropFilterGradient: filterGradientOfOurs,
  MixpropWinograd: winograd,
  OneHot: ({ inputs: [indices, , on], constant }) => [{ dtype: on.dtype, shape: [...indices.shape, constant(1)[0]] }],
  PadV2: ({ inputs: [x], constant }) => {
    const paddings = constant(1);
    return [{ dtype: x.dtype, shape: x.shape.map((size, i) => paddings[2 * i] + size + paddings[2 * i + 1]) }];
  },
  ReluGrad: sameAs(0),
  Reshape: shaped(1, 0),
  Select: sameAs(1),
  [sgdUpdateKernel]: (call) => [...sameAs(0)(call), ...sameAs(1)(call)],
  Slice: ({ inputs: [x], constant }) => {
    const begin = constant(1);
    return [{ dtype: x.dtype, shape: constant(2).map((size, i) => (size < 0 ? x.shape[i] - begin[i] : size)) }];
  },
  StridedSlice: stridedSlice,
  Tile: ({ inputs: [x], constant }) => {
    const multiples = constant(1);
    return [{ dtype: x.dtype, shape: x.shape.map((size, i) => size * multiples[i]) }];
  },
  Transpose: ({ inputs: [x], constant }) => [{ dtype: x.dtype, shape: constant(1).map((axis) => x.shape[axis]) }],
};

/** TensorFlow's numbers of the types that `Cast` makes. */
const typeNames: Readonly<Record<number, DataType>> = { 1: 'float32', 3: 'int32', 10: 'bool' };

/** [N, OH, OW, C] of a convolution or pool. */
function windowed(
  attributes: readonly TFEOpAttr[],
  [batch, height, width]: readonly number[],
  kernelHeight: number,
  kernelWidth: number,
  channels: number,
): number[] {
  const [, down, across] = attribute<number[]>(attributes, 'strides');
  const padding = attribute<string>(attributes, 'padding');
  if (padding === 'SAME') return [batch, Math.ceil(height / down), Math.ceil(width / across), channels];
  const [, , top, bottom, left, right] =
    padding === 'EXPLICIT' ? attribute<number[]>(attributes, 'explicit_paddings') : [0, 0, 0, 0, 0, 0];
  const outHeight = Math.floor((height + top + bottom - kernelHeight) / down) + 1;
  const outWidth = Math.floor((width + left + right - kernelWidth) / across) + 1;
  return [batch, outHeight, outWidth, channels];
}

function attribute<T>(attributes: readonly TFEOpAttr[], name: string): T {
  const found = attributes.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`an op lacks the attribute ${name}`);
  return found.value as T;
}
