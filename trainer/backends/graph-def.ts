import messages from '@tensorflow/tfjs-node-gpu/dist/proto/api_pb';
import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { sgdUpdateKernel } from '../ops/sgd-update';
import { CaptureError } from './capture-error';
import { type GraphType, type OpNode, type RecordedFunction, specialOps, type Value } from './graph';

/** A variable of a graph. */
export interface Variable {
  name: string;
  shape: readonly number[];
}

/** TensorFlow's numbers of its data types. */
const typeNumbers: Partial<Record<GraphType, number>> = {
  float32: messages.DataType.DT_FLOAT,
  int32: messages.DataType.DT_INT32,
  bool: messages.DataType.DT_BOOL,
  bfloat16: messages.DataType.DT_BFLOAT16,
};

/** Names under which a session feeds and fetches: "name:0" is the first output of an op. */
export const graphNames = {
  input: (functionName: string, input: string) => `${functionName}/input/${input}:0`,
  output: (functionName: string, output: string) => `${functionName}/output/${output}:0`,
  /** Fetched so that a function's updates happen. */
  done: (functionName: string) => `${functionName}/done:0`,
  /** A variable's new value, and the fetch that stores it. */
  initial: (variable: string) => `initial/${variable}:0`,
  initialized: 'initialized:0',
  /** A variable's value. */
  value: (variable: string) => `value/${variable}:0`,
  /** A variable's value as a function reads it; something else can be fed in its place. */
  read: (functionName: string, variable: string) => `${functionName}/variable/${variable}:0`,
};

/** The graph version that is written: of TensorFlow 2.9, which every later one reads. */
const graphVersion = 1087;
/** Constants of one repeated value from this length on are written as that value. */
const fillFrom = 1024;

/**
 * Writes functions that share their variables as a SavedModel.
 * @returns the bytes of saved_model.pb
 * @throws CaptureError where a function cannot be written
 */
export function savedModel(
  variables: readonly Variable[],
  functions: readonly RecordedFunction[],
  binding: TFJSBinding,
): Uint8Array {
  const writer = new GraphWriter(binding);
  writer.variables(variables);
  for (const recorded of functions) writer.function(recorded);
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.setTagsList([savedModelTag]);
  const metaGraph = new messages.MetaGraphDef();
  metaGraph.setMetaInfoDef(info);
  metaGraph.setGraphDef(writer.graph);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.setMetaGraphsList([metaGraph]);
  return model.serializeBinary();
}

export const savedModelTag = 'mixprop';

type AttributeMap = Record<string, messages.AttrValue>;

class GraphWriter {
  readonly graph = new messages.GraphDef();

  constructor(private readonly binding: TFJSBinding) {
    const versions = new messages.VersionDef();
    versions.setProducer(graphVersion);
    this.graph.setVersions(versions);
  }

  /** A handle for each variable, a way to set all of them, and a value to read for each. */
  variables(variables: readonly Variable[]): void {
    const assignments = variables.map(({ name, shape }) => {
      const dtype = typeAttribute('float32');
      this.node(handleName(name), 'VarHandleOp', [], {
        dtype,
        shape: shapeAttribute(shape),
        shared_name: textAttribute(name),
      });
      this.node(opName(graphNames.value(name)), 'ReadVariableOp', [handleName(name)], { dtype });
      const initial = opName(graphNames.initial(name));
      this.node(initial, 'Placeholder', [], { dtype, shape: shapeAttribute(shape) });
      // A variable may not hold what is fed: that is JavaScript's memory, which only its own thread may release.
      const copy = this.node(`copy/${name}`, 'DeepCopy', [initial], { T: dtype });
      return this.node(`assign/${name}`, 'AssignVariableOp', [handleName(name), copy], { dtype });
    });
    this.fence(opName(graphNames.initialized), assignments);
  }

  function({ name: functionName, nodes, outputs, updates }: RecordedFunction): void {
    const names = new Map<OpNode, string>(nodes.map((node, i) => [node, this.nameOf(functionName, node, i)]));
    const reference = ({ node, output }: Value) => `${names.get(node)}${output === 0 ? '' : `:${output}`}`;
    const needed = neededNodes({ outputs, updates });
    /** Who reads a variable's old value must have done so before it changes. */
    const readers = new Map<string, string[]>();
    for (const node of nodes) {
      if (!needed.has(node)) continue;
      // The read itself too: the old value may be an output, or another variable's new value.
      const read = [node, ...node.inputs.map((input) => input.node)].filter(({ op }) => op === specialOps.variable);
      for (const { name } of read) readers.set(name!, [...(readers.get(name!) ?? []), names.get(node)!]);
    }
    const sgd = new Map<OpNode, string>();
    for (const node of nodes) {
      // Inputs are fed whether they are used or not.
      const isWritten = needed.has(node) || node.op === specialOps.input;
      if (!isWritten || node.op === sgdUpdateKernel) continue;
      if (node.inputs.some((input) => input.node.op === sgdUpdateKernel)) {
        throw new CaptureError(`${node.op} works on a parameter after its update`);
      }
      this.recorded(names.get(node)!, node, node.inputs.map(reference));
    }
    const done: string[] = [];
    for (const [variable, value] of updates) {
      const waitFor = readers.get(variable) ?? [];
      if (value.node.op !== sgdUpdateKernel) {
        const inputs = [handleName(variable), reference(value), ...waitFor.map((reader) => `^${reader}`)];
        done.push(
          this.node(`${functionName}/assign/${variable}`, 'AssignVariableOp', inputs, {
            dtype: typeAttribute('float32'),
          }),
        );
      } else if (!sgd.has(value.node)) {
        const update = this.sgdUpdate(functionName, value.node, updates, readers, reference);
        sgd.set(value.node, update);
        done.push(update);
      }
    }
    for (const [output, value] of outputs) {
      if (value.node.op === sgdUpdateKernel)
        throw new CaptureError(`the output ${output} is a parameter after its update`);
      const { dtype } = value.node.outputs[value.output];
      this.node(opName(graphNames.output(functionName, output)), 'Identity', [reference(value)], {
        T: typeAttribute(dtype),
      });
    }
    this.fence(opName(graphNames.done(functionName)), done);
  }

  /** v ← momentum·v + (g + weightDecay·w); w ← w − lr·v, in place. */
  private sgdUpdate(
    functionName: string,
    node: OpNode,
    updates: ReadonlyMap<string, Value>,
    readers: ReadonlyMap<string, string[]>,
    reference: (value: Value) => string,
  ): string {
    const [weight, , gradient, learningRate] = node.inputs;
    const [weightVariable, velocityVariable] = [0, 1].map((output) => {
      const name = node.inputs[output].node.name;
      const update = name === undefined ? undefined : updates.get(name);
      if (name === undefined || update?.node !== node || update.output !== output) {
        throw new CaptureError('an SGD update does not end in the variables that it began with');
      }
      return name;
    });
    const { momentum, weightDecay } = Object.fromEntries(
      node.attributes.map(({ name, value }) => [name, value as number]),
    );
    const T = typeAttribute('float32');
    const prefix = `${functionName}/sgd/${weightVariable}`;
    let decayed = reference(gradient);
    const decayReaders: string[] = [];
    if (weightDecay !== 0) {
      const decay = this.constant(`${prefix}/decay`, 'float32', [], Float32Array.of(weightDecay));
      const decayTerm = this.node(`${prefix}/term`, 'Mul', [reference(weight), decay], { T });
      decayed = this.node(`${prefix}/gradient`, 'AddV2', [reference(gradient), decayTerm], { T });
      decayReaders.push(decayTerm);
    }
    const momentumConstant = this.constant(`${prefix}/momentum`, 'float32', [], Float32Array.of(momentum));
    // The update's own node is among the readers: it has no op of its own in the graph.
    const others = [...(readers.get(weightVariable) ?? []), ...(readers.get(velocityVariable) ?? [])].filter((reader) =>
      this.written.has(reader),
    );
    return this.node(
      `${prefix}/update`,
      'ResourceApplyMomentum',
      [
        handleName(weightVariable),
        handleName(velocityVariable),
        reference(learningRate),
        decayed,
        momentumConstant,
        ...[...new Set([...others, ...decayReaders])].map((reader) => `^${reader}`),
      ],
      { T, use_locking: flagAttribute(false), use_nesterov: flagAttribute(false) },
    );
  }

  private nameOf(functionName: string, node: OpNode, index: number): string {
    if (node.op === specialOps.input) return opName(graphNames.input(functionName, node.name!));
    if (node.op === specialOps.variable) return opName(graphNames.read(functionName, node.name!));
    return `${functionName}/${index}`;
  }

  private recorded(name: string, node: OpNode, inputs: string[]): void {
    const [{ dtype, shape }] = node.outputs;
    if (node.op === specialOps.input) {
      this.node(name, 'Placeholder', [], { dtype: typeAttribute(dtype), shape: shapeAttribute(shape) });
    } else if (node.op === specialOps.variable) {
      this.node(name, 'ReadVariableOp', [handleName(node.name!)], { dtype: typeAttribute(dtype) });
    } else if (node.op === specialOps.constant) {
      this.constant(name, dtype, shape, node.values!);
    } else {
      const attributes = Object.fromEntries(
        node.attributes.map((attribute) => [attribute.name, this.attribute(attribute)]),
      );
      this.node(name, node.op, inputs, attributes);
    }
  }

  private readonly written = new Set<string>();

  private node(name: string, op: string, inputs: string[], attributes: AttributeMap): string {
    const node = new messages.NodeDef();
    node.setName(name);
    node.setOp(op);
    node.setInputList(inputs);
    for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, value);
    this.graph.addNode(node);
    this.written.add(name);
    return name;
  }

  private constant(
    name: string,
    dtype: GraphType,
    shape: readonly number[],
    values: Float32Array | Int32Array | Uint8Array,
  ): string {
    if (values.length >= fillFrom && values.every((value) => value === values[0])) {
      const dims = this.constant(`${name}/shape`, 'int32', [shape.length], Int32Array.from(shape));
      const value = this.constant(`${name}/value`, dtype, [], values.slice(0, 1));
      return this.node(name, 'Fill', [dims, value], { T: typeAttribute(dtype), index_type: typeAttribute('int32') });
    }
    const tensor = new messages.Tensor();
    tensor.setDtype(typeNumber(dtype));
    tensor.setTensorShape(shapeMessage(shape));
    tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const value = new messages.AttrValue();
    value.setTensor(tensor);
    return this.node(name, 'Const', [], { value, dtype: typeAttribute(dtype) });
  }

  /** An op that has run when all of `before` have. */
  private fence(name: string, before: string[]): void {
    const constant = this.constant(`${name}/value`, 'float32', [], Float32Array.of(1));
    this.node(name, 'Identity', [constant, ...before.map((node) => `^${node}`)], { T: typeAttribute('float32') });
  }

  private attribute({ name, type, value }: TFEOpAttr): messages.AttrValue {
    const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_STRING, TF_ATTR_SHAPE } = this.binding;
    const result = new messages.AttrValue();
    switch (type) {
      case TF_ATTR_TYPE:
        result.setType(value as number);
        return result;
      case TF_ATTR_INT:
        if (!Array.isArray(value)) result.setI(value as number);
        else {
          const list = new messages.AttrValue.ListValue();
          list.setIList(value as number[]);
          result.setList(list);
        }
        return result;
      case TF_ATTR_FLOAT:
        result.setF(value as number);
        return result;
      case TF_ATTR_BOOL:
        result.setB(value as boolean);
        return result;
      case TF_ATTR_STRING:
        return textAttribute(value as string);
      case TF_ATTR_SHAPE:
        return shapeAttribute(value as number[]);
      default:
        throw new CaptureError(`the attribute ${name} is of a kind (${type}) that no graph has been written with yet`);
    }
  }
}

/** The nodes that a function's outputs and updates depend on: the others are not written, but for its inputs. */
export function neededNodes({ outputs, updates }: Pick<RecordedFunction, 'outputs' | 'updates'>): Set<OpNode> {
  const found = new Set<OpNode>();
  const open = [...outputs.values(), ...updates.values()].map(({ node }) => node);
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs.map((input) => input.node));
  }
  return found;
}

const handleName = (variable: string) => `variable/${variable}`;
const opName = (fetch: string) => fetch.slice(0, -2);

function typeNumber(dtype: GraphType): number {
  const number = typeNumbers[dtype];
  if (number === undefined) throw new CaptureError(`a tensor is of type ${dtype}`);
  return number;
}

function typeAttribute(dtype: GraphType): messages.AttrValue {
  const value = new messages.AttrValue();
  value.setType(typeNumber(dtype));
  return value;
}

function textAttribute(text: string): messages.AttrValue {
  const value = new messages.AttrValue();
  value.setS(new TextEncoder().encode(text));
  return value;
}

function flagAttribute(flag: boolean): messages.AttrValue {
  const value = new messages.AttrValue();
  value.setB(flag);
  return value;
}

function shapeAttribute(shape: readonly number[]): messages.AttrValue {
  const value = new messages.AttrValue();
  value.setShape(shapeMessage(shape));
  return value;
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
