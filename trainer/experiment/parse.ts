import {
  applyEdits,
  findNodeAtLocation,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { z } from 'zod';
import { checkExperiment } from './checks';
import { nearestName } from './nearest-name';
import { type Experiment, experimentSchema } from './schema';

/** Something wrong with an experiment file. Lines and columns count from 1, the end is exclusive. */
export interface ExperimentProblem {
  message: string;
  severity: 'error' | 'warning';
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Path of the field, as "schedule.milestones.1"; empty for the whole file. */
  field: string;
  /** What found it. The editor's JSON support shows syntax and schema problems by itself. */
  source: 'syntax' | 'schema' | 'check';
}

export interface ParsedExperiment {
  /** Resolved, every field present; absent if any problem is an error. */
  experiment?: Experiment;
  problems: ExperimentProblem[];
}

type Path = (string | number)[];

/**
 * Reads an experiment: JSON with comments and trailing commas, validated against the schema and checked across fields.
 *
 * @param baseFolder folder against which the experiment's relative paths are resolved
 */
export function parseExperiment(text: string, baseFolder: string): ParsedExperiment {
  const syntaxErrors: ParseError[] = [];
  const root = parseTree(text, syntaxErrors, { allowTrailingComma: true });
  const locate = positions(text);
  const at = (offset: number, length: number) => {
    const start = locate(offset);
    const end = locate(offset + length);
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
  if (syntaxErrors.length > 0 || !root) {
    const errors = syntaxErrors.length > 0 ? syntaxErrors : [{ error: 4 as const, offset: 0, length: 0 }];
    return {
      problems: errors.map(({ error, offset, length }) => ({
        message: `not valid JSON: ${readable(printParseErrorCode(error))}`,
        severity: 'error',
        ...at(offset, Math.max(length, 1)),
        field: '',
        source: 'syntax',
      })),
    };
  }

  const problemAt = (
    path: Path,
    message: string,
    severity: 'error' | 'warning',
    source: 'schema' | 'check',
    key?: string,
  ) => {
    const node = nodeFor(root, key === undefined ? path : [...path, key], key !== undefined);
    const field = [...path, ...(key === undefined ? [] : [key])].join('.');
    return { message, severity, ...at(node.offset, node.length), field, source };
  };

  const parsed = experimentSchema.safeParse(plainValue(root));
  if (!parsed.success) {
    const problems = parsed.error.issues
      .flatMap((issue) => describeIssue(issue, root))
      .map(([path, message, key]) => problemAt(path, message, 'error', 'schema', key));
    return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  }
  const findings = checkExperiment(parsed.data, baseFolder);
  const problems = findings.map(({ path, message, severity }) => problemAt(path, message, severity, 'check'));
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { experiment: parsed.data, problems };
}

/**
 * Sets fields of an experiment's text, as `--set` does.
 * @param path "training.epochs"
 * @param value JSON, or else taken as text
 */
export function setField(text: string, path: string, value: string): string {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    json = value;
  }
  const segments = path.split('.').map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
  return applyEdits(text, modify(text, segments, json, { formattingOptions: { insertSpaces: true, tabSize: 2 } }));
}

/** Line and column, from 1, of a field ("dataset.path") or of the nearest object around it that is in the text. */
export function fieldPosition(text: string, field: string): { line: number; column: number } {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const path = field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return positions(text)(root ? nodeFor(root, path, false).offset : 0);
}

/** "file:line:column: message", the form that editors and people jump to. */
export function formatProblem(file: string, problem: ExperimentProblem): string {
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  const field = problem.field === '' ? '' : `${problem.field}: `;
  return `${file}:${problem.line}:${problem.column}: ${kind}${field}${problem.message}`;
}

/** A zod issue as (path of the object or field, message, key inside it for unknown fields). */
function describeIssue(issue: z.core.$ZodIssue, root: Node): [path: Path, message: string, key?: string][] {
  const path = issue.path.filter((part) => typeof part !== 'symbol') as Path;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = knownKeys(path, root);
        const near = nearestName(key, known);
        const hint = near ? `; did you mean "${near}"?` : known.length > 0 ? `; known here: ${known.join(', ')}` : '';
        return [path, `unknown field${hint}`, key];
      });
    case 'invalid_value':
      return [[path, `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`]];
    case 'invalid_union': {
      const types = discriminators(path);
      const missing = !findNodeAtLocation(root, [...path]);
      return [
        [
          path,
          `${missing ? 'must have' : 'must be'} ${types.length > 0 ? `one of ${types.join(', ')}` : 'another value'}`,
        ],
      ];
    }
    case 'invalid_type': {
      const node = findNodeAtLocation(root, path);
      return node
        ? [[path, `must be ${article(issue.expected)}, not ${describeNode(node)}`]]
        : [[path.slice(0, -1), `needs the field "${String(path.at(-1))}"`]];
    }
    case 'too_small':
      return [[path, ownMessage(issue) ?? `must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}`]];
    case 'too_big':
      return [[path, ownMessage(issue) ?? `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`]];
    case 'invalid_format':
      return [[path, 'must be 1 to 100 characters without / and \\']];
    default:
      return [[path, issue.message.charAt(0).toLowerCase() + issue.message.slice(1)]];
  }
}

/** The message that the schema itself has for a bound: ours begin with "must be", zod's do not. */
function ownMessage({ message }: z.core.$ZodIssue): string | undefined {
  return message.startsWith('must be') ? message : undefined;
}

/** The schema's part that a path leads to, unions resolved by the file's own `type`. */
function schemaAt(path: Path, root?: Node): unknown {
  let schema: unknown = experimentSchema;
  for (let depth = 0; depth <= path.length; depth++) {
    schema = unwrap(schema);
    const options = (schema as { options?: unknown }).options;
    if (Array.isArray(options) && root) {
      const type = findNodeAtLocation(root, [...path.slice(0, depth), 'type'])?.value as unknown;
      schema = options.find((option) => discriminator(option) === type) ?? schema;
    }
    if (depth === path.length) break;
    schema = (schema as { shape?: Record<string, unknown> }).shape?.[path[depth]];
    if (!schema) return undefined;
  }
  return schema;
}

function unwrap(schema: unknown): unknown {
  let inner = schema as { def?: { innerType?: unknown } };
  while (inner?.def?.innerType) inner = inner.def.innerType as typeof inner;
  return inner;
}

function discriminator(option: unknown): unknown {
  return (option as { shape: { type: { value: unknown } } }).shape.type.value;
}

function knownKeys(path: Path, root: Node): string[] {
  const { shape } = (schemaAt(path, root) ?? {}) as { shape?: object };
  return Object.keys(shape ?? {}).filter((key) => key !== '$schema');
}

/** The values of `type` that a union at this path (or at its parent, if the path ends in "type") allows. */
function discriminators(path: Path): string[] {
  const options = (schemaAt(path.at(-1) === 'type' ? path.slice(0, -1) : path) as { options?: unknown[] } | undefined)
    ?.options;
  return options?.map((option) => JSON.stringify(discriminator(option))) ?? [];
}

/** The node of a path, or of the nearest ancestor that is there; `key`: the property's name instead of its value. */
function nodeFor(root: Node, path: Path, key: boolean): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return key && length === path.length && node.parent?.children ? node.parent.children[0] : node;
  }
  return root;
}

function describeNode(node: Node): string {
  return node.type === 'object' || node.type === 'array' ? article(node.type) : JSON.stringify(node.value);
}

function article(type: string): string {
  const name = { int: 'whole number', number: 'number', string: 'text', boolean: 'true or false' }[type] ?? type;
  if (name.startsWith('true')) return name;
  return name === 'text' ? 'a text' : `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** "PropertyNameExpected" → "property name expected". */
function readable(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

/** A node's plain value; "__proto__" and its like stay ordinary keys. */
function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(
    (node.children ?? []).map(({ children }) => [
      children![0].value,
      children![1] ? plainValue(children![1]) : undefined,
    ]),
  );
}

/** Maps offsets to lines and columns from 1. */
function positions(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] + 1 };
  };
}
