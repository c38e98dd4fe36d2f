import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeEvaluationPredictions } from '../../common/run/evaluation-predictions';
import type { Evaluation } from '../../common/run/evaluations';
import type { ValidationData } from '../data/dataset';
import type { Executor } from '../execution/executor';
import type { Baseline } from './corruption-error';
import { type Condition, evaluateConditions } from './evaluate-conditions';
import { EvaluationDraft } from './evaluation-draft';
import { type EvaluationFiles, writeEvaluation } from './evaluation-files';
import type { EvaluationPlan } from './evaluation-plan';
import { branchEvaluations, predictionsOf, withPolicy, withSummaries } from './evaluation-record';
import type { PredictionLines } from './prediction-lines';

export interface EvaluationRunOptions {
  /** Names of the classes. */
  dataset: Pick<ValidationData, 'classes' | 'readableNames'>;
  /** Where the draft is kept, and the evaluation of a run; without, nothing is kept of one that is stopped. */
  files: EvaluationFiles | undefined;
  /** Gets every prediction. */
  lines: PredictionLines | undefined;
  baseline: Baseline | null;
  /** Folder of the original's frost textures; null: the built-in ones. */
  frostFolder: string | null;
  /** Threads that read or corrupt images; null: one a core, within limits. */
  workers: number | null;
  signal: AbortSignal;
  /** Told where a stopped evaluation is taken up. @param done images, over all conditions */
  onResume: (done: number) => void;
  /** @param done images, over all conditions @param speed images a second */
  onProgress: (done: number, condition: Condition, speed: number) => void;
}

/**
 * Measures a network under the conditions of a plan, from where an evaluation of the same plan was stopped; keeps the result of a
 * run's checkpoint in the run.
 * @throws RunWriteError, DatasetError; the signal's reason when aborted: the draft then holds all finished batches
 */
export async function runEvaluation(
  executor: Executor,
  plan: EvaluationPlan,
  { dataset, files, lines, baseline, frostFolder, workers, signal, onResume, onProgress }: EvaluationRunOptions,
): Promise<Evaluation> {
  const { facts, conditions, branches, batchSize, normalization } = plan;
  const { source } = facts;
  const draft = files && new EvaluationDraft(files.draft, `${files.digest} ${lines?.key ?? ''}`);
  if (lines && !lines.hasPart) draft?.remove();
  let done = 0;
  let doneBefore = 0;
  let start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  try {
    const evaluated = await evaluateConditions(executor, conditions, {
      branches,
      batchSize,
      normalization,
      ...(source?.kind === 'made' && { corruption: { strength: source.strength, seed: source.seed, frostFolder } }),
      loading: { workers },
      signal,
      draft,
      onResume: (images, bytes) => {
        doneBefore = images;
        done = images;
        start = performance.now();
        lines?.open(bytes);
        if (images > 0) onResume(images);
      },
      onBatch: async (batch) => {
        const bytes = lines?.write(batch) ?? 0;
        done += batch.count;
        onProgress(done, batch.condition, (done - doneBefore) / elapsed());
        await nextTurn();
        return bytes;
      },
    });
    const seconds = elapsed();
    const columns = plan.hasPolicy ? withPolicy(evaluated) : evaluated;
    const evaluation: Evaluation = {
      format: 1,
      ...facts,
      created: new Date().toISOString(),
      seconds,
      imagesPerSecond: done > doneBefore ? (done - doneBefore) / seconds : null,
      branches: withSummaries(branchEvaluations(conditions, columns), baseline),
      ...(files?.isRun && { predictions: basename(files.predictions) }),
    };
    if (files?.isRun) {
      writeEvaluationPredictions(files.predictions, predictionsOf(dataset, conditions, columns));
      writeEvaluation(files, evaluation);
    }
    lines?.finish();
    draft?.remove();
    return evaluation;
  } finally {
    lines?.close();
  }
}
