import {
  dispose,
  keep,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { OptimizerSettings, Precision } from '../../common/experiment/schema';
import type { LossTerms } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';
import { toBfloat16 } from '../backends/tensorflow/graph/bfloat16';
import { type NamedTensors, record } from '../backends/tensorflow/graph/capture';
import type { RecordedFunction } from '../backends/tensorflow/graph/graph';
import { GraphSession } from '../backends/tensorflow/graph/graph-session';
import { mergeConvolutions } from '../backends/tensorflow/graph/merge-convolutions';
import { mergeFilterGradients } from '../backends/tensorflow/graph/merge-filter-gradients';
import type { TensorflowBackend } from '../backends/tensorflow/tensorflow-backend';
import type { Method, MethodLoss } from '../methods/method';
import { classActivationMaps } from '../models/class-activation';
import { isTrainable, type ParameterSpec } from '../models/layers';
import type { Network } from '../models/network';
import { Generator } from '../random/generator';
import type { ClassMaps, Executor, HostBatch, NetworkSnapshot } from './executor';
import { joinClassMaps } from './join-class-maps';
import {
  createState,
  disposeInputs,
  disposeState,
  type StepInputs,
  stepInputs,
  type TrainingState,
  trainingStep,
} from './step';

/** The runs of a network that will occur: each is captured as a graph before training begins. */
export interface CaptureShapes {
  imageSize: number;
  /** Sizes of training batches. */
  trainingBatches: readonly number[];
  /** Size of an evaluation batch; smaller ones are padded. */
  evaluationBatch: number;
  /** Size of a batch for class activation maps; smaller ones are padded, larger ones split. Absent: no maps. */
  explainBatch?: number;
}

/** Runs every step and forward pass as a TensorFlow graph, which also holds the state. */
export class CapturedExecutor implements Executor {
  readonly captured = true;
  private readonly session: GraphSession;
  private readonly parameterNames: string[];
  private readonly evaluationBatch: number;
  private readonly explainBatch: number | undefined;

  /**
   * Captures all runs and builds the graph.
   *
   * @param values and velocities row-major in tfjs layouts; velocities default to zero
   * @throws CaptureError where something cannot be captured; an EagerExecutor then does the same
   */
  constructor(
    backend: TensorflowBackend,
    private readonly network: Network,
    private readonly method: Method,
    optimizer: OptimizerSettings,
    precision: Precision,
    shapes: CaptureShapes,
    values: ReadonlyMap<string, Float32Array>,
    velocities?: ReadonlyMap<string, Float32Array>,
  ) {
    this.evaluationBatch = shapes.evaluationBatch;
    this.explainBatch = shapes.explainBatch;
    this.parameterNames = network.specs.filter(({ role }) => isTrainable(role)).map(({ name }) => name);
    const recorder = new StepRecorder(backend, network, method, optimizer, shapes.imageSize);
    const functions = [
      ...[...new Set(shapes.trainingBatches)].map((size) => recorder.step(size)),
      ...method.branches.map((branch) => recorder.evaluation(branch, shapes.evaluationBatch)),
      ...(shapes.explainBatch === undefined ? [] : method.branches).map((branch) =>
        recorder.explanation(branch, shapes.explainBatch!),
      ),
    ];
    const variables = network.specs.flatMap(({ name, shape, role }) => [
      { name, shape },
      ...(isTrainable(role) ? [{ name: velocityName(name), shape }] : []),
    ]);
    const optimized = functions.map((recorded) => {
      const merged = mergeConvolutions(mergeFilterGradients(recorded));
      return precision === 'bfloat16' ? toBfloat16(merged) : merged;
    });
    this.session = new GraphSession(backend, variables, optimized);
    try {
      this.setState(values, velocities);
    } catch (error) {
      this.session.dispose();
      throw error;
    }
  }

  /** Replaces the state. @param values and velocities row-major in tfjs layouts; velocities default to zero */
  setState(values: ReadonlyMap<string, Float32Array>, velocities?: ReadonlyMap<string, Float32Array>): void {
    const state = createState(this.network, values, velocities);
    this.session.write(variableTensors(state));
    disposeState(state);
  }

  step(batch: HostBatch, draws: MethodDraws, learningRate: number): LossTerms {
    const inputs = stepInputs(this.method, batch, draws, learningRate);
    const outputs = this.session.run(stepName(batch.labels.length), namedInputs(inputs));
    const read = (term: string) => outputs.get(term)!.dataSync()[0];
    const loss: LossTerms = { total: read('total'), main: read('main') };
    if (outputs.has('aux')) loss.aux = read('aux');
    disposeInputs(inputs);
    dispose([...outputs.values()]);
    return loss;
  }

  logits(pixels: Float32Array, count: number, imageSize: number, branch: Branch): Float32Array {
    const size = this.evaluationBatch;
    const x = paddedBatch(pixels, count, size, imageSize);
    const logits = this.session.run(evaluationName(branch), new Map([['images', x]])).get('logits')!;
    const result = logits.dataSync<'float32'>().subarray(0, count * logits.shape[1]!);
    dispose([x, logits]);
    return result;
  }

  classMaps(pixels: Float32Array, count: number, imageSize: number, branch: Branch): ClassMaps {
    return this.classMapsWith(undefined, pixels, count, imageSize, branch);
  }

  /** @param values in place of the variables' */
  private classMapsWith(
    values: NamedTensors | undefined,
    pixels: Float32Array,
    count: number,
    imageSize: number,
    branch: Branch,
  ): ClassMaps {
    const size = this.explainBatch;
    if (size === undefined) throw new Error('the graph was made without class activation maps');
    const imageLength = imageSize * imageSize * 3;
    const parts: ClassMaps[] = [];
    for (let first = 0; first < count; first += size) {
      const part = Math.min(size, count - first);
      const x = paddedBatch(pixels.subarray(first * imageLength, (first + part) * imageLength), part, size, imageSize);
      const outputs = this.session.run(explanationName(branch), new Map([['images', x]]), values);
      const [logits, maps] = [outputs.get('logits')!, outputs.get('maps')!];
      const [, height, width, classes] = maps.shape;
      parts.push({
        logits: logits.dataSync<'float32'>().subarray(0, part * classes!),
        maps: maps.dataSync<'float32'>().subarray(0, part * height! * width! * classes!),
        height: height!,
        width: width!,
      });
      dispose([x, logits, maps]);
    }
    return joinClassMaps(parts);
  }

  values(names = this.network.specs.map(({ name }) => name)): Map<string, Float32Array> {
    return this.session.read(names);
  }

  snapshot(): NetworkSnapshot {
    const values = this.values();
    const tensors = new Map(
      this.network.specs.map(({ name, shape }) => [name, keep(tensor(values.get(name)!, [...shape]))]),
    );
    return {
      classMaps: (pixels, count, imageSize, branch) => this.classMapsWith(tensors, pixels, count, imageSize, branch),
      values: () => values,
      dispose: () => dispose([...tensors.values()]),
    };
  }

  velocities(): Map<string, Float32Array> {
    const read = this.session.read(this.parameterNames.map(velocityName));
    return new Map(this.parameterNames.map((name) => [name, read.get(velocityName(name))!]));
  }

  dispose(): void {
    this.session.dispose();
  }
}

/** Records what an executor runs, on tensors without values. */
class StepRecorder {
  constructor(
    private readonly backend: TensorflowBackend,
    private readonly network: Network,
    private readonly method: Method,
    private readonly optimizer: OptimizerSettings,
    private readonly imageSize: number,
  ) {}

  /** A training step on batches of a size. */
  step(size: number): RecordedFunction {
    const { imageSize } = this;
    const batch = { size, imageSize };
    const inputs: StepInputs = {
      batch: { images: this.images(size), labels: this.backend.symbolic([size], 'int32') as Tensor1D },
      draws: this.method.tensors(this.method.draw(new Generator(0, 'capture'), batch), new Int32Array(size), imageSize),
      learningRate: this.backend.symbolic([], 'float32') as Scalar,
    };
    const state = this.state();
    let loss: MethodLoss | undefined;
    try {
      return record(this.backend, stepName(size), namedInputs(inputs), variableTensors(state), () => {
        const before = variableTensors(state);
        loss = trainingStep(this.network, this.method, this.optimizer, state, inputs);
        const outputs = Object.entries(loss).flatMap(([term, value]) => (value ? [[term, value] as const] : []));
        const changed = [...variableTensors(state)].filter(([name, value]) => value !== before.get(name));
        return { outputs: new Map<string, Tensor>(outputs), updates: new Map(changed) };
      });
    } finally {
      disposeInputs(inputs);
      disposeState(state);
      if (loss) dispose([loss.total, loss.main, ...(loss.aux ? [loss.aux] : [])]);
    }
  }

  /** A forward pass in inference mode. */
  evaluation(branch: Branch, size: number): RecordedFunction {
    return this.inference(evaluationName(branch), size, (x, values) => {
      const { logits } = this.network.forward([{ x, branch }], { values })[0];
      return new Map([['logits', logits]]);
    });
  }

  /** A forward pass in inference mode that gives class activation maps too. */
  explanation(branch: Branch, size: number): RecordedFunction {
    return this.inference(explanationName(branch), size, (x, values) => {
      const { logits, features } = this.network.forward([{ x, branch }], { values })[0];
      return new Map<string, Tensor>([
        ['logits', logits],
        ['maps', classActivationMaps(this.network, features, values)],
      ]);
    });
  }

  private inference(
    name: string,
    size: number,
    run: (x: Tensor4D, values: NamedTensors) => NamedTensors,
  ): RecordedFunction {
    const x = this.images(size);
    const state = this.state();
    const { values } = state;
    try {
      let recorded: RecordedFunction;
      tidy(() => {
        recorded = record(this.backend, name, new Map([['images', x]]), values, () => ({ outputs: run(x, values) }));
      });
      return recorded!;
    } finally {
      x.dispose();
      disposeState(state);
    }
  }

  private images(size: number): Tensor4D {
    return this.backend.symbolic([size, this.imageSize, this.imageSize, 3], 'float32') as Tensor4D;
  }

  private state(): TrainingState {
    const symbolic = ({ name, shape }: ParameterSpec) =>
      [name, keep(this.backend.symbolic([...shape], 'float32'))] as const;
    const { specs } = this.network;
    return {
      values: new Map(specs.map(symbolic)),
      velocities: new Map(specs.filter(({ role }) => isTrainable(role)).map(symbolic)),
    };
  }
}

const stepName = (size: number) => `step-${size}`;
const evaluationName = (branch: Branch) => `evaluation-${branch}`;
const explanationName = (branch: Branch) => `explanation-${branch}`;
const velocityName = (parameter: string) => `velocity.${parameter}`;

/** Images as a batch of a graph's size, padded with zeros. */
function paddedBatch(pixels: Float32Array, count: number, size: number, imageSize: number): Tensor4D {
  let padded = pixels;
  if (count < size) {
    padded = new Float32Array((pixels.length / count) * size);
    padded.set(pixels);
  }
  return tensor4d(padded, [size, imageSize, imageSize, 3]);
}

function variableTensors({ values, velocities }: TrainingState): NamedTensors {
  return new Map([...values, ...[...velocities].map(([name, value]) => [velocityName(name), value] as const)]);
}

function namedInputs({ batch, draws, learningRate }: StepInputs): NamedTensors {
  return new Map([
    ['images', batch.images as Tensor],
    ['labels', batch.labels],
    ['learningRate', learningRate],
    ...Object.entries(draws).map(([name, value]) => [`draw.${name}`, value] as const),
  ]);
}
