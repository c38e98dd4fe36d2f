import { type GraphType, typeAttribute } from '../op-attributes';
import { type OpNode, type RecordedFunction, specialOps, type Value, withNodes } from './graph';

/** How an op runs in bfloat16. Its first output becomes bfloat16. */
interface Rule {
  /** Inputs that carry data rather than parameters, shapes or statistics. */
  dataInputs: readonly number[];
  /** These take the time. Other ops follow their data, so that nothing is converted in between. */
  always?: true;
  /** Results that go on in float32: sums over the batch, which are added up and end in parameters or losses. */
  widens?: true;
}

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: { dataInputs: [0, 1], always: true },
  Conv2DBackpropInput: { dataInputs: [1, 2], always: true },
  Conv2DBackpropFilter: { dataInputs: [0, 2], always: true, widens: true },
  BatchMatMulV2: { dataInputs: [0, 1], always: true, widens: true },
  // γ, β and the statistics stay float32 (attribute U).
  FusedBatchNormV3: { dataInputs: [0] },
  FusedBatchNormGradV3: { dataInputs: [0, 1] },
  Relu: { dataInputs: [0] },
  ReluGrad: { dataInputs: [0, 1] },
  Add: { dataInputs: [0, 1] },
  MaxPool: { dataInputs: [0] },
  MaxPoolGrad: { dataInputs: [0, 1, 2] },
  Slice: { dataInputs: [0] },
  StridedSlice: { dataInputs: [0] },
};

/**
 * The function with its convolutions and products, and what lies between them, in bfloat16. Parameters, statistics, loss and
 * updates stay float32; conversions stand where the two meet.
 */
export function toBfloat16(recorded: RecordedFunction): RecordedFunction {
  const rewriter = new Rewriter();
  for (const node of recorded.nodes) rewriter.add(node);
  return withNodes(recorded, rewriter.nodes, (value) => rewriter.as(value, typeOf(value)));
}

class Rewriter {
  readonly nodes: OpNode[] = [];
  /** By old node and output: the new value, and its conversions by type. */
  private readonly values = new Map<OpNode, { value: Value; conversions: Map<GraphType, Value> }[]>();

  add(node: OpNode): void {
    const rule = rules[node.op];
    const isNarrow = rule !== undefined && (rule.always || this.dataAreNarrow(node, rule));
    const isData = (input: number) => isNarrow && rule.dataInputs.includes(input);
    const inputs = node.inputs.map((input, i) => this.as(input, isData(i) ? 'bfloat16' : typeOf(input)));
    const outputs = node.outputs.map(({ dtype, shape }, output) => ({
      dtype: isNarrow && output === 0 ? ('bfloat16' as const) : dtype,
      shape,
    }));
    const attributes = node.attributes.map((attribute) =>
      isNarrow && attribute.name === 'T' ? typeAttribute('T', 'bfloat16') : attribute,
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
    const node: OpNode = {
      op: 'Cast',
      attributes: [typeAttribute('SrcT', typeOf(value)), typeAttribute('DstT', dtype)],
      inputs: [value],
      outputs: [{ dtype, shape: value.node.outputs[value.output].shape }],
    };
    this.nodes.push(node);
    return { node, output: 0 };
  }
}

const typeOf = ({ node, output }: Value): GraphType => node.outputs[output].dtype;
