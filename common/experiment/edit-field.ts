import { isDeepStrictEqual } from 'node:util';
import { createScanner, type Edit, type Node, parseTree } from 'jsonc-parser';
import { inlineJson } from './inline-json';
import { type JsonPath, plainValue } from './json-text';

/** Values that do not fit are written one entry a line. */
const maxLineLength = 100;

/**
 * The edits that give a field of a JSON text a value. Nothing else of the text changes, not even a blank: the value is
 * replaced, or the field added behind its object's last, in the text's own indentation and line ends.
 * @returns in the order of the text; none where the field has the value already
 * @throws Error where a part of the path is no object (or list) in the text
 */
export function editField(text: string, path: JsonPath, value: unknown): Edit[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (!root) throw new Error('the text has no value');
  let node = root;
  for (const [depth, part] of path.entries()) {
    const child = childOf(node, part);
    if (child) {
      node = child;
      continue;
    }
    const rest = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    if (node.type === 'null' && depth > 0) return replacement(text, node, { [part]: rest });
    if (node.type === 'object') return addition(text, node, String(part), rest);
    if (node.type === 'array' && part === (node.children?.length ?? 0)) return addition(text, node, undefined, rest);
    const place = path.slice(0, depth).join('.');
    const kind =
      node.type === 'array'
        ? `a list of ${node.children?.length ?? 0}`
        : `${node.type === 'null' ? 'null' : `a ${node.type}`}, not an object`;
    throw new Error(`${place === '' ? 'the file' : `"${place}"`} is ${kind}`);
  }
  return isDeepStrictEqual(plainValue(node), value) ? [] : replacement(text, node, value);
}

function replacement(text: string, node: Node, value: unknown): Edit[] {
  const style = styleOf(text);
  const isBroken = /[\r\n]/.test(text.slice(node.offset, node.offset + node.length));
  const content = print(value, lineIndent(text, node.offset), style, column(text, node.offset), isBroken);
  return [{ offset: node.offset, length: node.length, content }];
}

function childOf(node: Node, part: string | number): Node | undefined {
  if (node.type === 'array') return typeof part === 'number' ? node.children?.[part] : undefined;
  if (node.type !== 'object') return undefined;
  return node.children?.find(({ children }) => children![0].value === String(part))?.children?.[1];
}

/** A new entry behind the last of an object (with a key) or a list. */
function addition(text: string, container: Node, key: string | undefined, value: unknown): Edit[] {
  const style = styleOf(text);
  const last = container.children?.at(-1);
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const entry = (indent: string, at: number) => name + print(value, indent, style, at + name.length, false);
  if (!last) {
    const end = container.offset + container.length - 1;
    const inside = text.slice(container.offset + 1, end);
    const outer = lineIndent(text, container.offset);
    if (!/[\r\n]/.test(inside)) {
      const isRoot = container.parent === undefined;
      if (isRoot && inside === '') {
        return [insert(end, `${style.eol}${style.unit}${entry(style.unit, style.unit.length)}${style.eol}`)];
      }
      const blank = key === undefined ? '' : ' ';
      const before = /\s$/.test(inside) ? '' : blank;
      return [insert(end, `${before}${entry(outer, column(text, end))}${blank}`)];
    }
    const indent = outer + style.unit;
    // Behind what comments there are.
    const at = container.offset + 1 + inside.trimEnd().length;
    return [insert(at, `${style.eol}${indent}${entry(indent, indent.length)}`)];
  }

  const behind = last.offset + last.length;
  const comma = nextComma(text, behind);
  const at = endOfComments(text, comma ?? behind);
  const indent = lineIndent(text, last.offset);
  // Behind "// …" there has to be a new line.
  const isOwnLine =
    lineStart(text, last.offset) + indent.length === last.offset || text.slice(behind, at).includes('//');
  const separator = isOwnLine ? `${style.eol}${indent}` : ' ';
  const added = `${separator}${entry(indent, isOwnLine ? indent.length : column(text, at))}`;
  if (comma !== undefined) return [insert(at, `${added},`)];
  return at === behind ? [insert(at, `,${added}`)] : [insert(behind, ','), insert(at, added)];
}

const insert = (offset: number, content: string): Edit => ({ offset, length: 0, content });

/** Offset behind the comma that follows, if one does. */
function nextComma(text: string, from: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(from);
  // 5: SyntaxKind.CommaToken, a const enum.
  return scanner.scan() === 5 ? scanner.getTokenOffset() + 1 : undefined;
}

/** Offset behind the comments that begin on the same line, or where the search began. */
function endOfComments(text: string, from: number): number {
  const comments = /^(?:[^\S\r\n]*(?:\/\/[^\r\n]*|\/\*[\s\S]*?\*\/))+/.exec(text.slice(from));
  return from + (comments?.[0].length ?? 0);
}

interface Style {
  /** One step of indentation. */
  unit: string;
  eol: string;
}

function styleOf(text: string): Style {
  return { unit: /^[\t ]+(?=")/m.exec(text)?.[0] ?? '  ', eol: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n' };
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** The blanks that the line of an offset begins with. */
function lineIndent(text: string, offset: number): string {
  return /^[\t ]*/.exec(text.slice(lineStart(text, offset), offset))![0];
}

function column(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** @param at column at which the value begins */
function print(value: unknown, indent: string, style: Style, at: number, isBroken: boolean): string {
  const line = inlineJson(value);
  const isList = Array.isArray(value);
  const entries = isList
    ? value.map((child) => ['', child] as const)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).map(([key, child]) => [`${JSON.stringify(key)}: `, child] as const)
      : [];
  if (entries.length === 0 || (!isBroken && at + line.length <= maxLineLength)) return line;
  const inner = indent + style.unit;
  const lines = entries.map(
    ([name, child]) => `${inner}${name}${print(child, inner, style, inner.length + name.length, false)}`,
  );
  const [open, close] = isList ? '[]' : '{}';
  return [open, lines.join(`,${style.eol}`), `${indent}${close}`].join(style.eol);
}
