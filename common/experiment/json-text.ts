import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { syntaxMessage } from './json-syntax';

/** A part of a text. Lines and columns count from 1, the end is exclusive. */
export interface TextRange {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** A mistake in the JSON itself. A duplicate key is one too. */
export interface JsonMistake extends TextRange {
  message: string;
  /** A key that its object has already, at `first`. */
  duplicate?: { path: JsonPath; first: TextRange };
}

export type JsonPath = (string | number)[];

/** JSON with comments and trailing commas, as read. */
export interface JsonText {
  /** Absent where the text has no value at all, or `mistakes` has one of syntax. */
  root?: Node;
  /** Sorted by place. Of a key that is there twice `value` has the last. */
  mistakes: JsonMistake[];
  rangeOf(offset: number, length: number): TextRange;
}

/** Reads JSON with comments and trailing commas. A key that an object has twice is a mistake: one of them would be lost. */
export function readJson(text: string): JsonText {
  const rangeOf = ranges(text);
  const tooDeep = offsetTooDeep(text);
  if (tooDeep !== undefined)
    return { mistakes: [{ message: `is nested more than ${maxDepth} deep`, ...rangeOf(tooDeep, 1) }], rangeOf };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length === 0 && root) return { root, mistakes: duplicates(root, [], rangeOf), rangeOf };
  const all = errors.length > 0 ? errors : [{ error: 4 as const, offset: 0, length: 0 }];
  const mistakes = all.map(({ error, offset, length }) => ({
    message: `not valid JSON: ${syntaxMessage(text, printParseErrorCode(error), offset)}`,
    ...rangeOf(offset, Math.max(length, 1)),
  }));
  // Later ones on the same line most often follow from the first.
  return { mistakes: mistakes.filter(({ line }, i) => i === 0 || line !== mistakes[i - 1].line), rangeOf };
}

/** Far more than any experiment has: what reads a text is recursive. */
const maxDepth = 100;

/** Where a text is nested deeper than `maxDepth`; undefined where it is not. */
function offsetTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  // SyntaxKind, a const enum: 1 and 3 open an object or list, 2 and 4 close it, 17 is the end.
  for (let token = scanner.scan() as number; token !== 17; token = scanner.scan()) {
    if (token === 1 || token === 3) depth++;
    if (token === 2 || token === 4) depth--;
    if (depth > maxDepth) return scanner.getTokenOffset();
  }
  return undefined;
}

/** A node's plain value; "__proto__" and its like stay ordinary keys. */
export function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(properties(node).map(([key, value]) => [key.value, value && plainValue(value)]));
}

function properties(object: Node): [key: Node, value: Node | undefined][] {
  return (object.children ?? []).map(({ children }) => [children![0], children![1]]);
}

function duplicates(node: Node, path: JsonPath, rangeOf: JsonText['rangeOf']): JsonMistake[] {
  if (node.type === 'array') {
    return (node.children ?? []).flatMap((child, i) => duplicates(child, [...path, i], rangeOf));
  }
  if (node.type !== 'object') return [];
  const firsts = new Map<string, TextRange>();
  return properties(node).flatMap(([keyNode, value]) => {
    const key = keyNode.value as string;
    const place = [...path, key];
    const range = rangeOf(keyNode.offset, keyNode.length);
    const first = firsts.get(key);
    if (!first) firsts.set(key, range);
    const inside = value ? duplicates(value, place, rangeOf) : [];
    if (!first) return inside;
    const lines =
      first.line === range.line ? `both in line ${range.line}` : `line ${first.line} and line ${range.line}`;
    return [
      { message: `is there twice, ${lines}: remove one`, ...range, duplicate: { path: place, first } },
      ...inside,
    ];
  });
}

/** Maps parts of a text to lines and columns. */
function ranges(text: string): JsonText['rangeOf'] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  const locate = (offset: number) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] + 1 };
  };
  return (offset, length) => {
    const start = locate(offset);
    const end = locate(offset + length);
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
}
