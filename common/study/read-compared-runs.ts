import { dirname, join } from 'node:path';
import { plainMessage } from '../errors/system-error';
import { UsageError } from '../errors/usage-error';
import { type EvaluationPredictions, readEvaluationPredictions } from '../run/evaluation-predictions';
import { EvaluationError, readEvaluations, type StoredEvaluation } from '../run/evaluations';
import { readRunData } from '../run/run-data';
import type { ComparedRun } from './compare-runs';
import { RunRows } from './run-rows';

/**
 * Reads what a comparison of runs is made of, but for predictions.
 * @param folders of runs
 * @returns problems: what cannot be used of them, in words that name the run or the file
 */
export async function readComparedRuns(
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<{ runs: ComparedRun[]; problems: string[] }> {
  const rows = await new RunRows().read(folders, { signal });
  const problems: string[] = [];
  const runs = rows.map((row): ComparedRun => {
    if (row.problem !== undefined) problems.push(`${row.label}: ${row.problem}`);
    const { evaluations, problems: unreadable } = readEvaluations(row.folder);
    // Rows name evaluations that cannot be read, too.
    problems.push(...new Set([...row.furtherProblems, ...unreadable]));
    try {
      const data = readRunData(row.folder);
      return { row, evaluations, ...(data && { validationImages: data.validation.images }) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(plainMessage(error));
      return { row, evaluations };
    }
  });
  return { runs, problems };
}

/** The predictions beside an evaluation that has some. @throws EvaluationError */
export function predictionsOfEvaluation({ file, evaluation }: StoredEvaluation): EvaluationPredictions {
  if (evaluation.predictions === undefined)
    throw new EvaluationError(`${file} has no predictions: delete it and evaluate again`);
  return readEvaluationPredictions(join(dirname(file), evaluation.predictions));
}
