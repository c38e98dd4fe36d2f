import type { CamInput, CamMaps, CamRun } from '../../../common/panels/cam/cam-contract';
import { runName } from '../../run-name';

/** A run as the host sends it, with two images of the classes a and b. */
export function camRun(runKey: string, change: Partial<CamRun> = {}): CamRun {
  return {
    header: {
      ...runName(runKey),
      name: `name of ${runKey}`,
      description: 'mixprop · preact-resnet18 ×16',
      state: 'finished',
      epoch: 2,
      totalEpochs: 2,
      step: 20,
      totalSteps: 20,
    },
    branches: ['main', 'aux'],
    dataset: 'shapes 1',
    images: [
      { path: 'one', index: 0, label: 'a' },
      { path: 'two', index: 1, label: 'b' },
    ],
    epochs: [1, 2],
    checkpoints: [],
    ...change,
  };
}

/** Maps of those images, 1 × 2, for the classes a and b; main takes both for a, aux both for b. */
export function camMaps(runKey: string, epoch: number, input?: CamInput): CamMaps {
  return {
    runKey,
    epoch,
    ...(input && { input }),
    classes: ['a', 'b'],
    images: [
      { path: 'one', index: 0, label: 0 },
      { path: 'two', index: 1, label: 1 },
    ],
    height: 1,
    width: 2,
    branches: {
      main: { logits: [Math.log(3), 0, Math.log(9), 0], maps: [1, 2, 3, 4, 5, 6, 7, 8], kept: [0, 1, 0, 1] },
      aux: { logits: [0, Math.log(3), 0, Math.log(4)], maps: [2, 1, 4, 3, 5, 7, 7, 9], kept: [0, 1, 0, 1] },
    },
  };
}
