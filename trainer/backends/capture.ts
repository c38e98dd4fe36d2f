import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { type OpNode, type RecordedFunction, specialOps, type Value } from './graph';
import type { OpListener, TensorflowBackend } from './tensorflow-backend';

/** Something that a graph cannot hold. The message says what; training goes on op by op. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

/** What a function that is recorded gives back. */
export interface Recordable {
  outputs: NamedTensors;
  /** New values of variables, by the variable's name. */
  updates?: NamedTensors;
}

/**
 * Runs a function once, op by op, and records what ran. Whatever is neither an input nor a variable nor made from them
 * becomes a constant: what varies from call to call must come in as an input, never as a JavaScript number.
 *
 * @param inputs tensors that every call gives anew
 * @param variables tensors whose values live between calls
 * @throws CaptureError if the function reads the values of a tensor that depends on them
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
  backend.listener = recording;
  let result: Recordable;
  try {
    result = run();
  } finally {
    backend.listener = undefined;
  }
  const values = (tensors: NamedTensors) =>
    new Map([...tensors].map(([key, tensor]) => [key, recording.valueOf(tensor)]));
  return {
    name,
    nodes: recording.nodes,
    outputs: values(result.outputs),
    updates: values(result.updates ?? new Map()),
  };
}

class Recording implements OpListener {
  readonly nodes: OpNode[] = [];
  /** By a tensor's data: clones share it. The map keeps the ids alive, so that none is used twice. */
  private readonly values = new Map<DataId, Value>();

  constructor(private readonly backend: TensorflowBackend) {}

  leaf(op: string, name: string, { dataId, dtype, shape }: TensorInfo): void {
    if (this.values.has(dataId)) throw new Error(`two inputs or variables share the tensor of ${name}`);
    this.add({ op, name, attributes: [], inputs: [], outputs: [{ dtype, shape }] }, [dataId]);
  }

  executed(
    op: string,
    attributes: readonly TFEOpAttr[],
    inputs: readonly TensorInfo[],
    outputs: readonly Tensor[],
  ): void {
    const node = {
      op,
      attributes: [...attributes],
      inputs: inputs.map((input) => this.valueOf(input)),
      outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape })),
    };
    this.add(
      node,
      outputs.map(({ dataId }) => dataId),
    );
  }

  read(dataId: DataId): void {
    const value = this.values.get(dataId);
    if (value && value.node.op !== specialOps.constant) {
      throw new CaptureError(`the values of a tensor (${value.node.op}) are read while it runs`);
    }
  }

  /** Where a tensor comes from; one from outside becomes a constant. */
  valueOf({ dataId, dtype, shape }: TensorInfo): Value {
    const known = this.values.get(dataId);
    if (known) return known;
    const values = this.backend.readSync(dataId);
    if (!(values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)) {
      throw new CaptureError(`a constant is of type ${dtype}`);
    }
    // A copy: the tensor may be changed or gone when the graph is written.
    this.add(
      { op: specialOps.constant, attributes: [], inputs: [], outputs: [{ dtype, shape }], values: values.slice() },
      [dataId],
    );
    return this.values.get(dataId)!;
  }

  private add(node: OpNode, dataIds: DataId[]): void {
    this.nodes.push(node);
    for (const [output, dataId] of dataIds.entries()) this.values.set(dataId, { node, output });
  }
}
