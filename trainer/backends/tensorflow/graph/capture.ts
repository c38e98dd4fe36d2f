import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { CaptureError } from '../capture-error';
import type { OpRecorder, OutputInfo, TensorflowBackend } from '../tensorflow-backend';
import { type OpNode, type RecordedFunction, specialOps, type Value } from './graph';
import { inferOutputs } from './shape-inference';

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

/** The result of a function that is recorded. */
export interface Recordable {
  outputs: NamedTensors;
  /** New values of variables, by the variable's name. */
  updates?: NamedTensors;
}

/**
 * Runs a function and records its ops without executing them: tensors have types and shapes, but no values. What is neither
 * an input nor a variable nor computed from them becomes a constant: what varies from call to call must be an input, never a
 * JavaScript number.
 *
 * @param inputs tensors that differ from call to call
 * @param variables tensors that keep their values between calls
 * @throws CaptureError if the function reads values, or runs an op whose outputs `inferOutputs` does not know
 */
export function record(
  backend: TensorflowBackend,
  name: string,
  inputs: NamedTensors,
  variables: NamedTensors,
  run: () => Recordable,
): RecordedFunction {
  const recording = new Recording(backend);
  for (const [input, tensor] of inputs) recording.leaf(specialOps.input, input, tensor);
  for (const [variable, tensor] of variables) recording.leaf(specialOps.variable, variable, tensor);
  backend.recorder = recording;
  try {
    const { outputs, updates = new Map() } = run();
    const values = (tensors: NamedTensors) =>
      new Map([...tensors].map(([key, tensor]) => [key, recording.valueOf(tensor)]));
    return { name, nodes: recording.nodes, outputs: values(outputs), updates: values(updates) };
  } finally {
    backend.recorder = undefined;
  }
}

class Recording implements OpRecorder {
  readonly nodes: OpNode[] = [];
  /** By a tensor's data, which clones share. The map keeps the ids alive, so that none is reused. */
  private readonly values = new Map<DataId, Value>();

  constructor(private readonly backend: TensorflowBackend) {}

  leaf(op: string, name: string, { dataId, dtype, shape }: TensorInfo): void {
    if (this.values.has(dataId)) throw new CaptureError(`two inputs or variables share the tensor of ${name}`);
    this.nodes.push({ op, name, attributes: [], inputs: [], outputs: [{ dtype, shape }] });
    this.executed([dataId]);
  }

  execute(op: string, attributes: readonly TFEOpAttr[], inputs: readonly TensorInfo[], count: number): OutputInfo[] {
    let outputs: OutputInfo[] | undefined;
    try {
      outputs = inferOutputs(op, { attributes, inputs, constant: (input) => this.constant(inputs[input]) });
    } catch (error) {
      throw new CaptureError(`the outputs of ${op} are not known beforehand: ${(error as Error).message}`);
    }
    if (outputs?.length !== count) throw new CaptureError(`the outputs of ${op} are not known beforehand`);
    this.nodes.push({ op, attributes: [...attributes], inputs: inputs.map((input) => this.valueOf(input)), outputs });
    return outputs;
  }

  /** The outputs of the last node. */
  executed(outputs: readonly DataId[]): void {
    const node = this.nodes[this.nodes.length - 1];
    for (const [output, dataId] of outputs.entries()) this.values.set(dataId, { node, output });
  }

  /** The node that made a tensor; one from outside becomes a constant. */
  valueOf({ dataId, dtype, shape }: TensorInfo): Value {
    const known = this.values.get(dataId);
    if (known) return known;
    const values = this.backend.readSync(dataId);
    if (!(values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)) {
      throw new CaptureError(`a constant is of type ${dtype}`);
    }
    // A copy: the tensor may have changed or been disposed when the graph is written.
    const constant = { op: specialOps.constant, attributes: [], inputs: [], outputs: [{ dtype, shape }] };
    this.nodes.push({ ...constant, values: values.slice() });
    this.executed([dataId]);
    return this.values.get(dataId)!;
  }

  private constant(input: TensorInfo): number[] {
    const { node } = this.valueOf(input);
    if (!node.values) throw new CaptureError('a shape depends on values');
    return [...node.values];
  }
}
