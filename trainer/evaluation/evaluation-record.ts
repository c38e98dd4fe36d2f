import { createHash } from 'node:crypto';
import { type EvaluationPredictions, splitPrefix } from '../../common/run/evaluation-predictions';
import type { BranchEvaluation, EvaluatedBranch, Evaluation } from '../../common/run/evaluations';
import type { Branch } from '../../common/weights/branch';
import type { ValidationData } from '../data/dataset';
import { type Baseline, errorTable, summarise } from './corruption-error';
import type { Condition } from './evaluate-conditions';
import { type BranchColumns, measure, moreConfident } from './measures';

/** Of each condition the columns of each branch, and of the policy `confidence` where it is measured. */
export type EvaluatedColumns = Partial<Record<EvaluatedBranch, BranchColumns>>[];

/** Adds the columns of the policy `confidence` to those of main and aux. */
export function withPolicy(columns: readonly Partial<Record<Branch, BranchColumns>>[]): EvaluatedColumns {
  return columns.map(({ main, aux }) =>
    main && aux ? { main, aux, confidence: moreConfident(main, aux) } : { ...(main && { main }), ...(aux && { aux }) },
  );
}

/** The measures of each branch under all conditions. */
export function branchEvaluations(
  conditions: readonly Condition[],
  columns: Readonly<EvaluatedColumns>,
): Evaluation['branches'] {
  const branches: Evaluation['branches'] = {};
  for (const branch of Object.keys(columns[0]) as EvaluatedBranch[]) {
    const measured = conditions.map((_, c) => measure(columns[c][branch]!));
    const at = (name: string) => conditions.findIndex((condition) => condition.name === name);
    const corruptions: BranchEvaluation['corruptions'] = {};
    for (const [c, { name, severity }] of conditions.entries()) {
      if (severity === null) continue;
      corruptions[name] ??= {};
      corruptions[name][severity] = measured[c];
    }
    const stylized = at('stylized');
    branches[branch] = {
      clean: measured[at('clean')],
      ...(stylized !== -1 && { stylized: measured[stylized] }),
      corruptions,
    };
  }
  return branches;
}

/** The same with summaries, normalised by a baseline or not. */
export function withSummaries(branches: Evaluation['branches'], baseline: Baseline | null): Evaluation['branches'] {
  const entries = Object.entries(branches).map(([name, { summary: _, ...branch }]) => {
    const summary = summarise(errorTable(branch), baseline);
    return [name, { ...branch, ...(summary && { summary }) }];
  });
  return Object.fromEntries(entries) as Evaluation['branches'];
}

/** All predictions, for the file beside an evaluation. */
export function predictionsOf(
  { classes, readableNames }: Pick<ValidationData, 'classes' | 'readableNames'>,
  conditions: readonly Condition[],
  columns: Readonly<EvaluatedColumns>,
): EvaluationPredictions {
  return {
    classes,
    ...(readableNames && { readableNames }),
    conditions: conditions.map(({ name, severity, images, indices }, c) => ({
      name,
      severity,
      ...splitPrefix(Array.from(indices, (i) => images.path(i))),
      labels: Array.from(indices, (i) => images.labels[i]),
      branches: Object.fromEntries(
        Object.entries(columns[c]).map(([branch, { predicted, confidence }]) => [branch, { predicted, confidence }]),
      ),
    })),
  };
}

/**
 * Digest of the paths and classes of a condition's images, 16 hexadecimal digits.
 * @param numbers by which labels count, so that networks with labels in another order are known to see the same images; default:
 *   the labels themselves
 */
export function imageListDigest(
  { images, indices }: Pick<Condition, 'images' | 'indices'>,
  numbers?: ArrayLike<number>,
): string {
  const hash = createHash('sha256');
  for (const i of indices) {
    const label = images.labels[i];
    hash.update(`${images.path(i)}\t${numbers ? numbers[label] : label}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
