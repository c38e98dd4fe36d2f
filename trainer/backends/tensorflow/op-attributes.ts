import type { DataType } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';

/** TensorFlow's data types that occur here: tfjs's, and bfloat16, which tfjs does not know. */
export type GraphType = DataType | 'bfloat16';

/** TF_DataType of TensorFlow's C API. */
export const dataTypeNumbers: Readonly<Record<GraphType, number>> = {
  float32: 1,
  int32: 3,
  string: 7,
  complex64: 8,
  bool: 10,
  bfloat16: 14,
};

/** tfjs's name of a TF_DataType. */
export function dataTypeOf(number: number): DataType {
  const dtype = (['float32', 'int32', 'bool'] as const).find((name) => dataTypeNumbers[name] === number);
  if (!dtype) throw new Error(`a tensor has TensorFlow's data type ${number}, which is not used here`);
  return dtype;
}

/** TF_AttrType of TensorFlow's C API: what an attribute holds, or a list of it. */
export const attributeKinds = { text: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

export const textAttribute = (name: string, value: string): TFEOpAttr => ({ name, type: attributeKinds.text, value });

export const intAttribute = (name: string, value: number | number[]): TFEOpAttr => ({
  name,
  type: attributeKinds.int,
  value,
});

export const floatAttribute = (name: string, value: number): TFEOpAttr => ({ name, type: attributeKinds.float, value });

export const boolAttribute = (name: string, value: boolean): TFEOpAttr => ({ name, type: attributeKinds.bool, value });

export const typeAttribute = (name: string, type: GraphType): TFEOpAttr => ({
  name,
  type: attributeKinds.type,
  value: dataTypeNumbers[type],
});

export const shapeAttribute = (name: string, shape: readonly number[]): TFEOpAttr => ({
  name,
  type: attributeKinds.shape,
  value: shape,
});

/** The value of an attribute that an op has. */
export function attributeOf<T extends TFEOpAttr['value']>(attributes: readonly TFEOpAttr[], name: string): T {
  const found = attributes.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`an op lacks the attribute ${name}`);
  return found.value as T;
}
