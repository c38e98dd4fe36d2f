import { findNodeAtLocation, type Node } from 'jsonc-parser';
import type { z } from 'zod';
import { allFields, describeKind, fieldNames, fieldSchema, kindNames } from './field-schema';
import type { JsonPath } from './json-text';
import { didYouMean } from './nearest-name';

/** What the schema finds wrong, in words: path of the object or field, message, key inside it for unknown fields. */
type IssueInWords = [path: JsonPath, message: string, key?: string];

/**
 * What the schema finds wrong with a value, one message a place.
 * @param root the value's text, of which `value` was read
 */
export function describeIssues({ issues }: z.ZodError, root: Node, value: unknown): IssueInWords[] {
  const all = issues.flatMap((issue) => describeIssue(issue, root, value));
  // Of several bounds that a value breaks, the last is the narrowest.
  return [...new Map(all.map((found) => [JSON.stringify([found[0], found[2]]), found])).values()];
}

function describeIssue(issue: z.core.$ZodIssue, root: Node, value: unknown): IssueInWords[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol') as JsonPath;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = fieldNames(fieldSchema(path, value));
        const hint =
          didYouMean(key, known) ||
          fieldElsewhere(key, [...path, key].join('.')) ||
          (known.length > 0 ? `; known here: ${known.join(', ')}` : '');
        return [path, `unknown field${hint}`, key];
      });
    case 'invalid_value': {
      const names = issue.values.map(String);
      const values = issue.values.map((allowed) => JSON.stringify(allowed)).join(' or ');
      return [[path, `must be ${values}${wordHint(findNodeAtLocation(root, path), names)}`]];
    }
    case 'invalid_union': {
      const types = kindNames(path.at(-1) === 'type' ? path.slice(0, -1) : path);
      const node = findNodeAtLocation(root, path);
      if (types.length === 0) {
        return [[path, `must be ${describeKind(fieldSchema(path, value) ?? {})}, not ${describeNode(node ?? root)}`]];
      }
      const one = types.map((type) => JSON.stringify(type)).join(', ');
      return [[path, `${node ? 'must be' : 'must have'} one of ${one}${wordHint(node, types)}`]];
    }
    case 'invalid_type': {
      const node = findNodeAtLocation(root, path);
      return node
        ? [[path, `must be ${article(issue.expected)}, not ${describeNode(node)}${quotesHint(node, issue.expected)}`]]
        : [[path.slice(0, -1), `needs the field "${String(path.at(-1))}"`]];
    }
    case 'too_small':
      if (issue.origin === 'string') return [[path, 'must not be empty']];
      return [
        [path, ownMessage(issue) ?? `${bound(issue, 'at least', 'greater than')} ${issue.minimum}${entries(issue)}`],
      ];
    case 'too_big':
      return [[path, ownMessage(issue) ?? `${bound(issue, 'at most', 'less than')} ${issue.maximum}${entries(issue)}`]];
    case 'invalid_format':
      return [[path, 'must be 1 to 100 characters without / and \\']];
    default:
      return [[path, issue.message.charAt(0).toLowerCase() + issue.message.slice(1)]];
  }
}

function bound({ origin, inclusive }: { origin: string; inclusive?: boolean }, closed: string, open: string): string {
  return `must ${origin === 'array' ? 'have' : 'be'} ${inclusive ? closed : open}`;
}

const entries = ({ origin }: { origin: string }) => (origin === 'array' ? ' entries' : '');

/** Suggests fields of other objects with the same words, however they are joined: "batch_size", "trainingEpochs". */
export function fieldElsewhere(name: string, here: string): string {
  const joined = (words: string) => words.replace(/[^a-z\d]/gi, '').toLowerCase();
  const meant = allFields().filter(
    (field) => field !== here && [field, field.split('.').at(-1)!].some((words) => joined(words) === joined(name)),
  );
  if (meant.length === 0 || meant.length > 3) return '';
  return `; did you mean ${meant.map((field) => `"${field}"`).join(' or ')}?`;
}

/** A number, or true or false, between quotes. */
function quotesHint({ value }: Node, expected: string): string {
  if (typeof value !== 'string') return '';
  const isMeant =
    expected === 'boolean' ? /^(true|false)$/.test(value) : value !== '' && Number.isFinite(Number(value));
  return isMeant && ['boolean', 'number', 'int'].includes(expected) ? ': leave out the quotes' : '';
}

function wordHint(node: Node | undefined, words: readonly string[]): string {
  return typeof node?.value === 'string' ? didYouMean(node.value, words) : '';
}

/** The schema's own message for a bound; they begin with "must be", zod's do not. */
function ownMessage({ message }: z.core.$ZodIssue): string | undefined {
  return message.startsWith('must be') ? message : undefined;
}

function describeNode(node: Node): string {
  if (node.type === 'object' || node.type === 'array') return article(node.type);
  const isTooLarge = node.type === 'number' && !Number.isFinite(node.value);
  return isTooLarge ? 'one too large to compute with' : JSON.stringify(node.value);
}

function article(type: string): string {
  const name = { int: 'whole number', number: 'number', string: 'text', boolean: 'true or false' }[type] ?? type;
  if (name.startsWith('true')) return name;
  return name === 'text' ? 'a text' : `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
}
