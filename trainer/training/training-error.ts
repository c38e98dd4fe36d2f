/** Training cannot continue. The message says why and what to try. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/** @param what happened @param step from 1 @param epoch from 1 */
export const diverged = (what: string, step: number, epoch: number): TrainingError =>
  new TrainingError(
    `${what} in step ${step} (epoch ${epoch}): lower optimizer.learningRate, or add schedule.warmupEpochs, and start again`,
  );
