import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ExperimentProblem, fieldPosition, formatProblem, parseExperiment, setField } from '../experiment/parse';
import type { Experiment } from '../experiment/schema';
import { UsageError } from '../usage-error';

/** An experiment file as read. */
export interface ReadExperiment {
  file: string;
  baseFolder: string;
  /** Absent if a problem is an error. */
  experiment?: Experiment;
  problems: ExperimentProblem[];
  /** "file:line:column: message" for each problem. */
  lines: string[];
  /** Where a field's value stands: "file:line:column", or the --set that gave it. */
  locate(field: string): string;
}

/**
 * Reads an experiment file and applies `--set path=value`s.
 * @throws UsageError if the file cannot be read or a --set has no "="
 */
export function readExperiment(file: string, settings: readonly string[] = []): ReadExperiment {
  let text: string;
  try {
    // A byte-order mark is no part of the JSON.
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
  const baseFolder = dirname(resolve(file));
  const assignments = settings.map((setting) => {
    const at = setting.indexOf('=');
    if (at < 1) throw new UsageError(`--set needs path=value, such as --set training.epochs=5, not "${setting}"`);
    return { path: setting.slice(0, at), value: setting.slice(at + 1), setting };
  });
  // A file with broken JSON keeps its own problems; there is nothing to set fields in.
  const original = parseExperiment(text, baseFolder);
  const broken = original.problems.some((problem) => problem.source === 'syntax');
  const changed = broken ? text : assignments.reduce(applySetting, text);
  const { experiment, problems } = changed === text ? original : parseExperiment(changed, baseFolder);
  /** The setting that a field's value came from. */
  const settingOf = (field: string) =>
    assignments.findLast(({ path }) => field === path || field.startsWith(`${path}.`));
  const lines = problems.map((problem) => {
    const origin = settingOf(problem.field);
    const kind = problem.severity === 'warning' ? 'warning: ' : '';
    if (origin) return `--set ${origin.setting}: ${kind}${problem.message}`;
    const inFile = original.problems.find(
      ({ field, message }) => field === problem.field && message === problem.message,
    );
    if (inFile || changed === text) return formatProblem(file, inFile ?? problem);
    const all = assignments.map(({ setting }) => `--set ${setting}`).join(' ');
    return `${file} with ${all}: ${kind}${problem.field === '' ? '' : `${problem.field}: `}${problem.message}`;
  });
  const locate = (field: string) => {
    const origin = settingOf(field);
    if (origin) return `--set ${origin.setting}`;
    const { line, column } = fieldPosition(text, field);
    return `${file}:${line}:${column}`;
  };
  return { file, baseFolder, experiment, problems, lines, locate };
}

function applySetting(
  json: string,
  { path, value, setting }: { path: string; value: string; setting: string },
): string {
  try {
    return setField(json, path, value);
  } catch (error) {
    throw new UsageError(`--set ${setting}: there is no such field (${(error as Error).message})`);
  }
}
