import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { GraphType } from '../op-attributes';

/** One output of an op. */
export interface Value {
  node: OpNode;
  output: number;
}

/** An op of a recorded function, in the order in which the ops ran. */
export interface OpNode {
  /** TensorFlow's name of the op, or one of `specialOps`. */
  op: string;
  attributes: TFEOpAttr[];
  inputs: Value[];
  outputs: { dtype: GraphType; shape: readonly number[] }[];
  /** Of a placeholder: the input's name. Of a variable's value before the step: the variable's name. */
  name?: string;
  /** Of a constant. */
  values?: Float32Array | Int32Array | Uint8Array;
}

/** Nodes that are not ops of the function. */
export const specialOps = { input: 'Placeholder', variable: 'ReadVariableOp', constant: 'Const' } as const;

/** The ops that ran while a function was recorded. */
export interface RecordedFunction {
  name: string;
  /** In an order in which they can run. */
  nodes: OpNode[];
  outputs: Map<string, Value>;
  /** New values of variables, by the variable's name. */
  updates: Map<string, Value>;
}

/** The function with other nodes in place of some, and other values in place of theirs. */
export const withNodes = (
  recorded: RecordedFunction,
  nodes: OpNode[],
  moved: (value: Value) => Value,
): RecordedFunction => {
  const all = (values: ReadonlyMap<string, Value>) => new Map([...values].map(([name, value]) => [name, moved(value)]));
  return { name: recorded.name, nodes, outputs: all(recorded.outputs), updates: all(recorded.updates) };
};
