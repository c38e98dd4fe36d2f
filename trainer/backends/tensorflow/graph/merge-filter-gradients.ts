import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { intAttribute } from '../op-attributes';
import type { OpNode, RecordedFunction } from './graph';

/** Our op in native-ops/filter-gradient.h: x…, dy… → dw, summed over the batches; attribute N is their number. */
export const filterGradientOp = 'MixpropFilterGradient';

/** Of the op for one batch: the window of the convolution, the same on both axes. */
export const filterGradientAttributes = (window: { kernel: number; stride: number; padding: number }): TFEOpAttr[] => [
  intAttribute('N', 1),
  ...Object.entries(window).map(([name, value]) => intAttribute(name, value)),
];

/**
 * The function with sums of filter gradients as one op each: of two branches that go through the same filter only the sum is
 * needed. The result is the same to the bit: the op adds gradients in the order of its batches.
 */
export function mergeFilterGradients(recorded: RecordedFunction): RecordedFunction {
  const uses = new Map<OpNode, number>();
  const count = (node: OpNode) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const { inputs } of recorded.nodes) for (const { node } of inputs) count(node);
  for (const { node } of [...recorded.outputs.values(), ...recorded.updates.values()]) count(node);
  const isMergeable = (node: OpNode) => node.op === filterGradientOp && uses.get(node) === 1;
  const merged = new Set<OpNode>();
  for (const sum of recorded.nodes) {
    if (sum.op !== 'Add' || !sum.inputs.every(({ node }) => isMergeable(node))) continue;
    const [first, second] = sum.inputs.map(({ node }) => node);
    // (a + b) + c is the op's order, a + (b + c) is not.
    if (second.inputs.length > 2) continue;
    if (first === second || describe(first) !== describe(second)) continue;
    const batches = [first, second].map(({ inputs }) => ({
      x: inputs.slice(0, inputs.length / 2),
      dy: inputs.slice(inputs.length / 2),
    }));
    const inputs = [...batches.flatMap(({ x }) => x), ...batches.flatMap(({ dy }) => dy)];
    sum.op = filterGradientOp;
    sum.attributes = [intAttribute('N', inputs.length / 2), ...window(first)];
    sum.inputs = inputs;
    merged.add(first).add(second);
  }
  return { ...recorded, nodes: recorded.nodes.filter((node) => !merged.has(node)) };
}

/** Kernel, stride and padding. */
const window = ({ attributes }: OpNode) => attributes.filter(({ name }) => name !== 'N');

/** Kernel, stride, padding, and the sizes of images and gradients. */
function describe(node: OpNode): string {
  const sizes = node.inputs.map((input) => input.node.outputs[input.output].shape.slice(1));
  return JSON.stringify([window(node), sizes[0], sizes[sizes.length - 1]]);
}
