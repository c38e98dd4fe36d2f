import type { RunName } from '../common/panels/protocol';

/** What a run goes by that nothing else is called like. */
export const runName = (runId: string): RunName => ({ runKey: runId, runId, label: runId });
