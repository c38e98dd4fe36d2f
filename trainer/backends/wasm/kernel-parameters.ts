/**
 * The functions of mixprop-kernels.wasm with their parameters in order: tensors as byte offsets, then numbers. Two more at
 * the end of each are the range of outputs to compute.
 */
export const kernelParameters = {
  batchNormForward: ['x', 'gamma', 'beta', 'y', 'mean', 'variance', 'inverseDeviation', 'rows', 'channels', 'epsilon'],
  batchNormBackward: ['dy', 'x', 'gamma', 'mean', 'inverseDeviation', 'dx', 'dGamma', 'dBeta', 'rows', 'channels'],
  convolution: [
    ...(['x', 'filter', 'y', 'height', 'width', 'inChannels'] as const),
    ...(['outHeight', 'outWidth', 'outChannels', 'kernel', 'stride'] as const),
  ],
  convolutionFilterGradient: [
    ...(['x', 'dy', 'dw', 'batch', 'height', 'width', 'inChannels'] as const),
    ...(['outHeight', 'outWidth', 'outChannels', 'kernel', 'stride', 'padding'] as const),
  ],
  maxPoolGradient: [
    ...(['dy', 'x', 'dx', 'height', 'width', 'channels'] as const),
    ...(['outHeight', 'outWidth', 'window', 'stride', 'padding'] as const),
  ],
  reluGradient: ['dy', 'y', 'dx'],
  spread: ['x', 'out', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'stride', 'offset'],
  turnFilter: ['filter', 'out', 'taps', 'inChannels', 'outChannels'],
} as const;

export type KernelName = keyof typeof kernelParameters;

/** A kernel's arguments by name. */
export type KernelArguments<Name extends KernelName, Value> = Record<(typeof kernelParameters)[Name][number], Value>;

/** In the order in which threads call them by number. */
export const kernelNames = Object.keys(kernelParameters) as KernelName[];
