import type { OpName } from '../../../ops/kernels';
import { CaptureError } from '../capture-error';
import { attributeOf, boolAttribute, shapeAttribute, textAttribute, typeAttribute } from '../op-attributes';
import { type OpNode, type RecordedFunction, specialOps, type Value } from './graph';
import { SavedModel } from './saved-model';

/** A variable of a graph, float32. */
export interface Variable {
  name: string;
  shape: readonly number[];
}

/** Names by which a session feeds and fetches: "name:0" is the first output of an op. */
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

/**
 * Writes functions that share their variables as a SavedModel.
 * @returns the bytes of saved_model.pb
 * @throws CaptureError where a function cannot be written
 */
export function writeGraph(variables: readonly Variable[], functions: readonly RecordedFunction[]): Uint8Array {
  const model = new SavedModel();
  writeVariables(model, variables);
  for (const recorded of functions) new FunctionWriter(model, recorded).write();
  return model.bytes();
}

const sgdUpdateOp: OpName = 'MixpropSgdUpdate';
const handleName = (variable: string) => `variable/${variable}`;
const opName = (fetch: string) => fetch.slice(0, -2);
const waitFor = (names: Iterable<string>) => [...new Set(names)].map((name) => `^${name}`);
const float32 = (name: string) => typeAttribute(name, 'float32');

/** A handle and a value for each variable, and an op that sets all of them. */
function writeVariables(model: SavedModel, variables: readonly Variable[]): void {
  const dtype = float32('dtype');
  const assignments = variables.map(({ name, shape }) => {
    const sized = [dtype, shapeAttribute('shape', shape)];
    model.node(handleName(name), 'VarHandleOp', [], [...sized, textAttribute('shared_name', name)]);
    model.node(opName(graphNames.value(name)), 'ReadVariableOp', [handleName(name)], [dtype]);
    const initial = model.node(opName(graphNames.initial(name)), 'Placeholder', [], sized);
    // A copy: what is fed is JavaScript's memory, which only its own thread may release.
    const copy = model.node(`copy/${name}`, 'DeepCopy', [initial], [float32('T')]);
    return model.node(`assign/${name}`, 'AssignVariableOp', [handleName(name), copy], [dtype]);
  });
  writeFence(model, opName(graphNames.initialized), assignments);
}

/** An op that has run when all of `before` have. */
function writeFence(model: SavedModel, name: string, before: readonly string[]): void {
  const constant = model.constant(`${name}/value`, 'float32', [], Float32Array.of(1));
  model.node(name, 'Identity', [constant, ...waitFor(before)], [float32('T')]);
}

/** Writes one function: its ops, its updates, its outputs. */
class FunctionWriter {
  private readonly names: ReadonlyMap<OpNode, string>;
  private readonly needed: ReadonlySet<OpNode>;
  /** By variable: the nodes that read its old value, which must run before it changes. */
  private readonly readers = new Map<string, Set<OpNode>>();
  /** Those that have been written. */
  private readonly sgdUpdates = new Set<OpNode>();

  constructor(
    private readonly model: SavedModel,
    private readonly recorded: RecordedFunction,
  ) {
    const { nodes } = recorded;
    this.names = new Map(nodes.map((node, i) => [node, this.nameOf(node, i)]));
    this.needed = neededNodes(recorded);
    for (const node of nodes) {
      if (!this.needed.has(node)) continue;
      // The read itself too: the old value may be an output, or another variable's new value.
      for (const { op, name } of [node, ...node.inputs.map((input) => input.node)]) {
        if (op !== specialOps.variable) continue;
        const readers = this.readers.get(name!) ?? new Set();
        this.readers.set(name!, readers.add(node));
      }
    }
  }

  write(): void {
    const { model, recorded } = this;
    for (const node of recorded.nodes) {
      // Inputs are fed whether they are used or not.
      if ((this.needed.has(node) || node.op === specialOps.input) && node.op !== sgdUpdateOp) this.writeOp(node);
    }
    const done = [...recorded.updates].flatMap(([variable, value]) => this.writeUpdate(variable, value) ?? []);
    for (const [output, value] of recorded.outputs) {
      if (value.node.op === sgdUpdateOp) throw new CaptureError(`the output ${output} is a parameter after its update`);
      const { dtype } = value.node.outputs[value.output];
      const name = opName(graphNames.output(recorded.name, output));
      model.node(name, 'Identity', [this.reference(value)], [typeAttribute('T', dtype)]);
    }
    writeFence(model, opName(graphNames.done(recorded.name)), done);
  }

  private writeOp(node: OpNode): void {
    if (node.inputs.some((input) => input.node.op === sgdUpdateOp))
      throw new CaptureError(`${node.op} works on a parameter after its update`);
    const { model } = this;
    const name = this.names.get(node)!;
    const [{ dtype, shape }] = node.outputs;
    switch (node.op) {
      case specialOps.constant:
        return void model.constant(name, dtype, shape, node.values!);
      case specialOps.input:
        return void model.node(name, node.op, [], [typeAttribute('dtype', dtype), shapeAttribute('shape', shape)]);
      case specialOps.variable:
        return void model.node(name, node.op, [handleName(node.name!)], [typeAttribute('dtype', dtype)]);
      default:
        return void model.node(name, node.op, node.inputs.map(this.reference), node.attributes);
    }
  }

  /** Gives a variable its new value, or two variables at once where an SGD update makes both. */
  private writeUpdate(variable: string, value: Value): string | undefined {
    if (value.node.op !== sgdUpdateOp) {
      const inputs = [handleName(variable), this.reference(value), ...waitFor(this.readersOf(variable))];
      return this.model.node(`${this.recorded.name}/assign/${variable}`, 'AssignVariableOp', inputs, [
        float32('dtype'),
      ]);
    }
    if (this.sgdUpdates.has(value.node)) return undefined;
    this.sgdUpdates.add(value.node);
    return this.writeSgdUpdate(value.node);
  }

  /** v ← momentum·v + (g + weightDecay·w); w ← w − lr·v, in place. */
  private writeSgdUpdate(node: OpNode): string {
    const { model, recorded } = this;
    const [weight, , gradient, learningRate] = node.inputs.map(this.reference);
    const variables = [0, 1].map((output) => {
      const { name } = node.inputs[output].node;
      const update = name === undefined ? undefined : recorded.updates.get(name);
      if (name === undefined || update?.node !== node || update.output !== output)
        throw new CaptureError('an SGD update does not end in the variables that it began with');
      return name;
    });
    const [momentum, weightDecay] = ['momentum', 'weightDecay'].map((name) =>
      attributeOf<number>(node.attributes, name),
    );
    const prefix = `${recorded.name}/sgd/${variables[0]}`;
    const scalar = (name: string, value: number) =>
      model.constant(`${prefix}/${name}`, 'float32', [], Float32Array.of(value));
    // The update's own node is among the readers: it has no op of that name in the graph.
    const readers = variables.flatMap((name) => this.readersOf(name)).filter((reader) => model.has(reader));
    let decayed = gradient;
    if (weightDecay !== 0) {
      const term = model.node(`${prefix}/term`, 'Mul', [weight, scalar('decay', weightDecay)], [float32('T')]);
      decayed = model.node(`${prefix}/gradient`, 'AddV2', [gradient, term], [float32('T')]);
      readers.push(term);
    }
    const inputs = [...variables.map(handleName), learningRate, decayed, scalar('momentum', momentum)];
    const attributes = [float32('T'), boolAttribute('use_locking', false), boolAttribute('use_nesterov', false)];
    return model.node(`${prefix}/update`, 'ResourceApplyMomentum', [...inputs, ...waitFor(readers)], attributes);
  }

  private readersOf(variable: string): string[] {
    return [...(this.readers.get(variable) ?? [])].map((node) => this.names.get(node)!);
  }

  private readonly reference = ({ node, output }: Value): string =>
    `${this.names.get(node)}${output === 0 ? '' : `:${output}`}`;

  private nameOf(node: OpNode, index: number): string {
    const { name } = this.recorded;
    if (node.op === specialOps.input) return opName(graphNames.input(name, node.name!));
    if (node.op === specialOps.variable) return opName(graphNames.read(name, node.name!));
    return `${name}/${index}`;
  }
}

/** The nodes on which a function's outputs and updates depend: of the others only inputs are written. */
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
