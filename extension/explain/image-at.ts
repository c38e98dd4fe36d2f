import { getLocation, parseTree } from 'jsonc-parser';

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
  const { path } = getLocation(text, offset);
  const [first, second, index] = path;
  if (first !== 'explain' || second !== 'images' || typeof index !== 'number') return undefined;
  let node = parseTree(text);
  for (const segment of path) {
    node =
      typeof segment === 'number'
        ? node?.children?.[segment]
        : node?.children?.find(({ children }) => children?.[0]?.value === segment)?.children?.[1];
  }
  const value: unknown = node?.value;
  if (node === undefined || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  if (offset < node.offset || offset > node.offset + node.length) return undefined;
  return { choice: value, offset: node.offset, length: node.length };
}
