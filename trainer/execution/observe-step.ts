import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { Branch } from '../../common/weights/branch';
import type { Method } from '../methods/method';
import type { Normalized, Stream } from '../models/layers';
import type { Network } from '../models/network';
import type { HostBatch } from './executor';
import type { PassKind, PassObserver } from './network-passes';
import { createState, disposeInputs, disposeState, stepGradients, stepInputs } from './step';

/** A batch as it entered the network in one of a step's passes. */
export interface ObservedBatch {
  pass: PassKind;
  /** Its name in the method. */
  name: string;
  branch: Branch;
  count: number;
  /** [count, S, S, 3], normalised. */
  pixels: Float32Array;
}

/** A batch's pass through a normalisation layer. */
export interface ObservedRoute {
  layer: string;
  /** Index among the observed batches. */
  batch: number;
  branch: Branch;
  statistics: 'batch' | 'running';
  /** Whether the layer's running statistics are moved. */
  updates: boolean;
}

export interface ObservedStep {
  batches: ObservedBatch[];
  routes: ObservedRoute[];
  /** Running statistics after the step, by name. */
  statistics: Map<string, Float32Array>;
}

/**
 * Runs a step's passes op by op and records what goes where. Changes nothing.
 *
 * @param values of the network before the step, row-major in tfjs layouts
 */
export function observeStep(
  network: Network,
  method: Method,
  values: ReadonlyMap<string, Float32Array>,
  batch: HostBatch,
  draws: MethodDraws,
): ObservedStep {
  const state = createState(network, values);
  const inputs = stepInputs(method, batch, draws, 0);
  const observer = new StepObserver();
  const { loss, gradients, statistics } = stepGradients(network, method, state, inputs, observer);
  const read = new Map([...statistics].map(([name, value]) => [name, value.dataSync<'float32'>().slice()]));
  dispose([...(Object.values(loss) as Tensor[]), ...gradients.values(), ...statistics.values()]);
  disposeInputs(inputs);
  disposeState(state);
  return { batches: observer.batches, routes: observer.routes, statistics: read };
}

class StepObserver implements PassObserver {
  readonly batches: ObservedBatch[] = [];
  readonly routes: ObservedRoute[] = [];
  private firstOfForward = 0;

  onForward(pass: PassKind, streams: readonly Stream[]): void {
    this.firstOfForward = this.batches.length;
    for (const { x, branch, batch = 'unnamed' } of streams) {
      const pixels = x.dataSync<'float32'>().slice();
      this.batches.push({ pass, name: batch, branch, count: x.shape[0], pixels });
    }
  }

  onNormalize(_pass: PassKind, { layer, index, branch, statistics }: Normalized, updates: boolean): void {
    this.routes.push({ layer, batch: this.firstOfForward + index, branch, statistics, updates });
  }
}
