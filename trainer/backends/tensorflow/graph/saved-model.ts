import messages from '@tensorflow/tfjs-node-gpu/dist/proto/api_pb';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { CaptureError } from '../capture-error';
import { attributeKinds, dataTypeNumbers, type GraphType, typeAttribute } from '../op-attributes';

export const savedModelTag = 'mixprop';

/** The graph version of TensorFlow 2.9, which every later one reads. */
const graphVersion = 1087;
/** From this length on, constants of one repeated value are written as a Fill of it. */
const minFillLength = 1024;

export type ConstantValues = Float32Array | Int32Array | Uint8Array;

/** A graph, node by node, as the protocol buffer that TensorFlow loads. */
export class SavedModel {
  private readonly graph = new messages.GraphDef();
  private readonly names = new Set<string>();

  constructor() {
    const versions = new messages.VersionDef();
    versions.setProducer(graphVersion);
    this.graph.setVersions(versions);
  }

  /** Whether there is a node of this name. */
  has(name: string): boolean {
    return this.names.has(name);
  }

  /**
   * Adds an op and returns its name.
   * @param inputs "name" or "name:output" of its inputs, then "^name" of ops that must run before it
   */
  node(name: string, op: string, inputs: readonly string[], attributes: readonly TFEOpAttr[]): string {
    const values = attributes.map((attribute) => [attribute.name, attributeValue(attribute)] as const);
    return this.add(name, op, inputs, values);
  }

  constant(name: string, dtype: GraphType, shape: readonly number[], values: ConstantValues): string {
    if (values.length >= minFillLength && values.every((value) => value === values[0])) {
      const dims = this.constant(`${name}/shape`, 'int32', [shape.length], Int32Array.from(shape));
      const value = this.constant(`${name}/value`, dtype, [], values.slice(0, 1));
      return this.node(name, 'Fill', [dims, value], [typeAttribute('T', dtype), typeAttribute('index_type', 'int32')]);
    }
    const tensor = new messages.Tensor();
    tensor.setDtype(dataTypeNumbers[dtype]);
    tensor.setTensorShape(shapeMessage(shape));
    tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const value = new messages.AttrValue();
    value.setTensor(tensor);
    const type = attributeValue(typeAttribute('dtype', dtype));
    const attributes = Object.entries({ value, dtype: type });
    return this.add(name, 'Const', [], attributes);
  }

  /** The bytes of saved_model.pb. */
  bytes(): Uint8Array {
    const info = new messages.MetaGraphDef.MetaInfoDef();
    info.setTagsList([savedModelTag]);
    const metaGraph = new messages.MetaGraphDef();
    metaGraph.setMetaInfoDef(info);
    metaGraph.setGraphDef(this.graph);
    const model = new messages.SavedModel();
    model.setSavedModelSchemaVersion(1);
    model.setMetaGraphsList([metaGraph]);
    return model.serializeBinary();
  }

  private add(
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: readonly (readonly [name: string, value: messages.AttrValue])[],
  ): string {
    const node = new messages.NodeDef();
    node.setName(name);
    node.setOp(op);
    node.setInputList([...inputs]);
    for (const [key, value] of attributes) node.getAttrMap().set(key, value);
    this.graph.addNode(node);
    this.names.add(name);
    return name;
  }
}

function attributeValue({ name, type, value }: TFEOpAttr): messages.AttrValue {
  const result = new messages.AttrValue();
  if (type === attributeKinds.type) result.setType(value as number);
  else if (type === attributeKinds.float) result.setF(value as number);
  else if (type === attributeKinds.bool) result.setB(value as boolean);
  else if (type === attributeKinds.text) result.setS(new TextEncoder().encode(value as string));
  else if (type === attributeKinds.shape) result.setShape(shapeMessage(value as number[]));
  else if (type !== attributeKinds.int)
    throw new CaptureError(`the attribute ${name} is of a kind (${type}) that cannot be written`);
  else if (Array.isArray(value)) {
    const list = new messages.AttrValue.ListValue();
    list.setIList(value as number[]);
    result.setList(list);
  } else result.setI(value as number);
  return result;
}

function shapeMessage(shape: readonly number[]): messages.TensorShape {
  const message = new messages.TensorShape();
  for (const size of shape) {
    const dim = new messages.TensorShape.Dim();
    dim.setSize(size);
    message.addDim(dim);
  }
  return message;
}
