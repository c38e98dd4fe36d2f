import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EvaluationPredictions, writeEvaluationPredictions } from '../../../common/run/evaluation-predictions';
import type { EvaluatedBranch, Evaluation } from '../../../common/run/evaluations';
import { runPaths } from '../../../common/run/run-folder';
import { someEvaluation } from '../run/evaluation-fixture';

/** Predictions of clean images a/0, a/1, … through some branches, by class numbers; null where logits were not finite. */
export function somePredictions(
  classes: readonly string[],
  labels: readonly number[],
  branches: Partial<Record<EvaluatedBranch, readonly (number | null)[]>>,
  { prefix = 'val/', names = labels.map((_, i) => `a/${i}`) }: { prefix?: string; names?: readonly string[] } = {},
): EvaluationPredictions {
  const columns = Object.entries(branches).map(([branch, predicted]) => [
    branch,
    {
      predicted: Uint16Array.from(predicted, (number) => number ?? 0),
      confidence: Float32Array.from(predicted, (number) => (number === null ? 0 : 0.5)),
    },
  ]);
  const clean = { name: 'clean', severity: null, prefix, names, labels, branches: Object.fromEntries(columns) };
  return { classes, conditions: [clean] };
}

/** Writes an evaluation of clean images into a run's folder. @param predictions absent: it has none */
export function writeStudyEvaluation(
  folder: string,
  name: string,
  change: Partial<Evaluation>,
  predictions?: EvaluationPredictions,
): void {
  const { evaluations } = runPaths(folder);
  mkdirSync(evaluations, { recursive: true });
  const file = `${name}.predictions.bin`;
  const images = predictions?.conditions[0].names.length ?? 100;
  const evaluation = someEvaluation({ source: null, images, ...(predictions && { predictions: file }), ...change });
  writeFileSync(join(evaluations, `${name}.json`), JSON.stringify(evaluation));
  if (predictions) writeEvaluationPredictions(join(evaluations, file), predictions);
}
