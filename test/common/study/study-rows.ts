import { noNotes } from '../../../common/run/run-notes';
import type { RunRow } from '../../../common/study/run-row';

/** A finished run's row; `top1` is its best and its last. */
export function studyRow(id: string, { top1, ...fields }: Partial<RunRow> & { top1?: number | null } = {}): RunRow {
  const main = { top1: top1 ?? null, top5: 1, loss: 0.5 };
  return {
    folder: `/runs/${id}`,
    id,
    label: id,
    notes: noNotes,
    state: 'finished',
    furtherProblems: [],
    settings: {},
    epoch: 3,
    step: 30,
    totalEpochs: 3,
    totalSteps: 30,
    finishedEpochs: 3,
    ...(top1 !== undefined && { best: { epoch: 2, main }, last: { epoch: 3, main } }),
    ...fields,
  };
}
