import { commonCorruptions } from '../../common/experiment/corruption-names';
import type { RobustnessMeasureName } from '../../common/panels/robustness/robustness-contract';
import { orderedCorruptions } from './corruption-groups';
import { measures } from './measures';
import type { RobustnessSource } from './robustness-runs';

/** A value, NaN where it was not finite, or undefined where nothing was measured. */
export type Value = number | undefined;

/** One corruption, or the mean over the common ones. */
export interface MatrixRow {
  /** Undefined for the mean. */
  corruption: string | undefined;
  group: string;
  /** One a severity. */
  values: readonly Value[];
  /** Over the severities; undefined where one is missing. */
  mean: Value;
}

/** Corruption × severity, in the measure's unit. */
export interface RobustnessMatrix {
  clean: Value;
  /** Whether there is a column of stylized images: any of the sources that are shown together has them. */
  hasStylized: boolean;
  stylized: Value;
  severities: readonly number[];
  rows: readonly MatrixRow[];
  /** How many corruptions the mean, the last row, is over; 0: there is no such row. */
  meanOver: number;
}

/** The corruptions and severities of some sources, which their matrices share. */
export interface MatrixFrame {
  corruptions: readonly { name: string; group: string }[];
  severities: readonly number[];
  hasStylized: boolean;
}

export function matrixFrame(sources: readonly RobustnessSource[]): MatrixFrame {
  const names = new Set<string>();
  const severities = new Set<number>();
  for (const { measured } of sources) {
    for (const [name, levels] of Object.entries(measured.corruptions)) {
      names.add(name);
      for (const severity of Object.keys(levels)) severities.add(Number(severity));
    }
  }
  return {
    corruptions: orderedCorruptions(names),
    severities: [...severities].sort((a, b) => a - b),
    hasStylized: sources.some(({ measured }) => measured.stylized !== undefined),
  };
}

/** Sources that are shown together. */
export interface FramedSources {
  sources: readonly RobustnessSource[];
  frame: MatrixFrame;
  /** One a source. */
  matrices: readonly RobustnessMatrix[];
}

export function framedSources(sources: readonly RobustnessSource[], measure: RobustnessMeasureName): FramedSources {
  const frame = matrixFrame(sources);
  return { sources, frame, matrices: sources.map((source) => sourceMatrix(source, measure, frame)) };
}

export function sourceMatrix(
  { measured }: RobustnessSource,
  measure: RobustnessMeasureName,
  { corruptions, severities, hasStylized }: MatrixFrame,
): RobustnessMatrix {
  const { of } = measures[measure];
  const rows = corruptions.map(({ name, group }): MatrixRow => {
    const levels = measured.corruptions[name] ?? {};
    const values = severities.map((severity) => {
      const found = levels[String(severity)];
      return found === undefined ? undefined : of(found);
    });
    return { corruption: name, group, values, mean: mean(values) };
  });
  const stylized = measured.stylized && of(measured.stylized);
  return withMean({ clean: of(measured.clean), hasStylized, stylized, severities, rows });
}

/** a − b, where both have a value. */
export function differenceMatrix(a: RobustnessMatrix, b: RobustnessMatrix): RobustnessMatrix {
  const rows = a.rows
    .filter(({ corruption }) => corruption !== undefined)
    .map((row): MatrixRow => {
      const other = b.rows.find(({ corruption }) => corruption === row.corruption);
      const values = row.values.map((value, index) => minus(value, other?.values[index]));
      return { ...row, values, mean: mean(values) };
    });
  return withMean({
    clean: minus(a.clean, b.clean),
    hasStylized: a.hasStylized,
    stylized: minus(a.stylized, b.stylized),
    severities: a.severities,
    rows,
  });
}

/** All values of the cells, those of clean and stylized images included. */
export function* matrixValues({ clean, stylized, rows }: RobustnessMatrix): Generator<number> {
  for (const value of [clean, stylized]) if (value !== undefined) yield value;
  for (const { values } of rows) for (const value of values) if (value !== undefined) yield value;
}

/** Means are over these. */
const common15: ReadonlySet<string> = new Set(commonCorruptions);

/** Adds the mean over the common corruptions of which anything was measured. */
function withMean(matrix: Omit<RobustnessMatrix, 'meanOver'>): RobustnessMatrix {
  const common = matrix.rows.filter(
    ({ corruption, values }) =>
      corruption !== undefined && common15.has(corruption) && values.some((value) => value !== undefined),
  );
  if (common.length < 2) return { ...matrix, meanOver: 0 };
  const values = matrix.severities.map((_, index) => mean(common.map((row) => row.values[index])));
  const row: MatrixRow = {
    corruption: undefined,
    group: 'Mean',
    values,
    mean: mean(common.map((row) => row.mean)),
  };
  return { ...matrix, rows: [...matrix.rows, row], meanOver: common.length };
}

/** Undefined where one is missing: a mean over a part would look better or worse than it is. */
function mean(values: readonly Value[]): Value {
  if (values.length === 0) return undefined;
  let sum = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum / values.length;
}

const minus = (a: Value, b: Value): Value => (a === undefined || b === undefined ? undefined : a - b);
