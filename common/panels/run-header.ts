import { describeExperiment } from '../experiment/describe-experiment';
import type { Experiment } from '../experiment/schema';
import type { RunHeader, RunName } from './protocol';

/** What a header takes from the run's experiment. */
export type DescribedExperiment = Pick<Experiment, 'name' | 'model' | 'method' | 'training'>;

type Progress = Pick<RunHeader, 'state' | 'reason' | 'epoch' | 'totalEpochs' | 'step' | 'totalSteps'>;

/** What panels show of a run beside its contents. */
export function runHeader(
  runName: RunName,
  experiment: DescribedExperiment,
  { state, reason, epoch, totalEpochs, step, totalSteps }: Progress,
): RunHeader {
  return {
    ...runName,
    name: experiment.name,
    description: describeExperiment(experiment),
    state,
    ...(reason === undefined ? {} : { reason }),
    epoch,
    totalEpochs,
    step,
    totalSteps,
  };
}
