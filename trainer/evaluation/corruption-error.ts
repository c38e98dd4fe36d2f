import { commonCorruptions, severities } from '../../common/experiment/corruption-names';
import type { BranchEvaluation, CorruptionSummary } from '../../common/run/evaluations';

/** Top-1 errors, fractions in [0, 1]. */
export interface ErrorTable {
  clean: number;
  /** By corruption: one error a severity. */
  corruptions: ReadonlyMap<string, readonly number[]>;
}

/** What corruption errors are normalised by. */
export interface Baseline {
  /** alexnet, or the id of a run. */
  name: string;
  /** Of all 15 corruptions at all five severities. */
  errors: ErrorTable;
}

/** Errors of what was measured, severities ascending. */
export function errorTable({ clean, corruptions }: Pick<BranchEvaluation, 'clean' | 'corruptions'>): ErrorTable {
  const errors = Object.entries(corruptions).map(
    ([name, bySeverity]) => [name, Object.values(bySeverity).map(({ top1 }) => 1 - top1)] as const,
  );
  return { clean: 1 - clean.top1, corruptions: new Map(errors) };
}

/** What of the 15 corruptions at five severities is missing, in words; undefined if nothing is. */
export function missingForMce(
  corruptions: readonly string[],
  severitiesOf: (name: string) => number,
): string | undefined {
  const absent = commonCorruptions.filter((name) => !corruptions.includes(name));
  if (absent.length > 0)
    return `${absent.length} of the 15 corruptions ${absent.length === 1 ? 'is' : 'are'} missing (${absent.slice(0, 3).join(', ')}${absent.length > 3 ? ', …' : ''})`;
  const partial = commonCorruptions.find((name) => severitiesOf(name) !== severities.length);
  return partial && `${partial} has ${severitiesOf(partial)} of 5 severities`;
}

/**
 * Summarises the errors of the 15 corruptions (Hendrycks and Dietterich 2019). With a baseline b, for each corruption c
 * CE_c = Σ_s E_s,c / Σ_s E^b_s,c and relative CE_c = Σ_s (E_s,c − E_clean) / Σ_s (E^b_s,c − E^b_clean); mCE and relative mCE are 100
 * times their means over the 15.
 *
 * @returns undefined if none of the 15 is in the table
 * @throws RangeError if there is a baseline, and not all 15 corruptions at all five severities
 */
export function summarise(table: ErrorTable, baseline: Baseline | null): CorruptionSummary | undefined {
  const present = commonCorruptions.filter((name) => table.corruptions.has(name));
  if (present.length === 0) return undefined;
  const errorsOf = (name: string) => table.corruptions.get(name)!;
  const common = {
    unnormalised: 100 * mean(present.map((name) => mean(errorsOf(name)))),
    corruptions: present.length,
    severities: Math.min(...present.map((name) => errorsOf(name).length)),
  };
  if (!baseline) return { ...common, baseline: null };
  const { errors: reference } = baseline;
  for (const { corruptions } of [table, reference]) {
    const missing = missingForMce([...corruptions.keys()], (name) => corruptions.get(name)?.length ?? 0);
    if (missing !== undefined)
      throw new RangeError(`mCE needs all 15 corruptions at all five severities, but ${missing}`);
  }
  const referenceOf = (name: string) => reference.corruptions.get(name)!;
  const ratios = commonCorruptions.map((name) => sum(errorsOf(name)) / sum(referenceOf(name)));
  const losses = commonCorruptions.map(
    (name) => rise(errorsOf(name), table.clean) / rise(referenceOf(name), reference.clean),
  );
  const hasLosses = commonCorruptions.every((name) => rise(referenceOf(name), reference.clean) > 0);
  return {
    ...common,
    mCE: 100 * mean(ratios),
    ...(hasLosses && { relativeMCE: 100 * mean(losses) }),
    corruptionErrors: Object.fromEntries(commonCorruptions.map((name, i) => [name, 100 * ratios[i]])),
    baseline: baseline.name,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Σ (E − E_clean) */
const rise = (errors: readonly number[], clean: number): number => sum(errors.map((error) => error - clean));
