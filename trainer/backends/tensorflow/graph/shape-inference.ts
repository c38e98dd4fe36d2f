import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { OpName } from '../../../ops/kernels';
import { attributeOf, dataTypeOf } from '../op-attributes';
import type { OutputInfo } from '../tensorflow-backend';
import { winogradOp } from './merge-convolutions';
import { filterGradientOp } from './merge-filter-gradients';

/** An op whose outputs are inferred. */
export interface OpCall {
  attributes: readonly TFEOpAttr[];
  inputs: readonly TensorInfo[];
  /** The values of an input that gives a shape or axes; it must be a constant. */
  constant(input: number): number[];
}

/**
 * Types and shapes of the outputs that TensorFlow would give; undefined for an unknown op. Known are the ops that tfjs-node's
 * kernels and ours execute.
 */
export function inferOutputs(op: string, call: OpCall): OutputInfo[] | undefined {
  const inferred = inferences[op]?.(call);
  return inferred && [inferred].flat();
}

type Inference = (call: OpCall) => OutputInfo | OutputInfo[];

const { assertAndGetBroadcastShape: broadcastShape } = backend_util;

const like = ({ dtype, shape }: TensorInfo): OutputInfo => ({ dtype, shape: [...shape] });
const float32 = (shape: readonly number[]): OutputInfo => ({ dtype: 'float32', shape: [...shape] });

const unary: Inference = ({ inputs: [x] }) => like(x);
const binary: Inference = ({ inputs: [a, b] }) => ({ dtype: a.dtype, shape: broadcastShape(a.shape, b.shape) });
const comparison: Inference = ({ inputs: [a, b] }) => ({ dtype: 'bool', shape: broadcastShape(a.shape, b.shape) });

/** The shape is the constant input `shapeInput`, the type that of another input. */
const shaped = (shapeInput: number, typeInput: number): Inference => {
  return ({ inputs, constant }) => ({ dtype: inputs[typeInput].dtype, shape: constant(shapeInput) });
};

const reduction: Inference = ({ attributes, inputs: [x], constant }) => {
  const keep = attributeOf<boolean>(attributes, 'keep_dims');
  const axes = new Set(constant(1).map((axis) => (axis < 0 ? axis + x.shape.length : axis)));
  return { dtype: x.dtype, shape: x.shape.flatMap((size, axis) => (axes.has(axis) ? (keep ? [1] : []) : [size])) };
};

const table: readonly [ops: readonly string[], inference: Inference][] = [
  [['Abs', 'Exp', 'Log', 'Neg', 'Relu', 'Rsqrt', 'Sigmoid', 'Sign', 'Softmax', 'Sqrt', 'Square', 'Tanh'], unary],
  [['Floor', 'Round', 'Reciprocal', 'ZerosLike', 'OnesLike', 'AddN', 'MaxPoolGrad', 'ReluGrad'], unary],
  [['Add', 'Div', 'Maximum', 'Minimum', 'Mul', 'Pow', 'RealDiv', 'SquaredDifference', 'Sub'], binary],
  [['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual', 'LogicalAnd', 'LogicalOr'], comparison],
  [['Max', 'Mean', 'Min', 'Prod', 'Sum'], reduction],
];

const inferences: Readonly<Record<string, Inference>> = {
  ...Object.fromEntries(table.flatMap(([ops, inference]) => ops.map((op) => [op, inference]))),
  BatchMatMulV2: ({ attributes, inputs: [a, b] }) => {
    const [rows, inner] = a.shape.slice(-2);
    const [otherInner, columns] = b.shape.slice(-2);
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const height = attributeOf<boolean>(attributes, 'adj_x') ? inner : rows;
    const width = attributeOf<boolean>(attributes, 'adj_y') ? otherInner : columns;
    return { dtype: a.dtype, shape: [...batch, height, width] };
  },
  Cast: ({ attributes, inputs: [x] }) => ({ dtype: dataTypeOf(attributeOf(attributes, 'DstT')), shape: [...x.shape] }),
  ConcatV2: ({ inputs, constant }) => {
    const parts = inputs.slice(0, -1);
    const [axis] = constant(parts.length);
    const { dtype, shape } = like(parts[0]);
    shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis], 0);
    return { dtype, shape };
  },
  Conv2D: ({ attributes, inputs: [x, { shape: filter }] }) =>
    windowed(attributes, x, [filter[0], filter[1]], filter[3]),
  Conv2DBackpropFilter: shaped(1, 0),
  Conv2DBackpropInput: shaped(0, 2),
  Fill: shaped(0, 1),
  FusedBatchNormV3: ({ inputs: [x, scale] }) => {
    const statistic = float32(scale.shape);
    return [like(x), statistic, statistic, statistic, statistic, float32([0])];
  },
  FusedBatchNormGradV3: ({ inputs: [dy, , scale] }) => {
    const parameter = float32(scale.shape);
    return [like(dy), parameter, parameter, float32([0]), float32([0])];
  },
  GatherV2: ({ attributes, inputs: [x, indices], constant }) => {
    const [axis] = constant(2);
    const gathered = indices.shape.slice(attributeOf<number>(attributes, 'batch_dims'));
    return { dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...gathered, ...x.shape.slice(axis + 1)] };
  },
  MaxPool: ({ attributes, inputs: [x] }) => {
    const [, height, width] = attributeOf<number[]>(attributes, 'ksize');
    return windowed(attributes, x, [height, width], x.shape[3]);
  },
  [filterGradientOp]: ({ attributes, inputs }) => {
    const kernel = attributeOf<number>(attributes, 'kernel');
    const [x, dy] = inputs;
    return { dtype: x.dtype, shape: [kernel, kernel, x.shape[3], dy.shape[3]] };
  },
  ['MixpropSgdUpdate' satisfies OpName]: ({ inputs: [weight, velocity] }) => [like(weight), like(velocity)],
  [winogradOp]: ({ attributes, inputs }) => {
    const filter = inputs[inputs.length - 1];
    const channels = filter.shape[attributeOf<boolean>(attributes, 'turned') ? 2 : 3];
    return inputs.slice(0, -1).map(({ dtype, shape }) => ({ dtype, shape: [...shape.slice(0, 3), channels] }));
  },
  OneHot: ({ inputs: [indices, , on], constant }) => ({ dtype: on.dtype, shape: [...indices.shape, constant(1)[0]] }),
  PadV2: ({ inputs: [x], constant }) => {
    const paddings = constant(1);
    return { dtype: x.dtype, shape: x.shape.map((size, i) => paddings[2 * i] + size + paddings[2 * i + 1]) };
  },
  Reshape: shaped(1, 0),
  Select: ({ inputs: [, chosen] }) => like(chosen),
  Slice: ({ inputs: [x], constant }) => {
    const begin = constant(1);
    return { dtype: x.dtype, shape: constant(2).map((size, i) => (size < 0 ? x.shape[i] - begin[i] : size)) };
  },
  StridedSlice: ({ attributes, inputs: [x], constant }) => {
    const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
    if (masks.some((mask) => attributeOf(attributes, mask) !== 0)) throw new Error('masked slices are not known');
    const [begin, end, strides] = [constant(1), constant(2), constant(3)];
    return { dtype: x.dtype, shape: x.shape.map((_, i) => Math.ceil((end[i] - begin[i]) / strides[i])) };
  },
  Tile: ({ inputs: [x], constant }) => {
    const multiples = constant(1);
    return { dtype: x.dtype, shape: x.shape.map((size, i) => size * multiples[i]) };
  },
  Transpose: ({ inputs: [x], constant }) => ({ dtype: x.dtype, shape: constant(1).map((axis) => x.shape[axis]) }),
};

/** [N, OH, OW, C] of a convolution or pool. */
function windowed(
  attributes: readonly TFEOpAttr[],
  { dtype, shape: [batch, height, width] }: TensorInfo,
  [windowHeight, windowWidth]: readonly [number, number],
  channels: number,
): OutputInfo {
  const [, down, across] = attributeOf<number[]>(attributes, 'strides');
  const padding = attributeOf<string>(attributes, 'padding');
  if (padding === 'SAME')
    return { dtype, shape: [batch, Math.ceil(height / down), Math.ceil(width / across), channels] };
  const [, , top, bottom, left, right] =
    padding === 'EXPLICIT' ? attributeOf<number[]>(attributes, 'explicit_paddings') : [0, 0, 0, 0, 0, 0];
  const outHeight = Math.floor((height + top + bottom - windowHeight) / down) + 1;
  const outWidth = Math.floor((width + left + right - windowWidth) / across) + 1;
  return { dtype, shape: [batch, outHeight, outWidth, channels] };
}
