import { intAttribute } from '../op-attributes';
import { type OpNode, type RecordedFunction, type Value, withNodes } from './graph';

/** Our op in native-ops/winograd.h: x…, filter → y…; attribute N is the number of batches. */
export const winogradOp = 'MixpropWinograd';

/**
 * The function with convolutions of several batches by the same filter as one op each, which transforms the filter once: the
 * two branches of a dual-BN method share every filter and do not wait for each other. Two convolutions
 * stay apart where one needs the other's result, directly or through another pair.
 */
export function mergeConvolutions(recorded: RecordedFunction): RecordedFunction {
  let current = recorded;
  const open = new Map<string, OpNode>();
  const ids = new Map<OpNode, number>(recorded.nodes.map((node, i) => [node, i]));
  for (const node of recorded.nodes) {
    if (node.op !== winogradOp) continue;
    const filter = node.inputs[node.inputs.length - 1];
    const [{ shape }] = node.outputs;
    const turned = node.attributes.find(({ name }) => name === 'turned')?.value;
    const key = [ids.get(filter.node), filter.output, turned, shape.slice(1)].join();
    const partner = open.get(key);
    const merged = partner && merge(current, partner, node);
    if (!merged) {
      open.set(key, node);
      continue;
    }
    current = merged;
    open.delete(key);
  }
  return current;
}

/** The function with two convolutions as one, or undefined if one needs the other. */
function merge(recorded: RecordedFunction, first: OpNode, second: OpNode): RecordedFunction | undefined {
  const pair: OpNode = {
    op: winogradOp,
    attributes: [intAttribute('N', 2), ...first.attributes.filter(({ name }) => name !== 'N')],
    inputs: [first.inputs[0], second.inputs[0], first.inputs[1]],
    outputs: [first.outputs[0], second.outputs[0]],
  };
  const moved = (value: Value): Value => {
    if (value.node === first) return { node: pair, output: 0 };
    if (value.node === second) return { node: pair, output: 1 };
    return value;
  };
  const others = recorded.nodes.filter((node) => node !== first && node !== second);
  const sorted = sortByDependence([...others, pair], moved);
  if (!sorted) return undefined;
  // In place: other passes and pairs hold these nodes.
  for (const node of sorted) node.inputs = node.inputs.map(moved);
  return withNodes(recorded, sorted, moved);
}

/** The nodes in an order in which they can run, or undefined if there is none. */
function sortByDependence(nodes: readonly OpNode[], moved: (value: Value) => Value): OpNode[] | undefined {
  const waitsFor = new Map<OpNode, number>();
  const consumers = new Map<OpNode, OpNode[]>();
  for (const node of nodes) {
    const sources = new Set(node.inputs.map((input) => moved(input).node));
    waitsFor.set(node, sources.size);
    for (const source of sources) {
      const list = consumers.get(source);
      if (list) list.push(node);
      else consumers.set(source, [node]);
    }
  }
  const sorted = nodes.filter((node) => waitsFor.get(node) === 0);
  for (const node of sorted) {
    for (const consumer of consumers.get(node) ?? []) {
      const left = waitsFor.get(consumer)! - 1;
      waitsFor.set(consumer, left);
      if (left === 0) sorted.push(consumer);
    }
  }
  return sorted.length === nodes.length ? sorted : undefined;
}
