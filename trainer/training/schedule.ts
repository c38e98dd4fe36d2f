import type { OptimizerSettings, ScheduleSettings } from '../../common/experiment/schema';

/**
 * The learning rate of a step. Milestones count finished epochs, as in PyTorch's MultiStepLR; the cosine falls from the
 * full rate after the warm-up to 0 at the end, step by step; the warm-up rises linearly, step by step.
 *
 * @param step from 1
 */
export function learningRateAt(
  step: number,
  stepsPerEpoch: number,
  epochs: number,
  { learningRate }: Pick<OptimizerSettings, 'learningRate'>,
  schedule: ScheduleSettings,
): number {
  const finishedSteps = step - 1;
  const warmupSteps = schedule.warmupEpochs * stepsPerEpoch;
  if (finishedSteps < warmupSteps) return (learningRate * step) / Math.ceil(warmupSteps);
  if (schedule.type === 'cosine') {
    const share = (finishedSteps - warmupSteps) / (epochs * stepsPerEpoch - warmupSteps);
    return (learningRate * (1 + Math.cos(Math.PI * share))) / 2;
  }
  const finishedEpochs = Math.floor(finishedSteps / stepsPerEpoch);
  const passed = schedule.milestones.filter((milestone) => milestone <= finishedEpochs).length;
  return learningRate * schedule.factor ** passed;
}
