import { findNodeAtOffset, getNodePath, parseTree } from 'jsonc-parser';

/** An image that an experiment's text names at a place. */
export interface NamedImage {
  /** A path, or the index of a validation image. */
  choice: string | number;
  /** Where it stands, in characters. */
  offset: number;
  length: number;
}

/** The entry of `explain.images` at an offset of an experiment's text, if there is one. */
export function imageAt(text: string, offset: number): NamedImage | undefined {
  const root = parseTree(text);
  const node = root && findNodeAtOffset(root, offset, true);
  const [first, second, index] = node === undefined ? [] : getNodePath(node);
  if (node === undefined || first !== 'explain' || second !== 'images' || index === undefined) return undefined;
  const choice: unknown = node.value;
  if (typeof choice !== 'string' && typeof choice !== 'number') return undefined;
  return { choice, offset: node.offset, length: node.length };
}
