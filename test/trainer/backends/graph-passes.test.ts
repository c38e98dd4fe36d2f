import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpNode, RecordedFunction, Value } from '../../../trainer/backends/tensorflow/graph/graph';
import { mergeConvolutions, winogradOp } from '../../../trainer/backends/tensorflow/graph/merge-convolutions';
import {
  filterGradientOp,
  mergeFilterGradients,
} from '../../../trainer/backends/tensorflow/graph/merge-filter-gradients';
import { boolAttribute, intAttribute } from '../../../trainer/backends/tensorflow/op-attributes';

const float = { dtype: 'float32', shape: [2, 4, 4, 16] } as const;

const node = (op: string, inputs: OpNode[], more: Partial<OpNode> = {}): OpNode => ({
  op,
  attributes: [],
  inputs: inputs.map((input) => ({ node: input, output: 0 })),
  outputs: [float],
  ...more,
});
const input = (name: string) => node('Placeholder', [], { name });
const convolution = (x: OpNode, filter: OpNode, turned = false) =>
  node(winogradOp, [x, filter], { attributes: [intAttribute('N', 1), boolAttribute('turned', turned)] });
const filterGradient = (x: OpNode, dy: OpNode) =>
  node(filterGradientOp, [x, dy], { attributes: [intAttribute('N', 1), intAttribute('kernel', 3)] });
const recordedOf = (nodes: OpNode[], results: OpNode[]): RecordedFunction => ({
  name: 'test',
  nodes,
  outputs: new Map(results.map((result, i) => [`output${i}`, { node: result, output: 0 }])),
  updates: new Map(),
});

/**
 * What each output is made of, as a number: with the same `numbers` the same for the same tree of ops, whatever is merged.
 * Throws if a node runs before what it needs.
 */
function meaning(recorded: RecordedFunction, numbers = new Map<string, number>()): number[] {
  const numberOf = (text: string) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const values = new Map<OpNode, number[]>();
  for (const self of recorded.nodes) {
    const { op, name, inputs, attributes } = self;
    const of = ({ node: source, output }: Value) => {
      const found = values.get(source);
      if (!found) throw new Error(`${op} runs before ${source.op}`);
      return found[output];
    };
    const parts = inputs.map(of);
    const filter = parts[parts.length - 1];
    const others = attributes.filter((attribute) => attribute.name !== 'N');
    const half = parts.length / 2;
    values.set(
      self,
      op === winogradOp
        ? parts.slice(0, -1).map((x) => numberOf(JSON.stringify([op, x, filter, others])))
        : op === filterGradientOp
          ? [
              parts
                .slice(0, half)
                .map((x, i) => numberOf(JSON.stringify([op, [x, parts[half + i]], others])))
                .reduce((a, b) => numberOf(JSON.stringify(['Add', [a, b], []]))),
            ]
          : self.outputs.map(() => numberOf(JSON.stringify([name ?? op, parts, others]))),
    );
  }
  return [...recorded.outputs.values()].map(({ node: result, output }) => values.get(result)![output]);
}

const count = ({ nodes }: RecordedFunction, op: string) => nodes.filter((candidate) => candidate.op === op).length;

describe('convolutions by the same filter', () => {
  test('of two branches become one op', () => {
    const [clean, mixed, first, second] = ['clean', 'mixed', 'first', 'second'].map(input);
    const one = [convolution(clean, first), convolution(mixed, first)];
    const two = one.map((x) => convolution(node('Relu', [x]), second));
    const relus = two.map(({ inputs }) => inputs[0].node);
    const recorded = recordedOf([clean, mixed, first, second, ...one, ...relus, ...two], two);
    const merged = mergeConvolutions(recorded);
    expect(count(merged, winogradOp)).toBe(2);
    const [a, b] = merged.outputs.values();
    expect([a.node, a.output, b.output]).toEqual([b.node, 0, 1]);
    expect(() => meaning(merged)).not.toThrow();
  });

  test('stay apart where one needs the other, is turned, or is of another size', () => {
    const [x, filter] = [input('x'), input('filter')];
    const first = convolution(x, filter);
    const second = convolution(first, filter);
    const turned = convolution(x, filter, true);
    const small = { ...convolution(x, filter), outputs: [{ dtype: 'float32' as const, shape: [2, 2, 2, 16] }] };
    const recorded = recordedOf([x, filter, first, second, turned, small], [second, turned, small]);
    expect(count(mergeConvolutions(recorded), winogradOp)).toBe(4);
  });

  test('stay apart where merging would close a circle through another pair', () => {
    const [x, y, f, g] = ['x', 'y', 'f', 'g'].map(input);
    // a1 before a2 by filters f, g; b2 before b1 by filters g, f.
    const a1 = convolution(x, f);
    const a2 = convolution(a1, g);
    const b2 = convolution(y, g);
    const b1 = convolution(b2, f);
    const recorded = recordedOf([x, y, f, g, a1, a2, b2, b1], [a2, b1]);
    const merged = mergeConvolutions(recorded);
    expect(count(merged, winogradOp)).toBe(3);
    expect(() => meaning(merged)).not.toThrow();
  });

  test('keep order and meaning in any graph', () => {
    const step = fc.record({
      kind: fc.constantFrom('convolution', 'convolution', 'sum'),
      x: fc.nat(),
      y: fc.nat(),
      filter: fc.nat(2),
      turned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const filters = ['f', 'g', 'h'].map(input);
        const tensors = ['x', 'y'].map(input);
        for (const { kind, x, y, filter, turned } of steps) {
          const from = tensors[x % tensors.length];
          tensors.push(
            kind === 'sum'
              ? node('Add', [from, tensors[y % tensors.length]])
              : convolution(from, filters[filter], turned),
          );
        }
        const recorded = recordedOf([...filters, ...tensors], tensors);
        const numbers = new Map<string, number>();
        const before = meaning(recorded, numbers);
        expect(meaning(mergeConvolutions(recorded), numbers)).toEqual(before);
      }),
    );
  });
});

describe('sums of filter gradients', () => {
  test('become one op, in the order of the sum', () => {
    const [x, dy, y, dz] = ['x', 'dy', 'y', 'dz'].map(input);
    const [first, second] = [filterGradient(x, dy), filterGradient(y, dz)];
    const sum = node('Add', [first, second]);
    const merged = mergeFilterGradients(recordedOf([x, dy, y, dz, first, second, sum], [sum]));
    expect(count(merged, filterGradientOp)).toBe(1);
    expect(count(merged, 'Add')).toBe(0);
    const { inputs, attributes } = merged.outputs.get('output0')!.node;
    expect(inputs.map((value) => value.node.name)).toEqual(['x', 'y', 'dy', 'dz']);
    expect(attributes).toContainEqual(intAttribute('N', 2));
  });

  test('stay apart where a gradient is used elsewhere too, or taken twice', () => {
    const [x, dy] = [input('x'), input('dy')];
    const [first, second] = [filterGradient(x, dy), filterGradient(dy, x)];
    const used = recordedOf([x, dy, first, second, node('Add', [first, second])], [first]);
    expect(count(mergeFilterGradients(used), filterGradientOp)).toBe(2);
    const twice = recordedOf([x, dy, first, node('Add', [first, first])], []);
    expect(count(mergeFilterGradients(twice), filterGradientOp)).toBe(1);
    expect(count(mergeFilterGradients(twice), 'Add')).toBe(1);
  });
});
