import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { decodeText, EncodingError } from '../files/text-encoding';
import { checkExperiment } from './checks';
import { describeIssues } from './describe-issue';
import { expandSweep, type SweepPoint } from './expand-sweep';
import { type JsonPath, plainValue, readJson, type TextRange } from './json-text';
import { type Experiment, experimentFileSchema } from './schema';
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
  /** The runs that the file stands for, in their order; absent without `sweep`. */
  points?: SweepPoint[];
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
  const { success, data, error } = experimentFileSchema.safeParse(value);
  if (!success) {
    const issues = describeIssues(error, root, value);
    problems.push(...issues.map(([path, message, key]) => problemAt(path, message, 'error', 'schema', key)));
    return { problems: problems.sort(byPlace) };
  }
  const { sweep, ...experiment } = data;
  const findings = checkExperiment(experiment, baseFolder, value);
  const expanded = sweep === null ? undefined : expandSweep(value as object, data, findings, baseFolder);
  problems.push(
    ...[...findings, ...(expanded?.findings ?? [])].map(({ path, message, severity }) =>
      problemAt(path, message, severity, 'check'),
    ),
  );
  problems.sort(byPlace);
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  const points = expanded?.points.map((point) => ({ ...point, experiment: withHomeExpanded(point.experiment) }));
  return { experiment: withHomeExpanded(experiment), ...(points && { points }), problems };
}

const byPlace = (a: TextRange, b: TextRange) => a.line - b.line || a.column - b.column;

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

/** The node of a path, or of its nearest existing ancestor; `key`: the property's name instead of its value. */
function nodeFor(root: Node, path: JsonPath, key: boolean): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return key && length === path.length && node.parent?.children ? node.parent.children[0] : node;
  }
  return root;
}
