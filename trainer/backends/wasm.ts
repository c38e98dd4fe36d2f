import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { availableParallelism, cpus } from 'node:os';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  backend,
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  engine,
  getKernel,
  type MaxPoolGradAttrs,
  registerKernel,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { batchNormTrainingKernel, unbiased } from '../ops/batch-norm-training';
import { batchNormGradientKernel, registerFusedGradients, reluGradientKernel } from './fused-gradients';
import { BackendMemoryError } from './memory-error';
import { startSharedWasm } from './shared-wasm';
import { KernelPool } from './wasm-kernels/kernel-pool';

const spreadKernel = 'MixpropSpread';
const turnFilterKernel = 'MixpropTurnFilter';
const validConvolutionKernel = 'MixpropConvolution';

/**
 * The embedded backend: tfjs on WebAssembly, with kernels and gradients of ours for what takes the time: convolutions and
 * their gradients, batch normalisation, the ReLU gradient, shared between threads. The input gradient of a convolution is
 * one more forward convolution.
 *
 * @param assets folder with tfjs's and our WebAssembly files: the build's output
 */
export async function startWasm(assets: string, threads = availableParallelism()): Promise<{ device: string }> {
  const memory = await startSharedWasm(assets);
  checkAllocations((backend() as BackendWasm).wasm as unknown as Allocator);
  registerMixpropKernels(await KernelPool.start(assets, memory, threads));
  const processor = cpus()[0]?.model.trim() || 'CPU';
  return { device: `${processor}, ${threads} ${threads === 1 ? 'thread' : 'threads'} (WebAssembly SIMD)` };
}

/** The allocator of tfjs's WebAssembly module: bytes → address, 0 if there is no room. */
interface Allocator {
  _malloc: (bytes: number) => number;
}

/** tfjs takes the null pointer of a failed allocation for an address: make it an error instead. */
function checkAllocations(module: Allocator): void {
  const { _malloc } = module;
  module._malloc = (bytes) => {
    const address = _malloc(bytes);
    if (address === 0 && bytes > 0) {
      throw new BackendMemoryError(
        'the 4 GiB that WebAssembly can address are used up: lower training.batchSize, model.width or dataset.imageSize',
      );
    }
    return address;
  };
}

function registerMixpropKernels(pool: KernelPool): void {
  const wasm = backend() as BackendWasm;
  const offset = (info: TensorInfo) => wasm.dataIdMap.get(info.dataId).memoryOffset;
  const output = (shape: number[]): TensorInfo => wasm.makeOutput(shape, 'float32');

  registerKernel({
    kernelName: batchNormTrainingKernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, gamma, beta } = inputs as unknown as Record<'x' | 'gamma' | 'beta', TensorInfo>;
      const { epsilon } = attrs as unknown as { epsilon: number };
      const [channels, rows] = channelsAndRows(x.shape);
      const y = output(x.shape);
      const [mean, variance, inverseDeviation] = [output([channels]), output([channels]), output([channels])];
      const pointers = [x, gamma, beta, y, mean, variance, inverseDeviation].map(offset);
      pool.run('batchNormForward', 4 * rows * channels, channels, 4, ...pointers, rows, channels, epsilon);
      const biased = engine().makeTensorFromTensorInfo(variance) as Tensor1D;
      const unbiasedVariance = unbiased(biased, x.shape);
      biased.dispose();
      return [y, mean, unbiasedVariance, inverseDeviation];
    },
  });
  registerKernel({
    kernelName: batchNormGradientKernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const { dy, x, gamma, mean, reserve0: inverseDeviation } = inputs as unknown as Record<string, TensorInfo>;
      const [channels, rows] = channelsAndRows(x.shape);
      const [dx, dGamma, dBeta] = [output(x.shape), output([channels]), output([channels])];
      const pointers = [dy, x, gamma, mean, inverseDeviation, dx, dGamma, dBeta].map(offset);
      pool.run('batchNormBackward', 5 * rows * channels, channels, 4, ...pointers, rows, channels);
      return [dx, dGamma, dBeta];
    },
  });
  registerKernel({
    kernelName: reluGradientKernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const { dy, y } = inputs as unknown as Record<'dy' | 'y', TensorInfo>;
      const dx = output(dy.shape);
      const size = dy.shape.reduce((product, length) => product * length, 1);
      pool.run('reluGradient', 3 * size, size, 4, offset(dy), offset(y), offset(dx));
      return dx;
    },
  });
  registerFusedGradients();

  registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as Record<'x' | 'dy', TensorInfo>;
      const { strides, pad, filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
      const { kernel, stride, padding } = squareConvolution(filterShape, strides, pad);
      const [batch, height, width, inChannels] = x.shape;
      const [, outHeight, outWidth, outChannels] = dy.shape;
      const dw = output(filterShape);
      pool.run(
        'convolutionFilterGradient',
        Number.MAX_SAFE_INTEGER,
        kernel * kernel * inChannels,
        4,
        ...[x, dy, dw].map(offset),
        batch,
        height,
        width,
        inChannels,
        outHeight,
        outWidth,
        outChannels,
        kernel,
        stride,
        padding,
      );
      return dw;
    },
  });

  registerKernel({
    kernelName: turnFilterKernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const { filter } = inputs as unknown as { filter: TensorInfo };
      const [kernel, , inChannels, outChannels] = filter.shape;
      const out = output([kernel, kernel, outChannels, inChannels]);
      const taps = kernel * kernel;
      pool.run(
        'turnFilter',
        taps * inChannels * outChannels,
        taps,
        1,
        offset(filter),
        offset(out),
        taps,
        inChannels,
        outChannels,
      );
      return out;
    },
  });
  registerKernel({
    kernelName: spreadKernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x } = inputs as unknown as { x: TensorInfo };
      const { stride, margin, outHeight, outWidth } = attrs as unknown as SpreadAttributes;
      const [batch, height, width, channels] = x.shape;
      const out = output([batch, outHeight, outWidth, channels]);
      const rows = batch * outHeight;
      const values = [offset(x), offset(out), height, width, channels, outHeight, outWidth, stride, margin];
      pool.run('spread', rows * outWidth * channels, rows, 1, ...values);
      return out;
    },
  });
  registerKernel({
    kernelName: validConvolutionKernel,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, filter } = inputs as unknown as Record<'x' | 'filter', TensorInfo>;
      const { stride } = attrs as unknown as { stride: number };
      const [batch, height, width, inChannels] = x.shape;
      const [kernel, , , outChannels] = filter.shape;
      const [outHeight, outWidth] = [height, width].map((size) => Math.floor((size - kernel) / stride) + 1);
      const y = output([batch, outHeight, outWidth, outChannels]);
      const rows = batch * outHeight;
      const sizes = [height, width, inChannels, outHeight, outWidth, outChannels, kernel, stride];
      pool.run('convolution', Number.MAX_SAFE_INTEGER, rows, 1, ...[x, filter, y].map(offset), ...sizes);
      return y;
    },
  });
  replaceKernel('Conv2D', ({ inputs, attrs }) => {
    const { x, filter } = inputs as unknown as Record<'x' | 'filter', Tensor4D>;
    const { strides, pad, dataFormat, dilations } = attrs as unknown as Conv2DAttrs;
    if (dataFormat !== 'NHWC' || [dilations].flat().some((dilation) => dilation !== 1)) {
      throw new Error('convolutions here are channels-last and not dilated');
    }
    const { stride, padding } = squareConvolution(filter.shape, strides, pad);
    const [, height, width] = x.shape;
    const padded = padding === 0 ? x : spread(x, 1, padding, height + 2 * padding, width + 2 * padding);
    const y = validConvolution(padded, filter, stride);
    if (padded !== x) padded.dispose();
    return y;
  });
  replaceKernel('Conv2DBackpropInput', ({ inputs, attrs }) => {
    const { dy, filter } = inputs as unknown as Record<'dy' | 'filter', Tensor4D>;
    const { strides, pad, inputShape } = attrs as unknown as Conv2DBackpropInputAttrs;
    const { stride, padding, kernel } = squareConvolution(filter.shape, strides, pad);
    return inputGradient(asTensor(dy), asTensor(filter), inputShape, stride, padding, kernel);
  });

  // tfjs's own copies. Tensors are never changed in place, so a clone can share its memory, as on other backends.
  replaceKernel('Identity', ({ inputs }) => {
    const { x } = inputs as unknown as { x: TensorInfo };
    wasm.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });

  replaceKernel('MaxPoolGrad', ({ inputs, attrs }) => {
    const { dy, input } = inputs as unknown as Record<'dy' | 'input', TensorInfo>;
    const { filterSize, strides, pad } = attrs as unknown as MaxPoolGradAttrs;
    const [window] = [filterSize].flat();
    const [stride] = [strides].flat();
    const [batch, height, width, channels] = input.shape;
    const dx = output(input.shape);
    const sizes = [height, width, channels, dy.shape[1], dy.shape[2], window, stride, explicitPadding(pad)];
    pool.run(
      'maxPoolGradient',
      2 * batch * height * width * channels,
      batch,
      1,
      ...[dy, input, dx].map(offset),
      ...sizes,
    );
    return dx;
  });
}

/**
 * The gradient of a convolution by its input is a convolution of dy, spread by the stride, with the filter turned by
 * 180° and its channels swapped.
 * dy [N, OH, OW, CO], filter [K, K, CI, CO] → [N, H, W, CI]
 */
function inputGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  [, height, width]: [number, number, number, number],
  stride: number,
  padding: number,
  kernel: number,
): Tensor4D {
  const turned = engine().runKernel(turnFilterKernel, { filter }) as Tensor4D;
  if (kernel === 1) {
    // Spreading the small result costs less than convolving over the zeros.
    const small = validConvolution(dy, turned, 1);
    turned.dispose();
    if (stride === 1) return small;
    const dx = spread(small, stride, 0, height, width);
    small.dispose();
    return dx;
  }
  const margin = kernel - 1 - padding;
  const spreadDy = spread(dy, stride, margin, height + kernel - 1, width + kernel - 1);
  const dx = validConvolution(spreadDy, turned, 1);
  spreadDy.dispose();
  turned.dispose();
  return dx;
}

interface SpreadAttributes {
  stride: number;
  /** Zeros before the first row and column. */
  margin: number;
  outHeight: number;
  outWidth: number;
}

/** x [N, H, W, C] over zeros, every stride pixels from the margin on: [N, outHeight, outWidth, C] */
function spread(x: Tensor4D, stride: number, margin: number, outHeight: number, outWidth: number): Tensor4D {
  const attributes: SpreadAttributes = { stride, margin, outHeight, outWidth };
  return engine().runKernel(spreadKernel, { x }, { ...attributes }) as Tensor4D;
}

/** Convolution without padding: x [N, H, W, CI], filter [K, K, CI, CO] → [N, ⌊(H − K)/stride⌋ + 1, …, CO] */
function validConvolution(x: Tensor4D, filter: Tensor4D, stride: number): Tensor4D {
  return engine().runKernel(validConvolutionKernel, { x, filter }, { stride }) as Tensor4D;
}

/** A kernel may get bare tensor infos; ops need tensors. */
function asTensor<T extends Tensor>(info: T): T {
  return reshape(info, info.shape) as T;
}

function replaceKernel(kernelName: string, kernelFunc: Parameters<typeof registerKernel>[0]['kernelFunc']): void {
  if (getKernel(kernelName, 'wasm')) unregisterKernel(kernelName, 'wasm');
  registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}

function channelsAndRows(shape: number[]): [channels: number, rows: number] {
  const channels = shape[shape.length - 1];
  return [channels, shape.reduce((product, length) => product * length, 1) / channels];
}

function explicitPadding(pad: unknown): number {
  if (pad === 'valid') return 0;
  if (typeof pad !== 'number')
    throw new Error(`convolutions and pools here need a symmetric padding, not ${String(pad)}`);
  return pad;
}

/** Our layers have square filters and the same stride and padding on both axes. */
function squareConvolution(filterShape: number[], strides: number | number[], pad: unknown) {
  const [stride] = [strides].flat();
  return { kernel: filterShape[0], stride, padding: explicitPadding(pad) };
}
