import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { reasonOf } from '../../common/errors/system-error';
import { writeAtomically } from '../../common/files/atomic-write';
import { makeFolders } from '../../common/files/make-folders';
import { type CorruptionSource, type Evaluation, EvaluationError, readEvaluation } from '../../common/run/evaluations';
import { runPaths } from '../../common/run/run-folder';
import type { EvaluationFacts } from './evaluation-plan';

/** Where an evaluation is kept, and while it is made its draft. */
export interface EvaluationFiles {
  /** Whether it is in a run's `evaluations/`. */
  isRun: boolean;
  file: string;
  draft: string;
  predictions: string;
  /** Of the plan. */
  digest: string;
}

/**
 * Where an evaluation is kept: of a run in its folder, of a bare file beside `--out`.
 *
 * @param runFolder of the run that the checkpoint belongs to, if any
 * @param out the file that the result is written to, if any
 * @param digest of the plan
 * @param onWarning told why it is not kept in the run
 * @returns undefined if it is kept nowhere
 */
export function evaluationFiles(
  { runFolder, out }: { runFolder?: string; out?: string },
  facts: EvaluationFacts,
  digest: string,
  onWarning: (message: string) => void,
): EvaluationFiles | undefined {
  if (runFolder !== undefined) {
    const folder = runPaths(runFolder).evaluations;
    const epoch = facts.epoch === null ? '' : `-epoch-${String(facts.epoch).padStart(4, '0')}`;
    const checkpoint = typeof facts.checkpoint === 'string' ? facts.checkpoint : 'checkpoint';
    const stem = join(folder, `${checkpoint}${epoch}-${sourceName(facts.source)}-${digest.slice(0, 8)}`);
    try {
      makeFolders(folder);
      return filesOf(true, `${stem}.json`, stem, digest);
    } catch (error) {
      onWarning(`the evaluation is not kept in the run: ${reasonOf(error)}`);
    }
  }
  if (out === undefined) return undefined;
  return filesOf(false, resolve(out), resolve(out), digest);
}

const filesOf = (isRun: boolean, file: string, stem: string, digest: string): EvaluationFiles => ({
  isRun,
  file,
  draft: `${stem}.draft`,
  predictions: `${stem}.predictions.bin`,
  digest,
});

function sourceName(source: CorruptionSource | null): string {
  if (source === null) return 'clean';
  if (source.kind === 'made') return source.strength;
  return basename(source.path).replace(/[^A-Za-z0-9._-]+/g, '-');
}

/** A finished evaluation of the same plan with its predictions; undefined if there is none. */
export function finishedEvaluation(
  { file, predictions }: EvaluationFiles,
  facts: EvaluationFacts,
): Evaluation | undefined {
  if (!existsSync(file) || !existsSync(predictions)) return undefined;
  try {
    const evaluation = readEvaluation(file);
    return evaluation.checkpointSha256 === facts.checkpointSha256 ? evaluation : undefined;
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

/** @throws RunWriteError */
export function writeEvaluation({ file }: EvaluationFiles, evaluation: Evaluation): void {
  writeAtomically(file, `${JSON.stringify(evaluation, null, 1)}\n`);
}
