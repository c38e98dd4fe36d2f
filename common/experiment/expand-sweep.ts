import { parseTree } from 'jsonc-parser';
import { type ExperimentFinding, errorAt } from '../errors/experiment-finding';
import { checkExperiment } from './checks';
import { describeIssues, fieldElsewhere } from './describe-issue';
import { allFields, fieldSchema } from './field-schema';
import { inlineJson } from './inline-json';
import type { JsonPath } from './json-text';
import { didYouMean } from './nearest-name';
import { type Experiment, type ExperimentFile, experimentSchema } from './schema';
import { areFindings, type Combination, sweepCombinations } from './sweep/sweep-combinations';

/** One of the runs that a file with a sweep stands for. */
export interface SweepPoint {
  /** What it gives its fields, by their path; a whole object where the sweep gives one. */
  settings: Record<string, unknown>;
  experiment: Experiment;
}

/** What a point's fields are given, for people: `method.type "mixprop", seed 2`. */
export const describeSettings = (settings: Record<string, unknown>): string =>
  Object.entries(settings)
    .map(([field, value]) => `${field} ${inlineJson(value)}`)
    .join(', ') || 'the file as it is';

/**
 * The runs that a file stands for, in a stable order.
 * @param written the file's value
 * @param resolved the same with its defaults, and with a sweep
 * @param known what is found of the file without its sweep, and not said again
 * @param baseFolder against which paths are resolved; null leaves the disk alone
 * @returns no points where a finding is an error. Paths of findings lead into `sweep`
 */
export function expandSweep(
  written: object,
  resolved: ExperimentFile,
  known: readonly ExperimentFinding[],
  baseFolder: string | null,
): { points: SweepPoint[]; findings: ExperimentFinding[] } {
  const { sweep, ...base } = resolved;
  if (sweep === null) return { points: [], findings: [] };
  const combinations = sweepCombinations(sweep, base.seed);
  if (areFindings(combinations)) return { points: [], findings: combinations };
  const unknown = fieldProblems(combinations);
  if (unknown.length > 0) return { points: [], findings: unknown };

  const { sweep: _, ...file } = written as { sweep?: unknown };
  const context = { file, base, baseFolder, known: new Set(known.map(keyOf)) };
  const points: SweepPoint[] = [];
  const findings: Found[] = [];
  for (const [index, combination] of combinations.entries()) {
    const found = pointOf(combination, index + 1, context);
    if (found.point) points.push(found.point);
    findings.push(...found.findings);
  }
  if (!findings.some(({ severity }) => severity === 'error')) findings.push(...duplicates(points, combinations));
  const isSound = findings.every(({ severity }) => severity === 'warning');
  return { points: isSound ? points : [], findings: firstOfPlaces(findings) };
}

/** A finding, and by what it is the same as others of its place. */
type Found = ExperimentFinding & { cause?: string };

const keyOf = ({ path, message }: ExperimentFinding) => JSON.stringify([path, message]);

/** What is wrong with a value is wrong with it in many runs. */
function firstOfPlaces(findings: readonly Found[]): ExperimentFinding[] {
  const places = new Map<string, ExperimentFinding>();
  for (const { cause, ...finding } of findings) {
    const key = JSON.stringify([finding.path, cause ?? finding.message]);
    if (!places.has(key)) places.set(key, finding);
  }
  return [...places.values()];
}

const pathOf = (field: string): JsonPath => field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Fields that there are none of, or that cannot be swept, each at the first place where it stands. */
function fieldProblems(combinations: readonly Combination[]): ExperimentFinding[] {
  const places = new Map<string, JsonPath>();
  for (const combination of combinations) {
    for (const [field, place] of Object.entries(combination.places)) {
      if (!places.has(field)) places.set(field, place.slice(0, place.lastIndexOf(field) + 1));
    }
  }
  return [...places].flatMap(([field, place]): ExperimentFinding[] => {
    const top = field.split('.')[0]!;
    if (top === 'name') return [errorAt(place, 'cannot be swept: all runs of a sweep are called after its name')];
    if (top === 'sweep' || top === '$schema')
      return [errorAt(place, 'cannot be swept: name a field of the experiment')];
    if (fieldSchema(pathOf(field), undefined)) return [];
    const fields = allFields().filter((known) => !/^(name|sweep)(\.|$)/.test(known));
    return [errorAt(place, `there is no such field${didYouMean(field, fields) || fieldElsewhere(field, field)}`)];
  });
}

interface Base {
  file: object;
  base: Experiment;
  baseFolder: string | null;
  known: ReadonlySet<string>;
}

function pointOf(
  combination: Combination,
  number: number,
  { file, base, baseFolder, known }: Base,
): { point?: SweepPoint; findings: Found[] } {
  const { settings, places } = combination;
  const run = `run ${number} (${describeSettings(settings)})`;
  let value: unknown = file;
  // A whole object first, then what it is given besides.
  const byDepth = Object.keys(settings).sort((a, b) => pathOf(a).length - pathOf(b).length);
  for (const field of byDepth) {
    try {
      value = withSetting(value, pathOf(field), settings[field], base);
    } catch (error) {
      return { findings: [errorAt(places[field]!, (error as Error).message)] };
    }
  }
  const { success, data, error } = experimentSchema.safeParse(value);
  if (!success) {
    const issues = describeIssues(error, parseTree(JSON.stringify(value))!, value);
    return { findings: issues.map((issue) => issueAt(combination, run, value, issue)) };
  }
  // The disk is looked at for each run only where it may look at another place than the file.
  const isElsewhere = Object.keys(settings).some((field) => /^(dataset|model|explain)(\.|$)/.test(field));
  const findings = checkExperiment(data, isElsewhere ? baseFolder : null, value)
    .filter((finding) => !known.has(keyOf(finding)))
    .map(({ path, message, severity }): Found => {
      const place = placeOf(combination, path) ?? ['sweep'];
      return { path: place, message: `${run}: ${path.join('.')}: ${message}`, severity, cause: message };
    });
  return { point: { settings, experiment: data }, findings };
}

/**
 * A copy of a value with a field set. An object that the file leaves out, or has as null, is made; one of several kinds is of the kind
 * that it has by default.
 * @throws Error where a list has no such place
 */
function withSetting(value: unknown, path: JsonPath, setting: unknown, resolved: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return setting;
  const inner = (from: unknown) => (from as Record<string | number, unknown> | null | undefined)?.[part];
  if (Array.isArray(value) || typeof part === 'number') {
    if (!Array.isArray(value) || typeof part !== 'number' || part >= value.length)
      throw new Error('the file has no such entry: give the whole list');
    return value.with(part, withSetting(value[part], rest, setting, inner(resolved)));
  }
  const type = (resolved as { type?: unknown } | null | undefined)?.type;
  const object = value ?? (type === undefined ? {} : { type });
  return { ...object, [part]: withSetting(inner(value), rest, setting, inner(resolved)) };
}

/** Where the value stands that gives the field at `path` its own, is a part of it, or lies nearest. */
function placeOf({ places }: Combination, path: JsonPath): JsonPath | undefined {
  const field = path.join('.');
  const fields = Object.keys(places);
  const around = fields.findLast((name) => `${field}.`.startsWith(`${name}.`));
  if (around !== undefined) return [...places[around]!, ...path.slice(pathOf(around).length)];
  const inside = fields.find((name) => `${name}.`.startsWith(`${field}.`) || name.split('.')[0] === path[0]);
  return inside === undefined ? undefined : places[inside];
}

/** What the schema finds wrong with a run, at the value that is to blame. */
function issueAt(
  combination: Combination,
  run: string,
  value: unknown,
  [path, message, key]: [path: JsonPath, message: string, key?: string],
): Found {
  const whole = key === undefined ? path : [...path, key];
  const field = whole.join('.');
  const owner = Object.keys(combination.places).find((name) => `${field}.`.startsWith(`${name}.`));
  const place = placeOf(combination, whole) ?? ['sweep'];
  const top = path[0]!;
  const { type } = ((value as Record<string, unknown>)[top] ?? {}) as { type?: unknown };
  if (key !== undefined && owner !== String(top) && fieldSchema(whole, undefined)) {
    const reason = `${field} is not a field of ${top}.type ${inlineJson(type)}: sweep "${top}" with whole objects, such as ${inlineJson({ type })}`;
    return { ...errorAt(place, `${run}: ${reason}`), cause: reason };
  }
  // What one value cannot be needs no others to be wrong.
  if (owner !== undefined) return errorAt(place, message);
  return { ...errorAt(place, `${run}: ${field}: ${message}`), cause: `${field}: ${message}` };
}

/** The first run of which there is another. */
function duplicates(points: readonly SweepPoint[], combinations: readonly Combination[]): ExperimentFinding[] {
  const firsts = new Map<string, number>();
  for (const [index, { experiment, settings }] of points.entries()) {
    const key = JSON.stringify(experiment);
    const first = firsts.get(key);
    firsts.set(key, first ?? index);
    if (first === undefined) continue;
    const { places } = combinations[index]!;
    const different = Object.keys(places).find(
      (field) => JSON.stringify(places[field]) !== JSON.stringify(combinations[first]!.places[field]),
    );
    const place = different === undefined ? ['sweep'] : places[different]!;
    const message = `runs ${first + 1} and ${index + 1} are the same (${describeSettings(settings)}): remove one`;
    return [errorAt(place[1] === 'list' ? place.slice(0, 3) : place, message)];
  }
  return [];
}
