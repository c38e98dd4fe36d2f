import { onTestFinished } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import { CurveFollower } from '../../../../common/panels/curves/curve-follower';
import { CurvesModel } from '../../../../common/panels/curves/curves-model';
import type { RunEvent } from '../../../../common/run/events';
import { runName } from '../../../run-name';
import { stepBody, toLine } from '../../run/arbitrary-events';

const experiment = experimentSchema.parse({ dataset: { type: 'shapes' } });
export const newModel = () => new CurvesModel(runName('run'), experiment);

/** Follows a run folder until the test ends, and counts what it was told. */
export function follow(folder: string) {
  const seen = { more: 0, restarts: 0 };
  const follower = new CurveFollower(folder, newModel, { onMore: () => seen.more++, onRestart: () => seen.restarts++ });
  onTestFinished(() => follower.dispose());
  return { follower, seen };
}

/** Records of these steps, in turn. */
export const steps = (from: number, to: number, seqOffset = 0): RunEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const step = from + index;
    return { seq: step + seqOffset, time: 1000 + step, ...stepBody(step) } as RunEvent;
  });

export const text = (events: readonly RunEvent[]): string => events.map(toLine).join('');
