import { recordedDatasetFacts } from '../experiment/datasets/datasets';
import type { Evaluation, StoredEvaluation } from '../run/evaluations';
import type { RunRow } from './run-row';

/** A run with what `mixprop evaluate` has measured of it. */
export interface EvaluatedRun {
  row: RunRow;
  /** The newest first. */
  evaluations: readonly StoredEvaluation[];
}

/** What two evaluations must have in common for a comparison; undefined for one that cannot be compared that way. */
export type EvaluationKey = (run: EvaluatedRun, evaluation: Evaluation) => string | undefined;

/** A run's evaluations with predictions, that of the best checkpoint first. */
export const predictionEvaluations = ({ evaluations }: EvaluatedRun): StoredEvaluation[] =>
  inOrderOfPreference(evaluations).filter(({ evaluation }) => evaluation.predictions !== undefined);

/** Evaluations of the best checkpoint first, of equal ones the newest. */
function inOrderOfPreference(evaluations: readonly StoredEvaluation[]): StoredEvaluation[] {
  const isOther = ({ evaluation }: StoredEvaluation) => Number(evaluation.checkpoint !== 'best');
  return [...evaluations].sort((a, b) => isOther(a) - isOther(b));
}

/** An evaluation of each run, all with the same key; undefined where there are none such. */
export function sharedEvaluations(runs: readonly EvaluatedRun[], keyOf: EvaluationKey): StoredEvaluation[] | undefined {
  const [first, ...others] = runs;
  for (const candidate of inOrderOfPreference(first?.evaluations ?? [])) {
    const key = keyOf(first, candidate.evaluation);
    if (key === undefined) continue;
    const same = others.flatMap(
      (run) => run.evaluations.find(({ evaluation }) => keyOf(run, evaluation) === key) ?? [],
    );
    if (same.length === others.length) return [candidate, ...same];
  }
  return undefined;
}

/** The same checkpoint (best, last or an epoch) on the same clean images. */
export const cleanKey = (run: EvaluatedRun, evaluation: Evaluation): string =>
  JSON.stringify([evaluation.checkpoint, imagesOf(run, evaluation)]);

/** The same, corrupted in the same way; with the same baseline, where errors are normalised. */
export function corruptedKey(run: EvaluatedRun, evaluation: Evaluation): string | undefined {
  const [branch] = Object.values(evaluation.branches);
  if (branch?.summary === undefined || evaluation.source === null) return undefined;
  const conditions = Object.entries(branch.corruptions).map(([name, bySeverity]) => [name, Object.keys(bySeverity)]);
  return JSON.stringify([cleanKey(run, evaluation), evaluation.source, conditions, branch.summary.baseline]);
}

/** Images that are drawn have the same paths whatever the seed that they are drawn from. */
function imagesOf(run: EvaluatedRun, { dataset, imageList, images }: Evaluation): unknown[] {
  return [dataset.type, imageList, images, drawnSeed(run, dataset.type) ?? null];
}

/** The seed that a run's images are drawn from; undefined for images in files. */
export function drawnSeed({ row }: EvaluatedRun, datasetType: string): unknown {
  return recordedDatasetFacts(datasetType)?.path === null ? row.settings['dataset.seed'] : undefined;
}
