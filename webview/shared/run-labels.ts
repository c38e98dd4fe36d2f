import type { RunHeader } from '../protocol';

/**
 * What runs are called in a panel, by run id: the experiment's name, or the run id where several share the name. A run that is
 * not among them goes by its id.
 */
export function labelsOfRuns(runs: readonly { header: RunHeader }[]): (runId: string) => string {
  const names = runs.map(({ header }) => header.name);
  const isShared = (name: string) => names.indexOf(name) !== names.lastIndexOf(name);
  const labels = new Map(runs.map(({ header: { runId, name } }) => [runId, isShared(name) ? runId : name]));
  return (runId) => labels.get(runId) ?? runId;
}
