import type { Branch } from '../../weights/branch';

/**
 * The columns of a run's curves by their names, in the order in which files have them. What is measured is named here; types,
 * messages, files and panels follow.
 */
export const stepColumns = ['step', 'epoch', 'time', 'learningRate', 'total', 'main', 'aux'] as const;

export const epochColumns = ['epoch', 'step', 'time', 'mainLoss', 'mainTop1', 'auxLoss', 'auxTop1'] as const;

/** What is measured of the maps of a branch. */
export const branchMeasures = ['pointing', 'energy', 'area', 'regions'] as const;
export type BranchMeasure = (typeof branchMeasures)[number];

export type MeasureColumn = `${Branch}${Capitalize<BranchMeasure>}` | 'agreement';

/** The column of a branch's measure: "mainPointing". */
export function measureColumn(branch: Branch, measure: BranchMeasure): MeasureColumn {
  return `${branch}${measure[0]!.toUpperCase()}${measure.slice(1)}` as MeasureColumn;
}

export const measureColumns: readonly MeasureColumn[] = [
  ...(['main', 'aux'] as const).flatMap((branch) => branchMeasures.map((measure) => measureColumn(branch, measure))),
  'agreement',
];

export const localisationColumns = ['epoch', 'step', 'time', 'images', 'withRegion', ...measureColumns] as const;

/** A record with something under each name. */
export function byName<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
