import {
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  engine,
  type GatherV2Attrs,
  getBackend,
  getKernel,
  type MaxPoolAttrs,
  type MaxPoolGradAttrs,
  type NamedAttrMap,
  type NamedTensorMap,
  registerKernel,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

interface Signature<Inputs, Attributes, Outputs = Tensor> {
  inputs: Inputs;
  attributes: Attributes;
  outputs: Outputs;
}

export interface SgdUpdateAttributes {
  momentum: number;
  /** Of this tensor: 0 where the decay does not cover it. */
  weightDecay: number;
}

/**
 * The ops that a backend of ours has a kernel of its own for: tfjs's, and ours under names that begin with Mixprop. Images
 * are [N, H, W, C], filters [KH, KW, in, out]; attributes are tfjs's.
 */
export interface Ops {
  Conv2D: Signature<{ x: Tensor4D; filter: Tensor4D }, Conv2DAttrs>;
  Conv2DBackpropInput: Signature<{ dy: Tensor4D; filter: Tensor4D }, Conv2DBackpropInputAttrs>;
  Conv2DBackpropFilter: Signature<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>;
  MaxPool: Signature<{ x: Tensor4D }, MaxPoolAttrs>;
  /** The gradient dx of max pooling. */
  MaxPoolGrad: Signature<{ dy: Tensor4D; input: Tensor4D; output: Tensor4D }, MaxPoolGradAttrs>;
  GatherV2: Signature<{ x: Tensor; indices: Tensor }, GatherV2Attrs>;
  Identity: Signature<{ x: Tensor }, undefined>;
  /** dy, y of a ReLU → dx. */
  MixpropReluGradient: Signature<{ dy: Tensor; y: Tensor }, undefined>;
  /** → y, mean, unbiased variance, and one to three tensors that the gradient needs: see `batchNormTraining`. */
  MixpropBatchNormTraining: Signature<{ x: Tensor4D; gamma: Tensor1D; beta: Tensor1D }, { epsilon: number }, Tensor[]>;
  /** `reserve…`: what the forward kernel gave beyond the unbiased variance → dx, dγ, dβ. */
  MixpropBatchNormTrainingGradient: Signature<
    {
      dy: Tensor4D;
      x: Tensor4D;
      gamma: Tensor1D;
      mean: Tensor1D;
      reserve0: Tensor;
      reserve1?: Tensor;
      reserve2?: Tensor;
    },
    { epsilon: number },
    Tensor[]
  >;
  /** → new weight and velocity: see `sgdUpdate`. */
  MixpropSgdUpdate: Signature<
    { weight: Tensor; velocity: Tensor; gradient: Tensor; learningRate: Scalar },
    SgdUpdateAttributes,
    Tensor[]
  >;
}
export type OpName = keyof Ops;

/** A backend's kernel of an op. `context` is what the backend's kernels have in common. */
export type Kernel<Op extends OpName, Context> = (
  inputs: Ops[Op]['inputs'],
  attributes: Ops[Op]['attributes'],
  context: Context,
) => TensorInfo | TensorInfo[];

/** Kernels by the name of their op, none left out. */
export type KernelTable<Op extends OpName, Context> = { readonly [Name in Op]: Kernel<Name, Context> };

/** The ops that every backend of ours has a kernel for: convolutions, and what the fused gradients call. */
export type SharedOp =
  | 'Conv2D'
  | 'Conv2DBackpropInput'
  | 'Conv2DBackpropFilter'
  | 'MaxPoolGrad'
  | 'MixpropReluGradient'
  | 'MixpropBatchNormTraining'
  | 'MixpropBatchNormTrainingGradient';

/** Registers kernels with tfjs, in place of those that the backend has. */
export function registerKernels<Op extends OpName, Context>(
  backendName: string,
  kernels: KernelTable<Op, Context>,
  context: Context,
): void {
  for (const kernelName of Object.keys(kernels) as Op[]) {
    const kernel = kernels[kernelName];
    if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => kernel(inputs as Ops[Op]['inputs'], attrs as Ops[Op]['attributes'], context),
    });
  }
}

/** Whether the current backend has a kernel for an op. */
export const hasKernel = (op: OpName): boolean => getKernel(op, getBackend()) !== undefined;

/** Runs an op by the current backend's kernel. */
export function runKernel<Op extends OpName>(
  op: Op,
  inputs: Ops[Op]['inputs'],
  attributes: Ops[Op]['attributes'],
): Ops[Op]['outputs'] {
  return engine().runKernel(op, inputs as unknown as NamedTensorMap, attributes as unknown as NamedAttrMap);
}
