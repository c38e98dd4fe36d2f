import { findNodeAtLocation, type Node } from 'jsonc-parser';
import type { z } from 'zod';
import { decodeText, EncodingError } from '../files/text-encoding';
import { checkExperiment } from './checks';
import { allFields, describeKind, fieldNames, fieldSchema, kindNames } from './field-schema';
import { type JsonPath, plainValue, readJson, type TextRange } from './json-text';
import { didYouMean } from './nearest-name';
import { type Experiment, experimentSchema } from './schema';
import { expandHome } from './written-path';

/** Something wrong with an experiment file. */
export interface ExperimentProblem extends TextRange {
  message: string;
  severity: 'error' | 'warning';
  /** Path of the field, as "schedule.milestones.1"; empty for the whole file. */
  field: string;
  /** What found it. The editor's own JSON support already shows problems of syntax. */
  source: 'file' | 'syntax' | 'duplicate' | 'schema' | 'check';
  /** Of a duplicate field: the place of the first. */
  first?: TextRange;
}

export interface ParsedExperiment {
  /** Resolved, every field present; absent if any problem is an error. */
  experiment?: Experiment;
  problems: ExperimentProblem[];
}

/**
 * Reads an experiment: JSON with comments and trailing commas, validated against the schema and checked across fields.
 * Problems are sorted by their place in the text.
 *
 * @param baseFolder folder against which the experiment's relative paths are resolved; null: the disk is not read
 */
export function parseExperiment(text: string, baseFolder: string | null): ParsedExperiment {
  const { root, mistakes, rangeOf } = readJson(text);
  const problems = mistakes.map(({ duplicate, ...mistake }): ExperimentProblem => {
    const field = duplicate?.path.join('.') ?? '';
    const found = { ...mistake, severity: 'error' as const, field };
    return duplicate ? { ...found, source: 'duplicate', first: duplicate.first } : { ...found, source: 'syntax' };
  });
  if (!root) return { problems };

  const problemAt = (
    path: JsonPath,
    message: string,
    severity: 'error' | 'warning',
    source: 'schema' | 'check',
    key?: string,
  ): ExperimentProblem => {
    const place = key === undefined ? path : [...path, key];
    const node = nodeFor(root, place, key !== undefined);
    // A missing field is marked at the opening brace of its object.
    const isWritten = findNodeAtLocation(root, place) !== undefined;
    return { message, severity, ...rangeOf(node.offset, isWritten ? node.length : 1), field: place.join('.'), source };
  };

  const value = plainValue(root);
  const parsed = experimentSchema.safeParse(value);
  if (parsed.success) {
    const findings = checkExperiment(parsed.data, baseFolder, value);
    problems.push(...findings.map(({ path, message, severity }) => problemAt(path, message, severity, 'check')));
  } else {
    const issues = parsed.error.issues.flatMap((issue) => describeIssue(issue, root, value));
    // Of several bounds that a value breaks, the last is the narrowest.
    const atPlace = new Map(issues.map((found) => [JSON.stringify([found[0], found[2]]), found]));
    problems.push(
      ...[...atPlace.values()].map(([path, message, key]) => problemAt(path, message, 'error', 'schema', key)),
    );
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  const isSound = parsed.success && problems.every(({ severity }) => severity !== 'error');
  return isSound ? { experiment: withHomeExpanded(parsed.data), problems } : { problems };
}

/** Reads an experiment from the bytes of its file. An encoding other than UTF-8 is a problem. */
export function parseExperimentFile(bytes: Uint8Array, baseFolder: string): ParsedExperiment & { text: string } {
  try {
    const text = decodeText(bytes);
    return { text, ...parseExperiment(text, baseFolder) };
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    return { text: '', problems: [encodingProblem(error)] };
  }
}

export function encodingProblem({ message, line, column }: EncodingError): ExperimentProblem {
  const range = { line, column, endLine: line, endColumn: column + 1 };
  return { message, severity: 'error', ...range, field: '', source: 'file' };
}

/** Replaces `~` by the home folder in every path, so that no reader has to. */
function withHomeExpanded(experiment: Experiment): Experiment {
  const { dataset, model, explain } = experiment;
  const expand = (path: string | null) => (path === null ? null : expandHome(path));
  const paths = {
    ...('path' in dataset && { path: expandHome(dataset.path) }),
    ...('classes' in dataset && { classes: expand(dataset.classes) }),
  };
  return {
    ...experiment,
    dataset: { ...dataset, ...paths } as Experiment['dataset'],
    model: { ...model, initialWeights: expand(model.initialWeights) },
    explain: {
      ...explain,
      images: explain.images.map((image) => (typeof image === 'string' ? expandHome(image) : image)),
    },
  };
}

/** Line and column, from 1, of a field ("dataset.path") or of the nearest object around it that is in the text. */
export function fieldPosition(text: string, field: string): { line: number; column: number } {
  const { root, rangeOf } = readJson(text);
  const path = field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const { line, column } = rangeOf(root ? nodeFor(root, path, false).offset : 0, 0);
  return { line, column };
}

/** "file:line:column: message", the form that editors and people jump to. */
export function formatProblem(file: string, problem: ExperimentProblem): string {
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  const field = problem.field === '' ? '' : `${problem.field}: `;
  return `${file}:${problem.line}:${problem.column}: ${kind}${field}${problem.message}`;
}

/** A zod issue as (path of the object or field, message, key inside it for unknown fields). */
function describeIssue(
  issue: z.core.$ZodIssue,
  root: Node,
  value: unknown,
): [path: JsonPath, message: string, key?: string][] {
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
function fieldElsewhere(name: string, here: string): string {
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

/** The node of a path, or of its nearest existing ancestor; `key`: the property's name instead of its value. */
function nodeFor(root: Node, path: JsonPath, key: boolean): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return key && length === path.length && node.parent?.children ? node.parent.children[0] : node;
  }
  return root;
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
