import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { buildNetwork } from '../../../trainer/models/build-network';
import { writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';

/**
 * Writes a run folder as far as commands that look at a finished run need one: its experiment (method mixprop) and the checkpoint
 * best of epoch 3, untrained.
 *
 * @param folder the run folder; the one around it is the experiment's
 */
export function writeFinishedRun(folder: string, input: ExperimentInput, classes: number): void {
  const experiment = experimentSchema.parse({ ...input, method: { type: 'mixprop' } });
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'experiment.json'), JSON.stringify(experiment));
  writeFileSync(join(folder, 'environment.json'), JSON.stringify({ baseFolder: join(folder, '..') }));
  const { specs } = buildNetwork(experiment.model, classes, ['main', 'aux']);
  const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
  const position = { trainingImages: 10, step: 30, epoch: 3, partialEpoch };
  writeCheckpoint(join(folder, 'checkpoints', 'best.safetensors'), specs, { values: initialState(specs, 1), position });
}
