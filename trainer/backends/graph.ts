import type { DataType } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';

/** TensorFlow's data types that occur here: tfjs's, and bfloat16, which tfjs does not know. */
export type GraphType = DataType | 'bfloat16';

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

/** Nodes that are no recorded op. */
export const specialOps = { input: 'Placeholder', variable: 'ReadVariableOp', constant: 'Const' } as const;

/** What ran while a function was recorded. */
export interface RecordedFunction {
  name: string;
  /** In an order in which they can run. */
  nodes: OpNode[];
  outputs: Map<string, Value>;
  /** New values of variables, by the variable's name. */
  updates: Map<string, Value>;
}
