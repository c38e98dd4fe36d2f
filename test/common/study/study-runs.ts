import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import type { BranchValidation, RunEventBody } from '../../../common/run/events';
import { runPaths } from '../../../common/run/run-folder';
import { toLine } from '../run/arbitrary-events';

/** Writes a run folder with an experiment and records; gives the folder. */
export function makeStudyRun(
  runsFolder: string,
  runId: string,
  { experiment = {}, bodies = [] }: { experiment?: ExperimentInput; bodies?: readonly RunEventBody[] } = {},
): string {
  const folder = join(runsFolder, runId);
  mkdirSync(folder, { recursive: true });
  const resolved = experimentSchema.parse({ dataset: { type: 'shapes' }, ...experiment });
  writeFileSync(runPaths(folder).experiment, JSON.stringify(resolved));
  writeRecords(folder, bodies);
  return folder;
}

export function writeRecords(folder: string, bodies: readonly RunEventBody[]): void {
  const lines = bodies.map((body, index) => toLine({ seq: index + 1, time: 1000 * (index + 1), ...body }));
  writeFileSync(runPaths(folder).events, lines.join(''));
}

const validation = (top1: number, loss: number): BranchValidation => ({ top1, top5: (1 + top1) / 2, loss });

/** Of two steps; with dual BN, aux has half of main's top-1. */
export function epochBodies(epoch: number, top1: number, loss = 1 / epoch, hasAux = true): RunEventBody[] {
  const terms = { total: loss, main: loss };
  const step = (step: number): RunEventBody => ({
    type: 'step',
    step,
    epoch,
    learningRate: 0.1,
    loss: terms,
    imagesPerSecond: 100,
  });
  return [
    step(2 * epoch - 1),
    step(2 * epoch),
    {
      type: 'epoch',
      epoch,
      step: 2 * epoch,
      learningRate: 0.1,
      train: { loss: terms },
      validation: { main: validation(top1, loss), ...(hasAux && { aux: validation(top1 / 2, loss) }) },
      seconds: { training: 10, validation: 2 },
    },
  ];
}

export const running: RunEventBody = { type: 'status', state: 'running', totalSteps: 6, totalEpochs: 3 };
export const finished: RunEventBody = { type: 'status', state: 'finished' };
