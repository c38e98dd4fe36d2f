import { conv2DConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Conv2D';
import { conv2DBackpropInputConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Conv2DBackpropInput';
import {
  cast,
  concat,
  getGradient,
  getKernel,
  type KernelConfig,
  matMul,
  mul,
  pad,
  registerGradient,
  registerKernel,
  reshape,
  step,
  stridedSlice,
  type Tensor,
  type Tensor4D,
  unregisterGradient,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/**
 * What the embedded backend would do without kernels of ours: tfjs's own convolution and input gradient on one thread, the filter gradient from slices
 * and products, batch normalisation and the ReLU gradient from elementary ops. A yardstick for the benchmark.
 */
const naive: Partial<KernelConfig>[] = [
  conv2DConfig,
  conv2DBackpropInputConfig,
  {
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as Record<'x' | 'dy', Tensor4D>;
      const {
        strides,
        pad: padding,
        filterShape,
      } = attrs as unknown as {
        strides: number | [number, number];
        pad: number;
        filterShape: [number, number, number, number];
      };
      const [stride] = [strides].flat();
      const [kernel, , inChannels, outChannels] = filterShape;
      const [, outHeight, outWidth] = dy.shape;
      const padded = pad(reshape(x, x.shape), [
        [0, 0],
        [padding, padding],
        [padding, padding],
        [0, 0],
      ]);
      const dyRows = reshape(reshape(dy, dy.shape), [-1, outChannels]);
      const taps: Tensor[] = [];
      for (let ky = 0; ky < kernel; ky++) {
        for (let kx = 0; kx < kernel; kx++) {
          const end = [x.shape[0], ky + (outHeight - 1) * stride + 1, kx + (outWidth - 1) * stride + 1, inChannels];
          const slice = stridedSlice(padded, [0, ky, kx, 0], end, [1, stride, stride, 1]);
          taps.push(matMul(reshape(slice, [-1, inChannels]), dyRows, true, false));
        }
      }
      return reshape(concat(taps, 0), filterShape);
    },
  },
];

const replaced = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];

/** Swaps the naive kernels in, and returns what puts ours back. */
export function useNaiveKernels(): () => void {
  const ours = [...replaced, 'MixpropBatchNormTraining'].map((name) => getKernel(name, 'wasm'));
  const ourRelu = getGradient('Relu');
  for (const { kernelName } of ours) unregisterKernel(kernelName, 'wasm');
  for (const config of naive) registerKernel(config as KernelConfig);
  unregisterGradient('Relu');
  registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => mul(dy as Tensor, cast(step(x), 'float32')) }),
  });
  return () => {
    for (const name of replaced) unregisterKernel(name, 'wasm');
    for (const config of ours) registerKernel(config);
    unregisterGradient('Relu');
    registerGradient(ourRelu);
  };
}
