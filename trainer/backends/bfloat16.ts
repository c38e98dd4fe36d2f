import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { type GraphType, type OpNode, type RecordedFunction, specialOps, type Value } from './graph';

/** TensorFlow's number of bfloat16, for which its binding has no name. */
const bfloat16Number = 14;

/** Inputs that carry data rather than parameters, shapes or statistics, of the ops that can run in bfloat16. */
interface Rule {
  dataInputs: readonly number[];
  /** Outputs that become bfloat16. */
  dataOutputs: readonly number[];
  /** `always`: these take the time. `follows`: in bfloat16 where their data are, so that nothing is converted in between. */
  when: 'always' | 'follows';
  /** Results that go on in float32: sums over the batch, which are added up and end in parameters or losses. */
  widens?: boolean;
}

const elementwise: Rule = { dataInputs: [0, 1], dataOutputs: [0], when: 'follows' };
const single: Rule = { dataInputs: [0], dataOutputs: [0], when: 'follows' };

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: { dataInputs: [0, 1], dataOutputs: [0], when: 'always' },
  Conv2DBackpropInput: { dataInputs: [1, 2], dataOutputs: [0], when: 'always' },
  Conv2DBackpropFilter: { dataInputs: [0, 2], dataOutputs: [0], when: 'always', widens: true },
  BatchMatMulV2: { dataInputs: [0, 1], dataOutputs: [0], when: 'always', widens: true },
  // γ, β and the statistics stay float32 (attribute U).
  FusedBatchNormV3: { dataInputs: [0], dataOutputs: [0], when: 'follows' },
  FusedBatchNormGradV3: { dataInputs: [0, 1], dataOutputs: [0], when: 'follows' },
  Relu: single,
  ReluGrad: elementwise,
  Add: elementwise,
  MaxPool: single,
  MaxPoolGrad: { dataInputs: [0, 1, 2], dataOutputs: [0], when: 'follows' },
  Slice: single,
  StridedSlice: single,
};

/**
 * The function with its convolutions and products, and what lies between them, in bfloat16. Parameters, statistics, loss and
 * updates stay float32; conversions stand where the two meet.
 */
export function toBfloat16(recorded: RecordedFunction, binding: TFJSBinding): RecordedFunction {
  const rewriter = new Rewriter(binding);
  for (const node of recorded.nodes) rewriter.add(node);
  const floats = (values: ReadonlyMap<string, Value>) =>
    new Map([...values].map(([name, value]) => [name, rewriter.as(value, value.node.outputs[value.output].dtype)]));
  const outputs = floats(recorded.outputs);
  const updates = floats(recorded.updates);
  return { name: recorded.name, nodes: rewriter.nodes, outputs, updates };
}

class Rewriter {
  readonly nodes: OpNode[] = [];
  /** By old node and output: the new value, and its conversions by type. */
  private readonly values = new Map<OpNode, { value: Value; conversions: Map<GraphType, Value> }[]>();

  constructor(private readonly binding: TFJSBinding) {}

  add(node: OpNode): void {
    const rule = rules[node.op];
    const isNarrow = rule !== undefined && (rule.when === 'always' || this.dataAreNarrow(node, rule));
    const isData = (input: number) => isNarrow && rule.dataInputs.includes(input);
    const inputs = node.inputs.map((input, i) =>
      this.as(input, isData(i) ? 'bfloat16' : input.node.outputs[input.output].dtype),
    );
    const outputs = node.outputs.map(({ dtype, shape }, output) => ({
      dtype: isNarrow && rule.dataOutputs.includes(output) ? ('bfloat16' as const) : dtype,
      shape,
    }));
    const attributes = node.attributes.map((attribute) =>
      isNarrow && attribute.name === 'T' ? { ...attribute, value: bfloat16Number } : attribute,
    );
    const rewritten: OpNode = { ...node, inputs, outputs, attributes };
    this.nodes.push(rewritten);
    this.values.set(
      node,
      outputs.map((_, output) => ({ value: { node: rewritten, output }, conversions: new Map() })),
    );
    if (isNarrow && rule.widens) {
      for (const entry of this.values.get(node)!) entry.value = this.convert(entry.value, 'float32');
    }
  }

  /** The new value of an old one, converted if it is of another type. */
  as({ node, output }: Value, dtype: GraphType): Value {
    const entry = this.values.get(node)![output];
    const has = typeOf(entry.value);
    if (has === dtype || (has !== 'bfloat16' && dtype !== 'bfloat16')) return entry.value;
    const known = entry.conversions.get(dtype);
    if (known) return known;
    const converted = this.convert(entry.value, dtype);
    entry.conversions.set(dtype, converted);
    return converted;
  }

  private dataAreNarrow(node: OpNode, { dataInputs }: Rule): boolean {
    const data = dataInputs.map((input) => node.inputs[input]);
    // A bias: what it is added to ends in the loss.
    if (data.some((value) => value.node.op === specialOps.variable)) return false;
    return data.some(({ node: source, output }) => typeOf(this.values.get(source)![output].value) === 'bfloat16');
  }

  private convert(value: Value, dtype: GraphType): Value {
    const { TF_ATTR_TYPE, TF_FLOAT } = this.binding;
    const number = (type: GraphType) => (type === 'bfloat16' ? bfloat16Number : TF_FLOAT);
    const node: OpNode = {
      op: 'Cast',
      attributes: [
        { name: 'SrcT', type: TF_ATTR_TYPE, value: number(typeOf(value)) },
        { name: 'DstT', type: TF_ATTR_TYPE, value: number(dtype) },
      ],
      inputs: [value],
      outputs: [{ dtype, shape: value.node.outputs[value.output].shape }],
    };
    this.nodes.push(node);
    return { node, output: 0 };
  }
}

const typeOf = ({ node, output }: Value): GraphType => node.outputs[output].dtype;
