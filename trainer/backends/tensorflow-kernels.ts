import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';
import {
  backend_util,
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  getKernel,
  type MaxPoolAttrs,
  pad,
  registerKernel,
  scalar,
  slice,
  stridedSlice,
  type Tensor,
  type Tensor4D,
  type TensorInfo,
  tensor1d,
  tensor4d,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { batchNormTrainingKernel } from '../ops/batch-norm-training';
import { plainSgdUpdate, type SgdUpdateAttributes, sgdUpdateKernel } from '../ops/sgd-update';
import { thisProcessor } from '../runtime/processor';
import { batchNormGradientKernel, registerFusedGradients, reluGradientKernel } from './fused-gradients';
import { winogradOp } from './merge-convolutions';
import { filterGradientOp } from './merge-filter-gradients';
import type { TensorflowBackend } from './tensorflow-backend';

/**
 * Kernels of the native backend that are ours, beside tfjs-node's: batch normalisation in training and its gradient as one
 * op each, the ReLU gradient, convolutions and pools with explicit padding (tfjs-node has it only forward), an update that
 * a recording sees as one op.
 */
export function registerTensorflowKernels(backend: TensorflowBackend): void {
  const { TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const type = (name: string): TFEOpAttr => ({ name, type: TF_ATTR_TYPE, value: TF_FLOAT });
  const ints = (name: string, value: number[]): TFEOpAttr => ({ name, type: TF_ATTR_INT, value });
  const text = (name: string, value: string): TFEOpAttr => ({ name, type: TF_ATTR_STRING, value });

  function register(kernelName: string, kernelFunc: Parameters<typeof registerKernel>[0]['kernelFunc']): void {
    if (getKernel(kernelName, 'tensorflow')) unregisterKernel(kernelName, 'tensorflow');
    registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc });
  }

  const batchNormAttributes = (epsilon: number): TFEOpAttr[] => [
    type('T'),
    type('U'),
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
    text('data_format', 'NHWC'),
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
  register(batchNormTrainingKernel, ({ inputs, attrs }) => {
    const { x, gamma, beta } = inputs as unknown as Record<'x' | 'gamma' | 'beta', Tensor>;
    const { epsilon } = attrs as unknown as { epsilon: number };
    // In training the running statistics are outputs only: their inputs are empty.
    const none = tensor1d([], 'float32');
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      batchNormAttributes(epsilon),
      [x, gamma, beta, none, none],
      6,
    );
    none.dispose();
    return outputs;
  });
  register(batchNormGradientKernel, ({ inputs, attrs }) => {
    const { epsilon } = attrs as unknown as { epsilon: number };
    const { dy, x, gamma, reserve0, reserve1, reserve2 } = inputs as unknown as Record<string, Tensor>;
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      batchNormAttributes(epsilon),
      [dy, x, gamma, reserve0, reserve1, reserve2],
      5,
    );
    for (const unused of outputs.splice(3)) unused.dispose();
    return outputs;
  });
  register(reluGradientKernel, ({ inputs }) => {
    const { dy, y } = inputs as unknown as Record<'dy' | 'y', TensorInfo>;
    return backend.executeSingleOutput('ReluGrad', [type('T')], [dy, y]);
  });
  registerFusedGradients();

  /**
   * The window of a convolution or pool. Symmetric padding that equals TensorFlow's `SAME` (stride 1) is called so: on a CPU
   * oneDNN's gradients know `SAME` and `VALID` only.
   */
  function window(info: backend_util.Conv2DInfo): TFEOpAttr[] {
    const { top, bottom, left, right } = info.padInfo;
    if (info.dataFormat !== 'channelsLast' || isDilated(info))
      throw new Error('convolutions and pools here are channels-last and not dilated');
    const padding = isUnpadded(info) ? 'VALID' : isSame(info) ? 'SAME' : 'EXPLICIT';
    return [
      type('T'),
      ints('strides', [1, info.strideHeight, info.strideWidth, 1]),
      text('padding', padding),
      text('data_format', 'NHWC'),
      ...(padding === 'EXPLICIT' ? [ints('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0])] : []),
    ];
  }
  register('Conv2D', ({ inputs, attrs }) => {
    const { x, filter } = inputs as unknown as Record<'x' | 'filter', Tensor4D>;
    const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as Conv2DAttrs;
    const info = backend_util.computeConv2DInfo(x.shape, filter.shape, strides, dilations, pad, dimRoundingMode);
    if (usesWinograd(info, info.inChannels, info.outChannels)) return winograd(x, filter, false);
    return backend.executeSingleOutput('Conv2D', window(info), [x, filter]);
  });
  register('Conv2DBackpropInput', ({ inputs, attrs }) => {
    const { dy, filter } = inputs as unknown as Record<'dy' | 'filter', Tensor4D>;
    const { strides, pad, dimRoundingMode, inputShape } = attrs as unknown as Conv2DBackpropInputAttrs;
    const info = backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
    if (usesWinograd(info, info.outChannels, info.inChannels)) return winograd(dy, filter, true);
    const padsFirst = needsPaddedCopy(info);
    const shape = padsFirst ? paddedShape(info) : inputShape;
    const sizes = tensor1d(shape, 'int32');
    const attributes = window(padsFirst ? withoutPadding(info) : info);
    const dx = backend.executeSingleOutput('Conv2DBackpropInput', attributes, [sizes, filter, dy]);
    sizes.dispose();
    if (!padsFirst) return dx;
    const cut = slice(dx, [0, info.padInfo.top, info.padInfo.left, 0], inputShape);
    dx.dispose();
    return cut;
  });
  register('Conv2DBackpropFilter', ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as Record<'x' | 'dy', Tensor4D>;
    const { strides, pad: padding, dimRoundingMode, filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
    const info = backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, padding, dimRoundingMode);
    if (usesOwnFilterGradient(info)) {
      const attributes = [
        { name: 'N', type: TF_ATTR_INT, value: 1 },
        { name: 'kernel', type: TF_ATTR_INT, value: info.filterHeight },
        { name: 'stride', type: TF_ATTR_INT, value: info.strideHeight },
        { name: 'padding', type: TF_ATTR_INT, value: info.padInfo.top },
      ];
      return backend.executeSingleOutput(filterGradientOp, attributes, [x, dy]);
    }
    const [source, sourceInfo] = filterGradientSource(x, info);
    const sizes = tensor1d(filterShape, 'int32');
    const dw = backend.executeSingleOutput('Conv2DBackpropFilter', window(sourceInfo), [source, sizes, dy]);
    sizes.dispose();
    if (source !== x) source.dispose();
    return dw;
  });

  /** cuDNN takes any symmetric padding; elsewhere the gradients of strided convolutions work on a padded copy. */
  function needsPaddedCopy(info: backend_util.Conv2DInfo): boolean {
    return !backend.isGPUPackage && !isUnpadded(info) && !isSame(info);
  }

  const usesOwnOps = !backend.isGPUPackage && !thisProcessor().hasAvx512 && knowsOwnOps(backend);
  /** Whether our own op computes a convolution from some channels to others: see native-ops/winograd.h. */
  function usesWinograd(info: backend_util.Conv2DInfo, from: number, to: number): boolean {
    const isThree = info.filterHeight === 3 && info.filterWidth === 3;
    const isWhole = info.strideHeight === 1 && info.strideWidth === 1 && isSame(info) && info.padInfo.top === 1;
    return (
      usesOwnOps && !isDilated(info) && isThree && isWhole && info.padInfo.left === 1 && from % 8 === 0 && to % 16 === 0
    );
  }
  function winograd(x: TensorInfo, filter: TensorInfo, turned: boolean): Tensor {
    const attributes = [
      { name: 'N', type: TF_ATTR_INT, value: 1 },
      { name: 'turned', type: TF_ATTR_BOOL, value: turned },
    ];
    return backend.executeSingleOutput(winogradOp, attributes, [x, filter]);
  }

  /**
   * Whether our own op computes a filter gradient: on processors without AVX-512, where oneDNN's reaches little more than
   * half of their speed, for square windows that are worth its copies.
   */
  function usesOwnFilterGradient(info: backend_util.Conv2DInfo): boolean {
    const { top, bottom, left, right } = info.padInfo;
    const isSquare = info.filterHeight === info.filterWidth && info.strideHeight === info.strideWidth;
    const isSymmetric = top === bottom && top === left && top === right;
    return (
      usesOwnOps &&
      !isDilated(info) &&
      isSquare &&
      isSymmetric &&
      info.strideHeight <= 2 &&
      info.filterHeight > 1 &&
      info.inChannels >= 12
    );
  }

  /** What the filter gradient of a convolution is computed from on a CPU, in a form that oneDNN computes right and fast. */
  function filterGradientSource(x: Tensor4D, info: backend_util.Conv2DInfo): [Tensor4D, backend_util.Conv2DInfo] {
    if (needsPaddedCopy(info)) {
      const { top, bottom, left, right } = info.padInfo;
      return [
        pad(x, [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]),
        withoutPadding(info),
      ];
    }
    const { strideHeight: down, strideWidth: across, filterHeight, filterWidth } = info;
    const isStridedPoint = filterHeight === 1 && filterWidth === 1 && (down > 1 || across > 1);
    if (backend.isGPUPackage || !isStridedPoint) return [x, info];
    // oneDNN 3.7's 1×1 filter gradient with a stride is wrong on processors without AVX-512: take the points out first.
    const points = stridedSlice(x, [0, 0, 0, 0], x.shape, [1, down, across, 1]) as Tensor4D;
    return [points, { ...info, strideHeight: 1, strideWidth: 1 }];
  }

  function pool(x: Tensor4D, { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs): TFEOpAttr[] {
    const info = backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
    return [...window(info), ints('ksize', [1, info.filterHeight, info.filterWidth, 1])];
  }
  register('MaxPool', ({ inputs, attrs }) => {
    const { x } = inputs as unknown as { x: Tensor4D };
    return backend.executeSingleOutput('MaxPool', pool(x, attrs as unknown as MaxPoolAttrs), [x]);
  });
  register('MaxPoolGrad', ({ inputs, attrs }) => {
    const { dy, input, output } = inputs as unknown as Record<'dy' | 'input' | 'output', Tensor4D>;
    const attributes = pool(input, attrs as unknown as MaxPoolAttrs);
    return backend.executeSingleOutput('MaxPoolGrad', attributes, [input, output, dy]);
  });

  // tfjs-node's reads the indices back to check them; ours are permutations.
  register('GatherV2', ({ inputs, attrs }) => {
    const { x, indices } = inputs as unknown as Record<'x' | 'indices', TensorInfo>;
    const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
    const axisTensor = scalar(axis, 'int32');
    const attributes = [
      { name: 'batch_dims', type: TF_ATTR_INT, value: batchDims },
      backend.typeAttribute('Tparams', x.dtype),
      backend.typeAttribute('Tindices', indices.dtype),
      backend.typeAttribute('Taxis', 'int32'),
    ];
    const gathered = backend.executeSingleOutput('GatherV2', attributes, [x, indices, axisTensor]);
    axisTensor.dispose();
    return gathered;
  });

  register(sgdUpdateKernel, ({ inputs, attrs }) => {
    const { weight, velocity, gradient, learningRate } = inputs as unknown as Record<string, Tensor>;
    const attributes = attrs as unknown as SgdUpdateAttributes;
    const recorded = Object.entries(attributes).map(([name, value]) => ({ name, type: TF_ATTR_FLOAT, value }));
    return backend.executeComposite(sgdUpdateKernel, recorded, [weight, velocity, gradient, learningRate], 2, () => {
      const updated = plainSgdUpdate(weight, velocity, gradient, learningRate, attributes);
      return [updated.weight, updated.velocity];
    });
  });
}

function isUnpadded({ padInfo: { top, bottom, left, right } }: backend_util.Conv2DInfo): boolean {
  return top + bottom + left + right === 0;
}

/** Whether the padding is the one that TensorFlow's `SAME` gives. */
function isSame({ padInfo, ...info }: backend_util.Conv2DInfo): boolean {
  const matches = (size: number, filter: number, stride: number, before: number, after: number) => {
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + filter - size);
    return before === Math.floor(total / 2) && before + after === total;
  };
  return (
    matches(info.inHeight, info.filterHeight, info.strideHeight, padInfo.top, padInfo.bottom) &&
    matches(info.inWidth, info.filterWidth, info.strideWidth, padInfo.left, padInfo.right)
  );
}

function paddedShape({ inShape: [batch, height, width, channels], padInfo }: backend_util.Conv2DInfo): number[] {
  return [batch, height + padInfo.top + padInfo.bottom, width + padInfo.left + padInfo.right, channels];
}

function withoutPadding(info: backend_util.Conv2DInfo): backend_util.Conv2DInfo {
  return { ...info, padInfo: { top: 0, bottom: 0, left: 0, right: 0, type: 'VALID' } };
}

/** Whether the binding brought our ops along: the one of tfjs's own download has none. */
function knowsOwnOps(backend: TensorflowBackend): boolean {
  const point = tensor4d([0], [1, 1, 1, 1]);
  const sizes = { N: 1, kernel: 1, stride: 1, padding: 0 };
  const { TF_ATTR_INT } = backend.binding;
  const attributes = Object.entries(sizes).map(([name, value]) => ({ name, type: TF_ATTR_INT, value }));
  try {
    backend.executeSingleOutput(filterGradientOp, attributes, [point, point]).dispose();
    return true;
  } catch {
    return false;
  } finally {
    point.dispose();
  }
}

function isDilated({ dilationHeight, dilationWidth }: backend_util.Conv2DInfo): boolean {
  return dilationHeight !== 1 || dilationWidth !== 1;
}
