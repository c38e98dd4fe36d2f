import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import type { SweepPoint } from '../../common/experiment/expand-sweep';
import { experimentSuffix } from '../../common/experiment/experiment-name';
import { nearestName } from '../../common/experiment/nearest-name';
import {
  type ExperimentProblem,
  fieldPosition,
  formatProblem,
  parseExperiment,
  parseExperimentFile,
} from '../../common/experiment/parse';
import type { Experiment } from '../../common/experiment/schema';
import { applySetting, parseSetting, type Setting } from '../../common/experiment/setting';
import { readRecordedRun } from '../../common/run/recorded-run';
import { runPaths } from '../../common/run/run-folder';

/** An experiment file as read. */
export interface ReadExperiment {
  file: string;
  /** The experiment file that a run of it comes from; undefined for the experiment of a run that came from none. */
  experimentFile: string | undefined;
  baseFolder: string;
  /** Absent if a problem is an error. */
  experiment?: Experiment;
  /** The runs that its `sweep` stands for; absent without one. */
  points?: SweepPoint[];
  problems: ExperimentProblem[];
  /** "file:line:column: message" for each problem. */
  lines: string[];
  /** Where a field's value stands: "file:line:column", or the --set that gave it. */
  locate(field: string): string;
}

/**
 * Reads an experiment file, or the experiment that a run folder has recorded, and applies `--set path=value`s. A file that cannot be
 * read has that as its problem.
 * @throws SettingError, UsageError if a --set cannot be applied
 */
export function readExperiment(path: string, settings: readonly string[] = []): ReadExperiment {
  let source: ExperimentSource;
  try {
    source = sourceOf(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return unreadable(path, dirname(resolve(path)), error);
  }
  const { file, bytes, ...origin } = source;
  const { baseFolder } = origin;
  const { text, ...original } = parseExperimentFile(bytes, baseFolder);
  const assignments = settings.map(parseSetting);
  refuseTwice(assignments);
  // A file that cannot be read as JSON keeps its own problems; there is nothing to set fields in.
  const isBroken = original.problems.some(({ source }) => source !== 'schema' && source !== 'check');
  const changed = isBroken ? text : assignments.reduce(applySetting, text);
  const { experiment, points, problems: all } = changed === text ? original : parseExperiment(changed, baseFolder);
  /** The setting that a field's value came from. */
  const settingOf = (field: string) =>
    assignments.findLast((setting) => field === setting.field || field.startsWith(`${setting.field}.`));
  // A run has recorded every field, also those without effect: nobody wrote them.
  const isRun = file !== path;
  const problems = all.filter(({ severity, field }) => !isRun || severity === 'error' || settingOf(field));
  const lines = problems.map((problem) => {
    const origin = isBroken ? undefined : settingOf(problem.field);
    const kind = problem.severity === 'warning' ? 'warning: ' : '';
    const field = problem.field === '' || problem.field === origin?.field ? '' : `${problem.field}: `;
    if (origin) return `--set ${origin.text}: ${kind}${field}${problem.message}`;
    const inFile = original.problems.find(
      ({ field, message }) => field === problem.field && message === problem.message,
    );
    if (inFile || changed === text) return formatProblem(file, inFile ?? problem);
    const given = assignments.map((setting) => `--set ${setting.text}`).join(' ');
    return `${file} with ${given}: ${kind}${field}${problem.message}`;
  });
  const locate = (field: string) => {
    const origin = settingOf(field);
    if (origin) return `--set ${origin.text}`;
    const { line, column } = fieldPosition(text, field);
    return `${file}:${line}:${column}`;
  };
  return { file, ...origin, experiment, ...(points && { points }), problems, lines, locate };
}

type ExperimentSource = Pick<ReadExperiment, 'file' | 'experimentFile' | 'baseFolder'> & { bytes: Uint8Array };

/** A run's own experiment is read with its paths leading to where things are now. */
function sourceOf(path: string): ExperimentSource {
  const file = runPaths(path).experiment;
  if (!existsSync(file)) {
    return { file: path, experimentFile: resolve(path), baseFolder: dirname(resolve(path)), bytes: readFileSync(path) };
  }
  const { experiment, baseFolder, environment } = readRecordedRun(path);
  const bytes = Buffer.from(JSON.stringify(experiment, null, 2));
  return { file, experimentFile: environment.experimentFile, baseFolder, bytes };
}

/** The experiment of a file. @throws UsageError with its problems */
export function requireExperiment(file: string): { experiment: Experiment; baseFolder: string } {
  const { experiment, baseFolder, lines } = readExperiment(file);
  if (!experiment) throw new UsageError(lines.join('\n'));
  return { experiment, baseFolder };
}

function unreadable(file: string, baseFolder: string, error: unknown): ReadExperiment {
  const reasons: Record<string, string> = {
    ENOENT: `there is no such file${meantBy(file)}`,
    EISDIR: 'it is a folder; give a file in it',
  };
  const problem: ExperimentProblem = {
    message: `cannot be read: ${reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? reasonOf(error)}`,
    severity: 'error',
    ...{ line: 1, column: 1, endLine: 1, endColumn: 1 },
    field: '',
    source: 'file',
  };
  return {
    file,
    experimentFile: resolve(file),
    baseFolder,
    problems: [problem],
    lines: [formatProblem(file, problem)],
    locate: () => `${file}:1:1`,
  };
}

/** What a file that is not there most likely is. */
function meantBy(file: string): string {
  if (/^[\w.[\]]+=/.test(file)) return `; a field is given a value by --set ${file}`;
  const folder = dirname(file);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(experimentSuffix)) : [];
  const stems = names.map((name) => name.slice(0, -experimentSuffix.length));
  const near = nearestName(basename(file).replace(/(\.mixprop)?(\.jsonc?)?$/, ''), stems);
  return near === undefined ? '' : `; did you mean ${join(folder, near + experimentSuffix)}?`;
}

/** Of two settings of one field, one would be lost. */
function refuseTwice(settings: readonly Setting[]): void {
  for (const [i, { field, text }] of settings.entries()) {
    const earlier = settings.slice(0, i).find((setting) => `${setting.field}.`.startsWith(`${field}.`));
    if (earlier) throw new UsageError(`--set ${earlier.text} and --set ${text} set the same field: leave one out`);
  }
}
