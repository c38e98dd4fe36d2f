import {
  dispose,
  keep,
  type Scalar,
  scalar,
  type Tensor,
  type Tensor1D,
  tensor,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { OptimizerSettings } from '../../common/experiment/schema';
import type { Batch, Method, MethodLoss } from '../methods/method';
import { isNormalization, isTrainable, type ParameterRole } from '../models/layers';
import type { Network } from '../models/network';
import { sgdUpdate } from '../ops/sgd-update';
import type { HostBatch } from './executor';
import { NetworkPasses, type PassObserver } from './network-passes';

/** Everything that training changes, by name: parameters and running statistics, and the momentum of the parameters. */
export interface TrainingState {
  values: Map<string, Tensor>;
  velocities: Map<string, Tensor>;
}

/** Everything else on which a step depends, as tensors. */
export interface StepInputs {
  batch: Batch;
  draws: Record<string, Tensor>;
  learningRate: Scalar;
}

/** The caller disposes the result. */
export function stepInputs(
  method: Method,
  { pixels, labels, imageSize }: HostBatch,
  draws: MethodDraws,
  learningRate: number,
): StepInputs {
  return {
    batch: {
      images: tensor4d(pixels, [labels.length, imageSize, imageSize, 3]),
      labels: tensor1d(labels, 'int32'),
    },
    draws: method.tensors(draws, labels, imageSize),
    learningRate: scalar(learningRate),
  };
}

export function disposeInputs({ batch, draws, learningRate }: StepInputs): void {
  dispose([batch.images, batch.labels, learningRate, ...Object.values(draws)]);
}

/** A fresh state. Values are row-major in the shapes of the specs; velocities default to zero. */
export function createState(
  network: Network,
  values: ReadonlyMap<string, Float32Array>,
  velocities?: ReadonlyMap<string, Float32Array>,
): TrainingState {
  const state: TrainingState = { values: new Map(), velocities: new Map() };
  for (const { name, shape, role } of network.specs) {
    state.values.set(name, keep(tensor(values.get(name)!, shape)));
    if (!isTrainable(role)) continue;
    const size = shape.reduce((product, length) => product * length, 1);
    state.velocities.set(name, keep(tensor(velocities?.get(name) ?? new Float32Array(size), shape)));
  }
  return state;
}

export function disposeState(state: TrainingState): void {
  for (const value of [...state.values.values(), ...state.velocities.values()]) value.dispose();
}

/** The results of a step's passes. The caller disposes all of them. */
export interface StepGradients {
  loss: MethodLoss;
  gradients: Map<string, Tensor>;
  /** New running statistics by name. */
  statistics: Map<string, Tensor1D>;
}

/** Losses, gradients of the parameters and new running statistics of one batch. Changes nothing. */
export function stepGradients(
  network: Network,
  method: Method,
  state: Pick<TrainingState, 'values'>,
  { batch, draws }: Pick<StepInputs, 'batch' | 'draws'>,
  observer?: PassObserver,
): StepGradients {
  let result: StepGradients;
  tidy(() => {
    const passes = new NetworkPasses(network, state.values, observer);
    const loss = method.run(passes, batch, draws);
    result = { loss, gradients: passes.gradients(), statistics: passes.statistics };
    for (const tensors of [Object.values(loss), result.gradients.values(), result.statistics.values()]) {
      for (const tensor of tensors) keep(tensor as Tensor);
    }
  });
  return result!;
}

/** Weight decay of a parameter: 0 for γ and β, unless it covers them. */
function decayOf(role: ParameterRole, { weightDecay, weightDecayNormalization }: OptimizerSettings): number {
  return isNormalization(role) && !weightDecayNormalization ? 0 : weightDecay;
}

/**
 * One training step: replaces the tensors of `state` by the updated ones. The caller reads the losses, then disposes them:
 * `total` and `main` may be one tensor.
 */
export function trainingStep(
  network: Network,
  method: Method,
  optimizer: OptimizerSettings,
  state: TrainingState,
  inputs: StepInputs,
): MethodLoss {
  const { loss, gradients, statistics } = stepGradients(network, method, state, inputs);
  for (const { name, role } of network.specs) {
    if (!isTrainable(role)) continue;
    const old = { weight: state.values.get(name)!, velocity: state.velocities.get(name)! };
    const gradient = gradients.get(name)!;
    const attributes = { momentum: optimizer.momentum, weightDecay: decayOf(role, optimizer) };
    const updated = tidy(() => {
      const { weight, velocity } = sgdUpdate(old.weight, old.velocity, gradient, inputs.learningRate, attributes);
      return { weight: keep(weight), velocity: keep(velocity) };
    });
    state.values.set(name, updated.weight);
    state.velocities.set(name, updated.velocity);
    old.weight.dispose();
    old.velocity.dispose();
    // Without momentum and weight decay the gradient itself is the new velocity.
    if (updated.velocity !== gradient) gradient.dispose();
  }
  for (const [name, statistic] of statistics) {
    state.values.get(name)!.dispose();
    state.values.set(name, statistic);
  }
  return loss;
}
