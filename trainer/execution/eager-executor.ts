import { dispose, keep, type Tensor, type Tensor2D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { OptimizerSettings } from '../../common/experiment/schema';
import type { LossTerms } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';
import type { Method } from '../methods/method';
import { classActivationMaps } from '../models/class-activation';
import type { Network } from '../models/network';
import type { ClassMaps, Executor, HostBatch, NetworkSnapshot } from './executor';
import { createState, disposeInputs, disposeState, stepInputs, type TrainingState, trainingStep } from './step';

/** Runs op by op, on any backend. */
export class EagerExecutor implements Executor {
  readonly captured = false;
  private readonly state: TrainingState;

  /** @param values and velocities row-major in tfjs layouts; velocities default to zero */
  constructor(
    private readonly network: Network,
    private readonly method: Method,
    private readonly optimizer: OptimizerSettings,
    values: ReadonlyMap<string, Float32Array>,
    velocities?: ReadonlyMap<string, Float32Array>,
  ) {
    this.state = createState(network, values, velocities);
  }

  step(batch: HostBatch, draws: MethodDraws, learningRate: number): LossTerms {
    const inputs = stepInputs(this.method, batch, draws, learningRate);
    const scalars = trainingStep(this.network, this.method, this.optimizer, this.state, inputs);
    const loss: LossTerms = { total: scalars.total.dataSync()[0], main: scalars.main.dataSync()[0] };
    if (scalars.aux) loss.aux = scalars.aux.dataSync()[0];
    disposeInputs(inputs);
    dispose([scalars.total, scalars.main, ...(scalars.aux ? [scalars.aux] : [])]);
    return loss;
  }

  logits(pixels: Float32Array, count: number, imageSize: number, branch: Branch): Float32Array {
    const x = tensor4d(pixels, [count, imageSize, imageSize, 3]);
    const logits: Tensor2D = tidy(() => this.network.forward([{ x, branch }], { values: this.state.values })[0].logits);
    const result = logits.dataSync<'float32'>().slice();
    dispose([logits, x]);
    return result;
  }

  classMaps(pixels: Float32Array, count: number, imageSize: number, branch: Branch): ClassMaps {
    return this.classMapsWith(this.state.values, pixels, count, imageSize, branch);
  }

  private classMapsWith(
    values: ReadonlyMap<string, Tensor>,
    pixels: Float32Array,
    count: number,
    imageSize: number,
    branch: Branch,
  ): ClassMaps {
    const x = tensor4d(pixels, [count, imageSize, imageSize, 3]);
    const [logits, maps] = tidy(() => {
      const output = this.network.forward([{ x, branch }], { values })[0];
      return [output.logits, classActivationMaps(this.network, output.features, values)];
    });
    const [, height, width] = maps.shape as number[];
    const result = {
      logits: logits.dataSync<'float32'>().slice(),
      maps: maps.dataSync<'float32'>().slice(),
      height,
      width,
    };
    dispose([x, logits, maps]);
    return result;
  }

  values(names: Iterable<string> = this.state.values.keys()): Map<string, Float32Array> {
    const { values } = this.state;
    return readBack(new Map([...names].map((name) => [name, values.get(name)!])));
  }

  snapshot(): NetworkSnapshot {
    // A step replaces tensors and changes none: clones keep the numbers without a copy.
    const values = new Map([...this.state.values].map(([name, value]) => [name, keep(value.clone())]));
    return {
      classMaps: (pixels, count, imageSize, branch) => this.classMapsWith(values, pixels, count, imageSize, branch),
      values: () => readBack(values),
      dispose: () => dispose([...values.values()]),
    };
  }

  velocities(): Map<string, Float32Array> {
    return readBack(this.state.velocities);
  }

  dispose(): void {
    disposeState(this.state);
  }
}

function readBack(tensors: ReadonlyMap<string, Tensor>): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]));
}
